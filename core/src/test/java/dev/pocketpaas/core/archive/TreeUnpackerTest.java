package dev.pocketpaas.core.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TreeUnpackerTest {
    @TempDir
    private Path temporary;

    private Path here = Path.of("");
    private final ByteArrayOutputStream tar = new ByteArrayOutputStream();
    private final TarArchiveOutputStream writer = new TarArchiveOutputStream(tar, "UTF-8");

    @BeforeEach
    void aDirectoryBesideAnother() throws IOException {
        here = Files.createDirectory(temporary.resolve("here"));
        Files.createDirectory(temporary.resolve("other"));
        writer.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    }

    private void entry(String name, byte type, String content) throws IOException {
        TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
        byte[] data = content.getBytes(StandardCharsets.ISO_8859_1);
        if (type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK) {
            entry.setLinkName(content);
            data = new byte[0];
        }
        entry.setSize(data.length);
        writer.putArchiveEntry(entry);
        writer.write(data);
        writer.closeArchiveEntry();
    }

    private void file(String name, String content) throws IOException {
        entry(name, TarConstants.LF_NORMAL, content);
    }

    private void link(String name, String target) throws IOException {
        entry(name, TarConstants.LF_SYMLINK, target);
    }

    private TreeUnpacker.Unpacked unpack(Path target, String name, boolean contents) throws IOException {
        writer.finish();
        return TreeUnpacker.unpack(
                "web.1:/app", new ByteArrayInputStream(tar.toByteArray()), target, name, contents, count -> {});
    }

    private List<String> outside() throws IOException {
        try (var all = Files.list(temporary.resolve("other"))) {
            return new ArrayList<>(all.map(Path::toString).toList());
        }
    }

    @Test
    void aFileGoesIntoADirectoryOrGetsTheNameAsked() throws IOException {
        file("log", "\0\u00ff\r\n");

        TreeUnpacker.Unpacked all = unpack(here, "production.log", false);

        assertThat(all.place()).isEqualTo(here.resolve("production.log"));
        assertThat(Files.readAllBytes(all.place())).containsExactly(0, 0xff, '\r', '\n');
        assertThat(all.files()).isEqualTo(1);
        assertThat(all.bytes()).isEqualTo(4);
        assertThat(all.leftOut()).isEmpty();
    }

    @Test
    void aDirectoryComesWithItsLinksAndPrograms() throws IOException {
        entry("app/", TarConstants.LF_DIR, "");
        TarArchiveEntry program = new TarArchiveEntry("app/bin/run");
        program.setMode(0755);
        writer.putArchiveEntry(program);
        writer.closeArchiveEntry();
        link("app/current", "bin/run");
        entry("app/again", TarConstants.LF_LINK, "app/bin/run");

        Path place = unpack(here.resolve("new"), "app", false).place();

        assertThat(place).isEqualTo(here.resolve("new"));
        assertThat(Files.isExecutable(place.resolve("bin/run"))).isTrue();
        assertThat(Files.readSymbolicLink(place.resolve("current"))).isEqualTo(Path.of("bin/run"));
        assertThat(Files.isExecutable(place.resolve("again"))).isTrue();
    }

    @Test
    void theContentsOfADirectoryAreMergedIntoOneThatIsThere() throws IOException {
        Files.writeString(here.resolve("kept"), "old");
        entry("app/", TarConstants.LF_DIR, "");
        file("app/new", "new");

        unpack(here, "", true);

        assertThat(here.resolve("kept")).hasContent("old");
        assertThat(here.resolve("new")).hasContent("new");
    }

    @Test
    void nothingLeadsOut() throws IOException {
        entry("app/", TarConstants.LF_DIR, "");
        file("app/../../other/a", "x");
        file("/etc/passwd", "x");
        file("elsewhere", "x");
        link("app/out", "../../other");
        file("app/out/b", "x");
        link("app/absolute", temporary.resolve("other").toString());
        link("app/chain", "out/c");
        entry("app/hard", TarConstants.LF_LINK, "../../etc/passwd");
        file("app/.git/hooks/post-checkout", "x");
        file("app/.GIT/config", "x");
        entry("app/pipe", TarConstants.LF_FIFO, "");
        entry("app/device", TarConstants.LF_BLK, "");
        file("app/good", "good");

        TreeUnpacker.Unpacked all = unpack(here, "app", false);

        assertThat(outside()).isEmpty();
        assertThat(here.resolve("app/good")).hasContent("good");
        assertThat(Files.exists(here.resolve("app/.git"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        // What is below a name that is also a link is in a directory, and the link is left out.
        assertThat(Files.isSymbolicLink(here.resolve("app/out"))).isFalse();
        assertThat(Files.exists(here.resolve("app/absolute"), LinkOption.NOFOLLOW_LINKS))
                .isFalse();
        assertThat(all.leftOutCount()).isEqualTo(11);
        assertThat(all.leftOut()).anyMatch(each -> each.contains("leads out"));
    }

    @Test
    void whatIsHereAsALinkIsReplacedAndNotFollowed() throws IOException {
        Path victim = Files.writeString(temporary.resolve("victim"), "untouched");
        Files.createDirectory(here.resolve("app"));
        Files.createSymbolicLink(here.resolve("app/config"), victim);
        Files.createSymbolicLink(here.resolve("app/sub"), temporary.resolve("other"));
        entry("app/", TarConstants.LF_DIR, "");
        file("app/config", "new");
        file("app/sub/file", "x");

        TreeUnpacker.Unpacked all = unpack(here, "app", false);

        assertThat(victim).hasContent("untouched");
        assertThat(here.resolve("app/config")).hasContent("new");
        assertThat(outside()).isEmpty();
        assertThat(all.leftOutCount()).isEqualTo(1);
    }

    @Test
    void aPlaceThatCannotTakeItIsRefused() throws IOException {
        file("log", "x");
        assertThatThrownBy(() -> unpack(here.resolve("missing/log"), "log", false))
                .isInstanceOf(PocketException.class)
                .hasMessageContaining("there is no directory");
        assertThatThrownBy(() -> TreeUnpacker.unpack(
                        "web.1:/app", new ByteArrayInputStream(new byte[0]), here, "log", false, count -> {}))
                .hasMessageContaining("nothing came");
    }

    @Test
    void whatIsPackedComesOutTheSame() throws IOException {
        Path source = Files.createDirectory(temporary.resolve("source"));
        Files.createDirectory(source.resolve("leer"));
        Files.write(source.resolve("b\u00e4r"), new byte[] {0, 1, (byte) 0xff});
        Files.createSymbolicLink(source.resolve("link"), Path.of("b\u00e4r"));
        Path deep = Files.createDirectories(source.resolve("d".repeat(90) + "/" + "e".repeat(90)));
        Files.writeString(deep.resolve("deep"), "deep");
        TreePacker packer = TreePacker.of(source);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        TreePacker.Packed packed = packer.pack(out, count -> {});
        TreeUnpacker.Unpacked all =
                TreeUnpacker.unpack("x", new ByteArrayInputStream(out.toByteArray()), here, "copy", false, count -> {});

        assertThat(packed.files()).isEqualTo(3).isEqualTo(all.files());
        assertThat(packed.bytes()).isEqualTo(7).isEqualTo(packer.size());
        assertThat(here.resolve("copy/leer")).isEmptyDirectory();
        assertThat(here.resolve("copy/b\u00e4r")).hasBinaryContent(new byte[] {0, 1, (byte) 0xff});
        assertThat(Files.readSymbolicLink(here.resolve("copy/link"))).isEqualTo(Path.of("b\u00e4r"));
        assertThat(here.resolve("copy/" + "d".repeat(90) + "/" + "e".repeat(90) + "/deep"))
                .hasContent("deep");
    }
}
