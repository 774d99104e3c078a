package dev.pocketpaas.core.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** What is in the tar of {@code docker save}, of each form that engines have: what is small, and where the rest is. */
final class SavedIndex {
    private static final String MANIFEST = "manifest.json";
    private static final int MOST_ENTRIES = 10_000;
    private static final long SMALL = 4L << 20;
    private static final long MOST_KEPT = 32L << 20;

    private final Map<String, byte[]> documents = new HashMap<>();
    private final Map<String, Long> sizes = new LinkedHashMap<>();
    private final Map<String, String> links = new HashMap<>();

    private String config = "";
    private final List<String> layers = new ArrayList<>();

    private SavedIndex() {}

    /** Reads the whole tar. */
    static SavedIndex read(LocalEngine.Saving saving) throws IOException {
        SavedIndex index = new SavedIndex();
        TarArchiveInputStream tar = new TarArchiveInputStream(saving.tar());
        IOException damaged = null;
        try {
            index.collect(tar);
        } catch (IOException | IllegalArgumentException e) {
            damaged = new IOException(e.getMessage(), e);
        }
        saving.tar().transferTo(OutputStream.nullOutputStream());
        // What the engine has to say comes before what we make of it.
        saving.finish();
        if (damaged != null) {
            throw damaged;
        }
        index.manifest();
        return index;
    }

    private void collect(TarArchiveInputStream tar) throws IOException {
        long kept = 0;
        TarArchiveEntry entry = tar.getNextEntry();
        while (entry != null) {
            if (sizes.size() > MOST_ENTRIES) {
                throw new IOException("it has too many parts");
            }
            String name = entry.getName();
            if (entry.isSymbolicLink() || entry.isLink()) {
                links.put(name, entry.isLink() ? entry.getLinkName() : beside(name, entry.getLinkName()));
            } else if (entry.isFile()) {
                sizes.put(name, entry.getSize());
                if (entry.getSize() <= SMALL && kept + entry.getSize() <= MOST_KEPT && mayBeDocument(name)) {
                    byte[] bytes = tar.readNBytes((int) entry.getSize());
                    if (bytes.length > 0 && (bytes[0] == '{' || bytes[0] == '[')) {
                        documents.put(name, bytes);
                        kept += bytes.length;
                    }
                }
            }
            entry = tar.getNextEntry();
        }
    }

    private static boolean mayBeDocument(String name) {
        return name.endsWith(".json") || name.startsWith("blobs/");
    }

    /** The target of a link, as a layer that is there twice is one: {@code ../ID/layer.tar}. */
    private static String beside(String name, String target) {
        List<String> parts = new ArrayList<>(List.of(name.split("/")));
        parts.remove(parts.size() - 1);
        for (String part : target.split("/")) {
            if (part.equals("..") && !parts.isEmpty()) {
                parts.remove(parts.size() - 1);
            } else if (!part.equals(".")) {
                parts.add(part);
            }
        }
        return String.join("/", parts);
    }

    private void manifest() throws IOException {
        byte[] manifest = documents.get(MANIFEST);
        if (manifest == null) {
            throw new IOException("it has no " + MANIFEST);
        }
        try (JsonParser parser = new JsonFactory().createParser(manifest)) {
            if (parser.nextToken() != JsonToken.START_ARRAY || parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException(MANIFEST + " names no image");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("Config") && value == JsonToken.VALUE_STRING) {
                    config = parser.getText();
                } else if (name.equals("Layers") && value == JsonToken.START_ARRAY) {
                    while (parser.nextToken() == JsonToken.VALUE_STRING) {
                        layers.add(parser.getText());
                    }
                } else {
                    parser.skipChildren();
                }
            }
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                throw new IOException("it is several images");
            }
        }
    }

    ImageConfig config() throws IOException {
        byte[] bytes = documents.get(config);
        if (bytes == null) {
            throw new IOException("it has no configuration");
        }
        return ImageConfig.read(bytes);
    }

    /** Where the layers are, the lowest first. */
    List<String> layers() {
        return layers.stream().map(place -> links.getOrDefault(place, place)).toList();
    }

    long size(String place) throws IOException {
        Long size = sizes.get(place);
        if (size == null) {
            throw new IOException("the layer " + place + " is missing");
        }
        return size;
    }

    /** How far behind in the tar a part is. */
    int order(String place) {
        return List.copyOf(sizes.keySet()).indexOf(place);
    }
}
