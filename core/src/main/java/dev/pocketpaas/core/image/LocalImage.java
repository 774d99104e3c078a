package dev.pocketpaas.core.image;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** An image of this machine: what it consists of, and its layers, which are read from the engine whenever they are sent. */
public final class LocalImage {
    private final LocalEngine engine;
    private final String reference;
    private final ImageConfig config;
    /** By their digests, in the order in which the engine writes them. */
    private final Map<String, Layer> layers;

    /**
     * A layer as the engine gives it out.
     *
     * @param digest of what is in it, unpacked
     * @param place where it is in the engine's tar
     * @param size how many bytes it has there
     */
    public record Layer(String digest, String place, long size) {
        private static final String BLOBS = "blobs/sha256/";

        /** The digest of its bytes there, where they are packed: an engine names them by it. */
        public Optional<String> packed() {
            return place.startsWith(BLOBS) && !digest.equals("sha256:" + place.substring(BLOBS.length()))
                    ? Optional.of("sha256:" + place.substring(BLOBS.length()))
                    : Optional.empty();
        }
    }

    private LocalImage(LocalEngine engine, String reference, ImageConfig config, Map<String, Layer> layers) {
        this.engine = engine;
        this.reference = reference;
        this.config = config;
        this.layers = layers;
    }

    /**
     * Looks what {@code reference} is.
     *
     * @throws PocketException when the engine has no such image, or gives out what cannot be read
     */
    public static LocalImage of(LocalEngine engine, String reference) {
        try (LocalEngine.Saving saving = engine.save(reference)) {
            SavedIndex index = SavedIndex.read(saving);
            ImageConfig config = index.config();
            List<String> places = index.layers();
            if (places.size() != config.layers().size()) {
                throw new IOException("it has " + places.size() + " layers, and its configuration names "
                        + config.layers().size());
            }
            Map<String, Layer> found = new LinkedHashMap<>();
            for (int at = 0; at < places.size(); at++) {
                String digest = config.layers().get(at);
                found.putIfAbsent(digest, new Layer(digest, places.get(at), index.size(places.get(at))));
            }
            Map<String, Layer> layers = new LinkedHashMap<>();
            found.values().stream()
                    .sorted(Comparator.comparingInt(layer -> index.order(layer.place())))
                    .forEach(layer -> layers.put(layer.digest(), layer));
            return new LocalImage(engine, reference, config, layers);
        } catch (IOException e) {
            throw unreadable(reference, e);
        }
    }

    /** What it was named. */
    public String reference() {
        return reference;
    }

    /** Its configuration, byte for byte. */
    public byte[] config() {
        return config.bytes();
    }

    /** Operating system and machine: {@code linux/amd64}. */
    public String platform() {
        return config.platform();
    }

    /** The digests of its layers, the lowest first; one may be there twice. */
    public List<String> layers() {
        return config.layers();
    }

    /** How many bytes a layer has. */
    public long size(String digest) {
        return layer(digest).size();
    }

    private Layer layer(String digest) {
        Layer found = layers.get(digest);
        if (found == null) {
            throw new IllegalArgumentException("no layer of the image: " + digest);
        }
        return found;
    }

    /** Those layers that are missing where the lowest {@code had} are there, in the order in which {@link #send} sends them. */
    public List<Layer> missing(int had) {
        Set<String> there = Set.copyOf(layers().subList(0, had));
        return layers.values().stream()
                .filter(layer -> !there.contains(layer.digest()))
                .toList();
    }

    /**
     * Writes the layers {@code wanted}, one behind the other. Nothing but a buffer of them is ever held.
     *
     * @param wanted of {@link #missing}
     * @param sent hears after each piece how many bytes were written
     * @throws PocketException when the engine fails, or gives out something else than before
     */
    public void send(List<Layer> wanted, OutputStream out, LongConsumer sent) throws IOException {
        long[] count = {0};
        List<Layer> left = new ArrayList<>(wanted);
        // An engine that writes them in another order this time is read again.
        while (!left.isEmpty()) {
            int before = left.size();
            try (LocalEngine.Saving saving = engine.save(reference)) {
                TarArchiveInputStream tar = new TarArchiveInputStream(saving.tar());
                TarArchiveEntry entry = tar.getNextEntry();
                while (entry != null && !left.isEmpty()) {
                    if (entry.getName().equals(left.get(0).place()) && entry.isFile()) {
                        copy(left.remove(0), entry, tar, out, count, sent);
                    }
                    entry = tar.getNextEntry();
                }
                if (!left.isEmpty()) {
                    saving.tar().transferTo(OutputStream.nullOutputStream());
                    saving.finish();
                }
            }
            if (left.size() == before) {
                throw changed();
            }
        }
    }

    private void copy(
            Layer layer, TarArchiveEntry entry, InputStream in, OutputStream out, long[] count, LongConsumer sent)
            throws IOException {
        if (entry.getSize() != layer.size()) {
            throw changed();
        }
        byte[] buffer = new byte[1 << 16];
        long left = layer.size();
        while (left > 0) {
            int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (got < 0) {
                throw changed();
            }
            out.write(buffer, 0, got);
            left -= got;
            count[0] += got;
            sent.accept(count[0]);
        }
    }

    private PocketException changed() {
        return PocketException.refused(
                "the image " + Printable.of(reference) + " has changed while it was sent", "run the command again");
    }

    private static PocketException unreadable(String reference, IOException e) {
        return PocketException.unexpected(
                "docker gives out the image " + Printable.of(reference) + " in a form that cannot be read: "
                        + Printable.of(String.valueOf(e.getMessage())),
                "push it to a registry, and use: pocketpaas deploy --image",
                e);
    }
}
