package dev.pocketpaas.core.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.LocalRepository;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A corpus of archives, good and bad; none is ever unpacked. */
class SourceArchiveTest {
    private static final String APP = "web: node app.js\n";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    /** What a bad archive must not leave. */
    @AfterEach
    void nothingIsBesideTheArchive() throws IOException {
        try (var files = Files.list(directory)) {
            assertThat(files).allMatch(file -> file.getFileName().toString().startsWith("app."));
        }
    }

    // ------------------------------------------------------------ what is in one

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip"})
    void oneDirectoryAroundEverythingIsLeftOutAndModesAreKept(String form) {
        Entries archive = entries(form);
        archive.directory("shop-main/");
        archive.file("shop-main/Procfile", 0644, APP);
        archive.file("shop-main/bin/start", 0755, "#!/bin/sh\n");
        archive.link("shop-main/bin/run", "start");
        archive.file("shop-main/näme.txt", 0600, "ö");

        SourceArchive.Unpacked unpacked = read(archive);
        try (var snapshot = unpacked.snapshot()) {
            assertThat(unpacked.wrapper()).isEqualTo("shop-main");
            assertThat(unpacked.files()).isEqualTo(4);
            LocalRepository repository = snapshot.repository();
            assertThat(text(repository, snapshot.commit(), "Procfile")).isEqualTo(APP);
            assertThat(text(repository, snapshot.commit(), "näme.txt")).isEqualTo("ö");
            // What git write-tree says of the same files.
            assertThat(snapshot.commit().tree()).isEqualTo("f48c67f3504261019d9ea5d6c8dfbcdee861718c");
            assertThat(snapshot.commit().subject()).isEqualTo("Archive app." + form);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip"})
    void severalEntriesAtTheTopStay(String form) {
        Entries archive = entries(form);
        archive.file("./Procfile", 0644, APP);
        archive.file("./src//app.js", 0644, "1");
        SourceArchive.Unpacked unpacked = read(archive);
        try (var snapshot = unpacked.snapshot()) {
            assertThat(unpacked.wrapper()).isEmpty();
            assertThat(text(snapshot.repository(), snapshot.commit(), "src/app.js"))
                    .isEqualTo("1");
        }
    }

    @Test
    void aSingleFileIsNoDirectoryAround() {
        Entries archive = entries("tar");
        archive.file("index.html", 0644, "hello");
        SourceArchive.Unpacked unpacked = read(archive);
        assertThat(unpacked.wrapper()).isEmpty();
        unpacked.snapshot().close();
    }

    @Test
    void whatMacOsAddsIsLeftOut() {
        Entries archive = entries("zip");
        archive.file("shop/Procfile", 0644, APP);
        archive.file("__MACOSX/shop/._Procfile", 0644, "x");
        SourceArchive.Unpacked unpacked = read(archive);
        assertThat(unpacked.wrapper()).isEqualTo("shop");
        assertThat(unpacked.files()).isEqualTo(1);
        unpacked.snapshot().close();
    }

    @Test
    void theSameArchiveIsTheSameCommit() throws IOException {
        Entries archive = entries("tar.gz");
        archive.file("Procfile", 0644, APP);
        Path file = archive.write();
        String first = commit(file);
        assertThat(commit(file)).isEqualTo(first);
    }

    private String commit(Path file) {
        try (var snapshot =
                SourceArchive.read(file, "app", directory, ArchiveLimits.USUAL).snapshot()) {
            return snapshot.commit().id();
        }
    }

    @Test
    void aHardLinkIsTheFileThatItStandsFor() {
        Entries archive = entries("tar");
        archive.file("app/one", 0755, "content");
        archive.tar("app/two", TarConstants.LF_LINK, "app/one");
        SourceArchive.Unpacked unpacked = read(archive);
        try (var snapshot = unpacked.snapshot()) {
            assertThat(text(snapshot.repository(), snapshot.commit(), "two")).isEqualTo("content");
        }
    }

    // ------------------------------------------------------------ what must not be unpacked

    @ParameterizedTest
    @CsvSource({
        "../evil, leads out",
        "app/../../evil, leads out",
        "app/.., leads out",
        "..\\evil, leads out",
        "app\\..\\..\\evil, leads out",
        "/etc/cron.d/evil, absolute",
        "\\evil, absolute",
        "C:\\evil, absolute",
        "C:/evil, absolute",
        "app/.git/hooks/pre-commit, git's own",
        "app/.GIT/config, git's own",
        "app/git~1/config, git's own",
        ".git, git's own",
    })
    void namesThatLeadOutAreRefused(String name, String why) {
        for (String form : new String[] {"tar", "zip"}) {
            Entries archive = entries(form);
            archive.file("app/Procfile", 0644, APP);
            archive.file(name, 0644, "evil");
            refused(archive, why);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "app/out, ../../etc/passwd",
        "app/out, ../beside",
        "app/deep/out, ../../beside",
        "app/out, /etc/passwd",
        "app/out, sub/../../beside",
    })
    void linksThatLeadOutAreRefused(String name, String target) {
        for (String form : new String[] {"tar", "zip"}) {
            Entries archive = entries(form);
            archive.file("app/Procfile", 0644, APP);
            archive.link(name, target);
            refused(archive, "leads out of the app");
        }
    }

    @Test
    void linksThatLeadOutThroughOtherLinksAreRefused() {
        for (String form : new String[] {"tar", "zip"}) {
            Entries archive = entries(form);
            archive.file("app/Procfile", 0644, APP);
            archive.link("app/here", ".");
            archive.link("app/out", "here/here/../../etc");
            refused(archive, "app/out");
            Entries circle = entries(form);
            circle.file("app/Procfile", 0644, APP);
            circle.link("app/one", "two");
            circle.link("app/two", "one");
            refused(circle, "leads out of the app");
        }
    }

    @Test
    void filesWithHolesAreRefused() {
        Entries archive = entries("tar");
        archive.file("app/Procfile", 0644, APP);
        archive.tar("app/holes", TarConstants.LF_GNUTYPE_SPARSE, "");
        refused(archive, "is a file with holes");
    }

    @Test
    void namesThatWouldFillTheMemoryAreRefused() {
        for (byte type : new byte[] {TarConstants.LF_GNUTYPE_LONGNAME, TarConstants.LF_PAX_EXTENDED_HEADER_LC}) {
            Entries archive = entries("tar");
            archive.put("app/x", 0644, type, new byte[(1 << 20) + 1], "");
            archive.file("app/Procfile", 0644, APP);
            refused(archive, "names of more than a megabyte");
        }
    }

    @ParameterizedTest
    @CsvSource({"app/in, Procfile", "app/deep/in, ../Procfile", "app/deep/in, ./x/../../Procfile"})
    void linksThatStayInsideAreTaken(String name, String target) {
        Entries archive = entries("tar");
        archive.file("app/Procfile", 0644, APP);
        archive.link(name, target);
        read(archive).snapshot().close();
    }

    @Test
    void aFileBehindALinkIsRefused() {
        for (String form : new String[] {"tar", "zip"}) {
            Entries archive = entries(form);
            archive.link("app/link", "src");
            archive.file("app/link/file", 0644, "evil");
            refused(archive, "both a file and a directory");
        }
    }

    @Test
    void aDirectoryThatIsAFileIsRefused() {
        Entries archive = entries("tar");
        archive.file("app/one/two", 0644, "x");
        archive.file("app/one", 0644, "x");
        refused(archive, "both a file and a directory");
    }

    @ParameterizedTest
    @CsvSource({"app/one, app/one", "app/one, app/./one", "app/one, app//one"})
    void oneNameTwiceIsRefused(String first, String second) {
        for (String form : new String[] {"tar", "zip"}) {
            Entries archive = entries(form);
            archive.file(first, 0644, "one");
            archive.file(second, 0644, "two");
            refused(archive, "is there twice");
        }
    }

    @Test
    void devicesAndPipesAreRefused() {
        for (byte type : new byte[] {TarConstants.LF_CHR, TarConstants.LF_BLK, TarConstants.LF_FIFO, (byte) 'M'}) {
            Entries archive = entries("tar");
            archive.tar("app/odd", type, "");
            refused(archive, "neither a file nor a directory");
        }
        for (int mode : new int[] {0020600, 0060600, 0010600, 0140600}) {
            Entries archive = entries("zip");
            archive.file("app/odd", mode, "");
            refused(archive, "neither a file nor a directory");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../outside", "app/later", "missing"})
    void aHardLinkToWhatIsNotThereIsRefused(String target) {
        Entries archive = entries("tar");
        archive.file("app/one", 0644, "content");
        archive.tar("app/two", TarConstants.LF_LINK, target);
        refused(archive, "app.tar: the entry");
    }

    @Test
    void namesThatAreNoUtf8AreRefused() throws IOException {
        Entries archive = entries("tar");
        archive.file("Xname", 0644, "content");
        Path file = archive.write();
        byte[] all = Files.readAllBytes(file);
        all[0] = (byte) 0xe4;
        fixSum(all);
        Files.write(file, all);
        refused(file, "is not UTF-8", ArchiveLimits.USUAL);

        Entries zip = entries("zip");
        zip.file("Xname", 0644, "content");
        file = zip.write();
        all = Files.readAllBytes(file);
        String text = new String(all, StandardCharsets.ISO_8859_1);
        all[text.indexOf("Xname")] = (byte) 0xe4;
        all[text.lastIndexOf("Xname")] = (byte) 0xe4;
        Files.write(file, all);
        refused(file, "is not UTF-8", ArchiveLimits.USUAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "zip"})
    void aQuestionMarkIsAName(String form) {
        Entries archive = entries(form);
        archive.file("page?id=1", 0644, "content");
        read(archive).snapshot().close();
    }

    private static void fixSum(byte[] tar) {
        Arrays.fill(tar, 148, 156, (byte) ' ');
        int sum = 0;
        for (int at = 0; at < 512; at++) {
            sum += tar[at] & 0xff;
        }
        byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(text, 0, tar, 148, 8);
    }

    // ------------------------------------------------------------ bombs

    @ParameterizedTest
    @ValueSource(strings = {"tar.gz", "zip"})
    void whatUnpacksToFarMoreThanItIsIsRefused(String form) {
        ArchiveLimits limits = new ArchiveLimits(10, 1L << 30, 100, 1 << 20);
        Entries archive = entries(form);
        archive.zeros("app/zeros", 4 << 20);
        refused(write(archive), "more than 100 times its own size", limits);
        Entries harmless = entries(form);
        harmless.zeros("app/zeros", 1 << 19);
        SourceArchive.read(write(harmless), "app", directory, limits).snapshot().close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip"})
    void tooManyBytesAreRefused(String form) {
        ArchiveLimits limits = new ArchiveLimits(10, 1 << 20, 1_000_000, 1L << 40);
        Entries archive = entries(form);
        archive.zeros("app/one", 600 << 10);
        archive.zeros("app/two", 600 << 10);
        refused(write(archive), "too large: a host takes at most 1 MB", limits);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "zip"})
    void tooManyEntriesAreRefused(String form) {
        Entries archive = entries(form);
        for (int number = 0; number < 11; number++) {
            archive.directory("app/" + number + "/");
        }
        refused(write(archive), "more than 10 entries", new ArchiveLimits(10, 1 << 20, 100, 1 << 20));
    }

    /** It says that it has a terabyte. */
    @Test
    void aSizeThatIsALieIsRefused() throws IOException {
        Entries archive = entries("tar");
        archive.file("huge", 0644, "content");
        Path file = archive.write();
        byte[] all = Files.readAllBytes(file);
        System.arraycopy("77777777777".getBytes(StandardCharsets.US_ASCII), 0, all, 124, 11);
        fixSum(all);
        Files.write(file, all);
        refused(file, "too large", ArchiveLimits.USUAL);
    }

    // ------------------------------------------------------------ damaged, and no archives at all

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip"})
    void whatWasCutOffIsRefused(String form) throws IOException {
        Entries archive = entries(form);
        for (int number = 0; number < 40; number++) {
            archive.file("app/" + number, 0644, "content of " + number + "\n" + "x".repeat(number * 50));
        }
        byte[] whole = Files.readAllBytes(archive.write());
        Path file = directory.resolve("app." + form);
        for (int length : new int[] {whole.length / 4, whole.length / 2, whole.length * 3 / 4}) {
            Files.write(file, Arrays.copyOf(whole, length));
            refused(file, "is damaged or was cut off", ArchiveLimits.USUAL);
        }
        if (form.equals("tar")) {
            // Between two entries.
            Files.write(file, Arrays.copyOf(whole, 1024 * 3));
            refused(file, "the mark of its end is missing", ArchiveLimits.USUAL);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar.gz", "zip"})
    void aFlippedBitIsFound(String form) throws IOException {
        Entries archive = entries(form);
        archive.file("app/file", 0644, "some content that is long enough to be looked at");
        Path file = archive.write();
        byte[] all = Files.readAllBytes(file);
        // In the content of the zip, in the sum of the gzip.
        int at = form.equals("zip") ? 45 : all.length - 6;
        all[at] ^= 1;
        Files.write(file, all);
        refused(file, "is damaged", ArchiveLimits.USUAL);
    }

    @Test
    void whatIsNoArchiveIsNamed() throws IOException {
        Path file = directory.resolve("app.bin");
        for (String[] one : new String[][] {
            {"", "empty"},
            {"BZh91AY", "packed with bzip2"},
            {"\u00fd7zXZ\0", "packed with xz"},
            {"(\u00b5/\u00fd", "packed with zstd"},
            {"7z\u00bc\u00af", "a 7z archive"},
            {"Rar!", "a rar archive"},
            {"\n<!DOCTYPE html><title>Log in</title>", "a web page"},
            {"just text", "no archive that can be read"},
        }) {
            Files.write(file, one[0].getBytes(StandardCharsets.ISO_8859_1));
            refused(file, one[1], ArchiveLimits.USUAL);
        }
        try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("just text".getBytes(StandardCharsets.UTF_8));
        }
        refused(file, "packed with gzip, but holds no tar", ArchiveLimits.USUAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "zip"})
    void oneWithoutFilesIsRefused(String form) {
        Entries archive = entries(form);
        archive.directory("app/");
        refused(archive, "has no files");
    }

    // ------------------------------------------------------------ making them

    private Entries entries(String form) {
        bytes.reset();
        return new Entries(form);
    }

    private SourceArchive.Unpacked read(Entries archive) {
        Path file = write(archive);
        return SourceArchive.read(file, file.getFileName().toString(), directory, ArchiveLimits.USUAL);
    }

    private static Path write(Entries archive) {
        try {
            return archive.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void refused(Entries archive, String why) {
        refused(write(archive), why, ArchiveLimits.USUAL);
    }

    private void refused(Path file, String why, ArchiveLimits limits) {
        assertThatThrownBy(() -> SourceArchive.read(file, file.getFileName().toString(), directory, limits))
                .isInstanceOfSatisfying(PocketException.class, refusal -> {
                    assertThat(refusal.exitCode()).isEqualTo(ExitCode.REFUSED);
                    assertThat(refusal.cure()).isPresent();
                })
                .hasMessageContaining(why);
    }

    private static String text(LocalRepository repository, dev.pocketpaas.core.git.Commit commit, String path) {
        return new String(repository.file(commit, path).orElseThrow().content(), StandardCharsets.UTF_8);
    }

    /** Writes an archive in one of the three forms. */
    private final class Entries {
        private static final Date CHANGED = Date.from(Instant.parse("2026-11-28T10:00:00Z"));

        private final String form;
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");
        private final ZipArchiveOutputStream zip = new ZipArchiveOutputStream(bytes);

        Entries(String form) {
            this.form = form;
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }

        void directory(String name) {
            put(name, 0755, TarConstants.LF_DIR, new byte[0], "");
        }

        void file(String name, int mode, String content) {
            put(name, mode, TarConstants.LF_NORMAL, content.getBytes(StandardCharsets.UTF_8), "");
        }

        void zeros(String name, int size) {
            put(name, 0644, TarConstants.LF_NORMAL, new byte[size], "");
        }

        void link(String name, String target) {
            put(name, 0777, TarConstants.LF_SYMLINK, target.getBytes(StandardCharsets.UTF_8), target);
        }

        void tar(String name, byte type, String target) {
            put(name, 0644, type, new byte[0], target);
        }

        private void put(String name, int mode, byte type, byte[] content, String target) {
            try {
                if (form.equals("zip")) {
                    ZipArchiveEntry entry = new ZipArchiveEntry(name);
                    int kind = type == TarConstants.LF_SYMLINK ? 0120000 : type == TarConstants.LF_DIR ? 0040000 : 0;
                    entry.setUnixMode(mode | (kind == 0 && mode < 01000 ? 0100000 : kind));
                    entry.setTime(CHANGED.getTime());
                    zip.putArchiveEntry(entry);
                    zip.write(content);
                    zip.closeArchiveEntry();
                    return;
                }
                TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
                entry.setMode(mode);
                entry.setModTime(CHANGED);
                boolean link = type == TarConstants.LF_SYMLINK || type == TarConstants.LF_LINK;
                if (link) {
                    entry.setLinkName(target);
                } else {
                    entry.setSize(content.length);
                }
                tar.putArchiveEntry(entry);
                if (!link) {
                    tar.write(content);
                }
                tar.closeArchiveEntry();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        Path write() throws IOException {
            if (form.equals("zip")) {
                zip.close();
            } else {
                tar.close();
            }
            Path file = directory.resolve("app." + form);
            if (form.equals("tar.gz")) {
                try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                    out.write(bytes.toByteArray());
                }
            } else {
                Files.write(file, bytes.toByteArray());
            }
            return file;
        }
    }
}
