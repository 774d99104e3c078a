package dev.pocketpaas.core.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images as engines give them out, in both forms. */
class LocalImageTest {
    private static final String BASE = "the base";
    private static final String CODE = "the code";

    /** An engine that gives out the next of some tars each time, the last one for ever. */
    private static final class FakeEngine implements LocalEngine {
        private final List<byte[]> tars = new ArrayList<>();
        private int saved;

        FakeEngine(byte[]... tars) {
            this.tars.addAll(List.of(tars));
        }

        @Override
        public Saving save(String reference) {
            InputStream tar = new ByteArrayInputStream(tars.get(Math.min(saved, tars.size() - 1)));
            saved++;
            return new Saving() {
                @Override
                public InputStream tar() {
                    return tar;
                }

                @Override
                public void finish() {}

                @Override
                public void close() {}
            };
        }
    }

    private static String digest(String text) {
        try {
            return "sha256:"
                    + HexFormat.of()
                            .formatHex(
                                    MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String config(String... layers) {
        StringBuilder ids = new StringBuilder();
        for (String layer : layers) {
            ids.append(ids.isEmpty() ? "" : ",")
                    .append('"')
                    .append(digest(layer))
                    .append('"');
        }
        return "{\"architecture\":\"amd64\",\"config\":{\"Env\":[\"A=ö\"],\"os\":\"no\"},\"history\":[{\"a\":[1]}],"
                + "\"os\":\"linux\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + ids + "]}}";
    }

    /** As engines before 25 write it: directories by ids, manifest.json late; a layer that is there twice is a link. */
    private static byte[] old(String config, Map<String, String> entries, String... layers) {
        Map<String, String> all = new LinkedHashMap<>(entries);
        all.put("c0.json", config);
        all.put("manifest.json", manifest("c0.json", layers));
        return tar(all);
    }

    private static String manifest(String config, String... layers) {
        return "[{\"Config\":\"" + config + "\",\"RepoTags\":[\"shop:dev\"],\"Layers\":[\""
                + String.join("\",\"", layers) + "\"]}]";
    }

    private static byte[] tar(Map<String, String> entries) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            for (Map.Entry<String, String> one : entries.entrySet()) {
                if (one.getValue().startsWith("-> ")) {
                    TarArchiveEntry link = new TarArchiveEntry(one.getKey(), TarConstants.LF_SYMLINK);
                    link.setLinkName(one.getValue().substring(3));
                    tar.putArchiveEntry(link);
                } else {
                    byte[] content = one.getValue().getBytes(StandardCharsets.UTF_8);
                    TarArchiveEntry entry = new TarArchiveEntry(one.getKey());
                    entry.setSize(content.length);
                    tar.putArchiveEntry(entry);
                    tar.write(content);
                }
                tar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] usual() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("11/json", "{}");
        entries.put("11/layer.tar", CODE);
        entries.put("22/layer.tar", BASE);
        return old(config(BASE, CODE), entries, "22/layer.tar", "11/layer.tar");
    }

    private static String sent(LocalImage image, int had) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            image.send(image.missing(had), out, count -> {});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void layersAreSentInTheOrderOfTheEngine() {
        LocalImage image = LocalImage.of(new FakeEngine(usual()), "shop:dev");
        assertThat(image.platform()).isEqualTo("linux/amd64");
        assertThat(image.layers()).containsExactly(digest(BASE), digest(CODE));
        assertThat(new String(image.config(), StandardCharsets.UTF_8)).isEqualTo(config(BASE, CODE));
        assertThat(image.missing(0)).extracting(LocalImage.Layer::digest).containsExactly(digest(CODE), digest(BASE));
        assertThat(sent(image, 0)).isEqualTo(CODE + BASE);
        assertThat(sent(image, 1)).isEqualTo(CODE);
        assertThat(sent(image, 2)).isEmpty();
    }

    @Test
    void newerEnginesNameLayersByTheirDigests() {
        Map<String, String> entries = new LinkedHashMap<>();
        String config = config(BASE, CODE);
        entries.put("blobs/sha256/aa", BASE);
        entries.put("blobs/sha256/bb", config);
        entries.put("blobs/sha256/cc", CODE);
        entries.put("index.json", "{}");
        entries.put("manifest.json", manifest("blobs/sha256/bb", "blobs/sha256/aa", "blobs/sha256/cc"));
        entries.put("oci-layout", "{}");
        LocalImage image = LocalImage.of(new FakeEngine(tar(entries)), "shop:dev");
        assertThat(sent(image, 0)).isEqualTo(BASE + CODE);
    }

    @Test
    void aLayerThatIsThereTwiceIsSentOnce() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("11/layer.tar", BASE);
        entries.put("22/layer.tar", CODE);
        entries.put("33/layer.tar", "-> ../11/layer.tar");
        byte[] tar = old(config(BASE, CODE, BASE), entries, "11/layer.tar", "22/layer.tar", "33/layer.tar");
        LocalImage image = LocalImage.of(new FakeEngine(tar), "shop:dev");
        assertThat(image.layers()).hasSize(3);
        assertThat(sent(image, 0)).isEqualTo(BASE + CODE);
        assertThat(sent(image, 1)).isEqualTo(CODE);
    }

    @Test
    void anEngineThatWritesThemInAnotherOrderIsReadAgain() {
        Map<String, String> entries = new LinkedHashMap<>();
        entries.put("22/layer.tar", BASE);
        entries.put("11/layer.tar", CODE);
        byte[] other = old(config(BASE, CODE), entries, "22/layer.tar", "11/layer.tar");
        assertThat(sent(LocalImage.of(new FakeEngine(usual(), other), "shop:dev"), 0))
                .isEqualTo(CODE + BASE);
    }

    @Test
    void anImageThatHasChangedMeanwhileIsNotSent() {
        byte[] other = old(config(BASE, CODE), Map.of("11/layer.tar", "longer than the code"), "11/layer.tar");
        LocalImage image = LocalImage.of(new FakeEngine(usual(), other), "shop:dev");
        assertThatThrownBy(() -> sent(image, 1)).hasMessageContaining("has changed while it was sent");
        LocalImage gone = LocalImage.of(new FakeEngine(usual(), tar(Map.of("x", "y"))), "shop:dev");
        assertThatThrownBy(() -> sent(gone, 1)).hasMessageContaining("has changed while it was sent");
    }

    @Test
    void whatIsNoImageIsToldApart() {
        Map<String, String> one = Map.of("11/layer.tar", CODE);
        for (byte[] tar : new byte[][] {
            tar(Map.of("x", "y")),
            tar(Map.of("manifest.json", "[]")),
            tar(Map.of("manifest.json", manifest("c0.json", "11/layer.tar"))),
            old("[]", one, "11/layer.tar"),
            old("{\"rootfs\":{\"diff_ids\":[\"sha256:x\"]}}", one, "11/layer.tar"),
            old(config(BASE, CODE), one, "11/layer.tar"),
            old(config(CODE), Map.of(), "11/layer.tar"),
            "no tar".repeat(200).getBytes(StandardCharsets.UTF_8),
        }) {
            assertThatThrownBy(() -> LocalImage.of(new FakeEngine(tar), "shop:dev"))
                    .isInstanceOf(PocketException.class)
                    .hasMessageContaining("gives out the image shop:dev in a form that cannot be read");
        }
    }

    @Test
    void whatIsAnnouncedIsWhatIsSent() {
        LocalImage image = LocalImage.of(new FakeEngine(usual()), "shop:dev");
        ValueTree.Builder tree = ValueTree.builder();
        ImageUpload upload = new ImageUpload(image, image.missing(1));
        upload.announce(tree);
        assertThat(tree.build().lines("image/sent")).containsExactly(digest(CODE) + " 8");
        assertThat(tree.build().text("image/config")).contains(config(BASE, CODE));
        assertThat(upload.described()).isEqualTo("1 of 2 layers, 0 kB");
        assertThat(new ImageUpload(image, List.of()).described()).isEqualTo("the host has all 2 layers");
    }

    // ------------------------------------------------------------ the client

    @TempDir
    Path directory;

    private DockerClient client(String script) throws IOException {
        Path program = directory.resolve("docker");
        Files.writeString(program, "#!/bin/sh\n" + script + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return new DockerClient(
                Map.of(
                        "PATH",
                        directory + ":/usr/bin:/bin",
                        "FILE",
                        directory.resolve("tar").toString()),
                program.toString());
    }

    @Test
    void theClientIsAskedByNameAndItsWordsAreShown() throws IOException {
        Files.write(directory.resolve("tar"), usual());
        LocalImage image = LocalImage.of(client("test \"$*\" = \"save shop:dev\" && exec cat \"$FILE\""), "shop:dev");
        assertThat(sent(image, 0)).isEqualTo(CODE + BASE);
        DockerClient failing = client("echo 'Error response from daemon: reference does not exist' >&2; exit 1");
        assertThatThrownBy(() -> LocalImage.of(failing, "shop:dev"))
                .isInstanceOfSatisfying(
                        PocketException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.REFUSED))
                .hasMessageContaining("cannot give out the image shop:dev: Error response from daemon: reference does");
        assertThatThrownBy(() -> LocalImage.of(new DockerClient(Map.of(), directory + "/none"), "shop:dev"))
                .hasMessageContaining("the program docker cannot be started");
    }

    @Test
    void aLargeLayerIsNeverHeld() throws IOException {
        int megabytes = 200;
        String layer = digest("large");
        long size = (long) megabytes << 20;
        Path tar = directory.resolve("tar");
        try (TarArchiveOutputStream out = new TarArchiveOutputStream(Files.newOutputStream(tar))) {
            put(out, "11/layer.tar", size);
            byte[] piece = new byte[1 << 20];
            for (int at = 0; at < megabytes; at++) {
                out.write(piece);
            }
            out.closeArchiveEntry();
            for (String[] one : new String[][] {
                {
                    "c0.json",
                    "{\"os\":\"linux\",\"architecture\":\"amd64\",\"rootfs\":{\"diff_ids\":[\"" + layer + "\"]}}"
                },
                {"manifest.json", manifest("c0.json", "11/layer.tar")}
            }) {
                byte[] bytes = one[1].getBytes(StandardCharsets.UTF_8);
                put(out, one[0], bytes.length);
                out.write(bytes);
                out.closeArchiveEntry();
            }
        }
        LocalImage image = LocalImage.of(client("exec cat \"$FILE\""), "shop:dev");
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long before = runtime.totalMemory() - runtime.freeMemory();
        long[] most = {0, 0};
        image.send(image.missing(0), OutputStream.nullOutputStream(), count -> {
            if (count - most[1] > 50 << 20) {
                most[1] = count;
                System.gc();
                most[0] = Math.max(most[0], runtime.totalMemory() - runtime.freeMemory() - before);
            }
        });
        assertThat(most[0]).isLessThan(32 << 20);
    }

    private static void put(TarArchiveOutputStream out, String name, long size) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name);
        entry.setSize(size);
        out.putArchiveEntry(entry);
    }
}
