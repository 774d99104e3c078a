package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged program, started the way users start it, by each shell the launcher is written for. */
class LauncherIT {
    private static final Path PROGRAM = Path.of("target", "pocketpaas").toAbsolutePath();
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    @TempDir
    Path directory;

    private final Map<String, String> variables = new LinkedHashMap<>();

    @BeforeEach
    void environment() {
        variables.put("HOME", directory.toString());
        variables.put("PATH", "/usr/bin:/bin");
        variables.put("JAVA_HOME", JAVA_HOME.toString());
        variables.put("XDG_CACHE_HOME", directory.resolve("cache").toString());
        variables.put("CI", "1");
    }

    /** On terminals that nobody knows, or that can do nothing: the terminal itself hides what is typed. The script(1) of other systems takes other words. */
    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(strings = {"dumb", "xterm-ghostty", "xterm"})
    void aSecretIsAskedForWithoutEcho(String term) throws Exception {
        variables.put("TERM", term);
        Typed typed = typed(ASKING, "not shown): ", "geheim\n");
        assertThat(typed.code()).as(typed.seen()).isEqualTo(3);
        assertThat(typed.seen())
                .contains("nothing answers on TCP port 1")
                .doesNotContain("geheim")
                .doesNotContain("WARNING")
                .doesNotContain("Exception");
    }

    /** In windows without a size, without TERM and terminfo, and where stty fails or is none. */
    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @CsvSource({"0,0,yes", "1,1,yes", "0,0,no", "24,80,no"})
    void aSecretIsAskedForOnOddTerminals(int rows, int columns, String stty) throws Exception {
        variables.put("TERMINFO", "/nonexistent");
        if (stty.equals("no")) {
            withoutStty();
        }
        Typed typed = typed(
                "/usr/bin/stty rows " + rows + " cols " + columns + "; exec " + ASKING, "not shown): ", "geheim\n");
        assertThat(typed.code()).as(typed.seen()).isEqualTo(3);
        assertThat(typed.seen()).contains("nothing answers on TCP port 1").doesNotContain("geheim", "Exception");
    }

    /** Nothing can hide it, and standard output is elsewhere: it is asked for all the same, and said before. */
    @EnabledOnOs(OS.LINUX)
    @Test
    void aSecretThatCannotBeHiddenIsAskedForWithAWarning() throws Exception {
        withoutStty();
        Typed typed = typed(ASKING + " >/dev/null", "Password: ", "geheim\n");
        assertThat(typed.code()).as(typed.seen()).isEqualTo(3);
        assertThat(typed.seen())
                .contains("warning: what you type will be shown")
                .contains("nothing answers on TCP port 1");
    }

    /** Ctrl-C at a question is 130, and the terminal shows again what is typed. */
    @EnabledOnOs(OS.LINUX)
    @ParameterizedTest
    @ValueSource(
            strings = {
                "auth add ada --app shop --host 127.0.0.1:1",
                "env set KEY=- --app shop --host 127.0.0.1:1",
                "services copy db other --app shop --host 127.0.0.1:1"
            })
    void interruptedAtAQuestionItEndsAsInterrupted(String words) throws Exception {
        String program = PROGRAM.resolve("bin/pocketpaas").toString();
        Typed typed = typed("trap : INT; " + program + " " + words + "; echo ended $?; stty -a", ": ", "\u0003");
        assertThat(typed.seen()).contains("ended 130").containsPattern("[^-]echo ");
    }

    private static final String ASKING =
            PROGRAM.resolve("bin/pocketpaas") + " auth add ada --app shop --host 127.0.0.1:1";

    /** A stty that works on no terminal. */
    private void withoutStty() throws IOException {
        Path bin = Files.createDirectories(directory.resolve("no-stty"));
        executable(bin.resolve("stty"), "exit 1");
        variables.put("PATH", bin + ":/usr/bin:/bin");
    }

    /** What stood on a terminal in the end, and the exit code. */
    private record Typed(int code, String seen) {}

    /** Runs a shell command on a terminal, and types {@code answer} once {@code question} is there. */
    private Typed typed(String command, String question, String answer) throws Exception {
        // Whoever starts the tests in the background ignores Ctrl-C for all of them.
        ProcessBuilder builder = new ProcessBuilder(
                "/usr/bin/env", "--default-signal=INT", "/usr/bin/script", "-qec", command, "/dev/null");
        builder.environment().clear();
        builder.environment().putAll(variables);
        builder.environment().put("SHELL", "/bin/sh");
        Process process = builder.redirectErrorStream(true).start();
        CompletableFuture.delayedExecutor(1, TimeUnit.MINUTES).execute(process::destroyForcibly);
        StringBuilder seen = new StringBuilder();
        while (!seen.toString().contains(question)) {
            int next = process.getInputStream().read();
            assertThat(next).as(seen.toString()).isNotNegative();
            seen.append((char) next);
        }
        process.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
        seen.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        return new Typed(process.waitFor(), seen.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash"})
    void startsFromAnywhereThroughLinksAndBlanks(String shell) throws IOException {
        Path installed = Files.createDirectories(directory.resolve("my tools"));
        copyProgram(installed.resolve("program"));
        Path bin = Files.createDirectories(directory.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("first"), Path.of("second"));
        Files.createSymbolicLink(bin.resolve("second"), Path.of("..", "my tools", "program", "bin", "pocketpaas"));

        Path itself = installed.resolve("program/bin/pocketpaas");
        for (Path way : List.of(itself, bin.resolve("first"), bin.resolve("second"))) {
            assertThat(run(shell, way.toString(), "--version"))
                    .isEqualTo(new Ended(0, "pocketpaas " + version() + "\n", ""));
        }
    }

    @Test
    void startsByItsNameOnThePath() throws IOException {
        Path bin = Files.createDirectories(directory.resolve("bin"));
        copyProgram(directory.resolve("program"));
        Files.createSymbolicLink(bin.resolve("pocketpaas"), Path.of("..", "program", "bin", "pocketpaas"));
        variables.put("PATH", bin + ":/usr/bin:/bin");

        assertThat(run("pocketpaas", "--version").code()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"dash", "bash"})
    void withoutJavaItSaysSo(String shell) throws IOException {
        variables.remove("JAVA_HOME");
        variables.put("PATH", pathWithoutJava());

        Ended ended = run("/bin/" + shell, PROGRAM.resolve("bin/pocketpaas").toString(), "--version");

        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err())
                .startsWith("error: PocketPaaS needs Java 17 or newer\n")
                .contains("fix: install one")
                .contains("POCKETPAAS_JAVA_HOME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_402", "11.0.22", "16"})
    void anOldJavaIsNamed(String version) throws IOException {
        Path old = fakeJava(version);
        variables.put("JAVA_HOME", old.toString());
        variables.put("PATH", pathWithoutJava());

        Ended ended = run("/bin/dash", PROGRAM.resolve("bin/pocketpaas").toString(), "--version");

        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err()).contains("(" + old.resolve("bin/java") + " is " + version + ")");
    }

    @Test
    void anOldJavaFirstDoesNotHideANewOne() throws IOException {
        variables.put("POCKETPAAS_JAVA_HOME", fakeJava("11.0.22").toString());

        assertThat(pocketpaas("--version").code()).isZero();
    }

    @Test
    void argumentsArriveByteByByte() {
        variables.remove("LANG");
        variables.put("LC_ALL", "C");

        Ended ended = pocketpaas("ps", "--host", "203.0.113.10", "--app", "a b\"'$(id)`*ä日");

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("\"a b\"'$(id)`*ä日\" is not a valid app name");
    }

    @Test
    void aPipeIsReadToItsEnd() {
        String program = PROGRAM.resolve("bin/pocketpaas").toString();
        String line = "printf secret | \"$0\" env set A=- B=- --app shop --host 203.0.113.10";

        assertThat(run("sh", "-c", line, program).err()).contains("only one variable can be read from standard input");
    }

    @Test
    void anArchiveIsMadeUsedAndMadeAgainWhenItIsDamaged() throws IOException, InterruptedException {
        variables.remove("CI");
        assertThat(pocketpaas("hosts").code()).isZero();
        Path archive = awaitArchive();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(archive)))
                .matches("r.-------");
        assertThat(usesArchive("hosts")).isTrue();
        assertThat(usesArchive("--version")).isTrue();

        // Java 17 dies of an archive that was cut off: it must not even be tried.
        byte[] whole = Files.readAllBytes(archive);
        replace(archive, java.util.Arrays.copyOf(whole, whole.length / 2));
        assertThat(pocketpaas("hosts").code()).isZero();
        Instant end = Instant.now().plus(Duration.ofMinutes(2));
        while (Files.size(archive) <= whole.length / 2 && Instant.now().isBefore(end)) {
            Thread.sleep(200);
        }
        assertThat(Files.size(archive)).as("it is made again").isGreaterThan(whole.length / 2);
        awaitArchive();
        assertThat(usesArchive("hosts")).isTrue();

        replace(archive, "no archive at all, but of the right size".getBytes(StandardCharsets.UTF_8));
        Files.writeString(archive.resolveSibling(archive.getFileName() + ".size"), "40\n");
        assertThat(pocketpaas("hosts").code()).isZero();

        variables.put("POCKETPAAS_ARCHIVE", "off");
        assertThat(usesArchive("hosts")).isFalse();
    }

    @Test
    void severalFirstStartsAtOnceMakeEachArchiveOnce() throws IOException, InterruptedException {
        variables.remove("CI");
        List<Process> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            starts.add(start(PROGRAM.resolve("bin/pocketpaas").toString(), "--version"));
        }
        for (Process process : starts) {
            assertThat(process.waitFor()).isZero();
        }
        awaitArchive();

        try (Stream<Path> files = Files.list(directory.resolve("cache/pocketpaas"))) {
            assertThat(files.map(f -> f.getFileName().toString().replaceAll("[0-9]+", "N")))
                    .containsExactlyInAnyOrder(
                            "classes-N.jsa", "classes-N.jsa.size", "words-N.jsa", "words-N.jsa.size");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/no/such/place", "/dev/null", "relative"})
    void aCacheThatCannotBeWrittenDoesNotMatter(String cache) {
        variables.remove("CI");
        variables.put("XDG_CACHE_HOME", cache);

        assertThat(pocketpaas("--version")).isEqualTo(new Ended(0, "pocketpaas " + version() + "\n", ""));
        assertThat(directory.resolve("relative")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--version", "--help", "help deploy", "completion zsh", "hosts --json", ""})
    void outputThatCannotBeWrittenIsNeverSuccess(String words) {
        String program = PROGRAM.resolve("bin/pocketpaas").toString();

        Ended full = run("sh", "-c", "\"$0\" " + words + " >/dev/full", program);
        assertThat(full.code()).isEqualTo(1);
        assertThat(full.err()).contains("error: the output cannot be written: No space left on device");

        // The reader is gone before the program begins.
        String pipe = "mkfifo pipe; exec 3<>pipe; exec 4>pipe; exec 3<&-; \"$0\" " + words + " >&4";
        Ended left = run("sh", "-c", pipe, program);
        assertThat(left).isEqualTo(new Ended(141, "", ""));
    }

    @Test
    void aDeletedDirectoryIsToldInOneLine() {
        String program = PROGRAM.resolve("bin/pocketpaas").toString();
        for (String shell : List.of("dash", "bash")) {
            String gone = "mkdir gone && cd gone && rmdir ../gone && ";
            Ended ended = run("sh", "-c", gone + shell + " \"$0\" apps", program);
            assertThat(ended.code()).isEqualTo(4);
            assertThat(ended.err())
                    .contains("error: the current directory was deleted\nfix: ")
                    .doesNotContain("java");

            assertThat(run("sh", "-c", gone + shell + " \"$0\" --version", program)
                            .out())
                    .isEqualTo("pocketpaas " + version() + "\n");
            assertThat(run("sh", "-c", gone + shell + " \"$0\" -C " + directory + " manifest check", program)
                            .err())
                    .contains("no pocketpaas.yml in this directory");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"LANG", "LC_ALL", "LC_CTYPE"})
    void aLocaleThatWasNeverGeneratedDamagesNothing(String variable) throws IOException {
        // No machine has this one.
        variables.put(variable, "tlh_DE.UTF-8");
        Files.createDirectory(directory.resolve("dir ü"));
        Files.writeString(directory.resolve("dir ü/pocketpaas.yml"), "app: grüß\n");

        Ended ended = pocketpaas("manifest", "check", "-C", "dir ü");

        assertThat(ended.code()).as(ended.toString()).isEqualTo(2);
        assertThat(ended.err()).contains("grüß").doesNotContain("unexpected");
    }

    @Test
    void optionsForEveryJavaProgramAreUsedInSilence() {
        variables.put("JAVA_TOOL_OPTIONS", "-Dsome=thing -Xmx300m");
        variables.put("_JAVA_OPTIONS", "-Dother=thing");
        assertThat(pocketpaas("--version")).isEqualTo(new Ended(0, "pocketpaas " + version() + "\n", ""));

        variables.put("JAVA_TOOL_OPTIONS", "-showversion");
        assertThat(pocketpaas("--version").err())
                .contains("Runtime Environment")
                .doesNotContain("Picked up");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/proc/no/such/place", "/dev/null"})
    void aConfigurationThatCannotBeWrittenIsToldWithItsName(String place) {
        variables.put("XDG_CONFIG_HOME", place);
        assertThat(pocketpaas("hosts").code()).isZero();

        Ended ended = pocketpaas("completion", "install", "fish");
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err()).startsWith("error: cannot write " + place.substring(0, 5));
    }

    @Test
    void withoutAHomeItStartsAllTheSame() {
        variables.remove("HOME");
        variables.remove("XDG_CACHE_HOME");

        assertThat(pocketpaas("--version").code()).isZero();
    }

    @Test
    void javaOptionsArePassedOn() {
        variables.put("POCKETPAAS_JAVA_OPTS", "-Xmx64m -showversion");

        assertThat(pocketpaas("--version").err()).contains("Runtime Environment");
    }

    @Test
    void theExitCodeIsTheProgramsOwn() {
        assertThat(pocketpaas("no-such-command").code()).isEqualTo(2);
    }

    @Test
    void thePackageNeedsNothingBesideItself() throws IOException {
        try (Stream<Path> files = Files.walk(PROGRAM)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(f -> PROGRAM.relativize(f).toString()))
                    .contains(
                            "bin/pocketpaas",
                            "lib/pocketpaas.jar",
                            "completions/pocketpaas.bash",
                            "completions/pocketpaas.zsh",
                            "completions/pocketpaas.fish",
                            "LICENSE");
        }
    }

    private boolean usesArchive(String command) {
        Map<String, String> before = new LinkedHashMap<>(variables);
        variables.put("POCKETPAAS_JAVA_OPTS", "-Xlog:class+load:file=" + directory.resolve("classes.log"));
        assertThat(pocketpaas(command).code()).isZero();
        variables.clear();
        variables.putAll(before);
        try {
            return Files.readString(directory.resolve("classes.log")).contains("pocketpaas.cli.Main source: shared");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path awaitArchive() throws IOException, InterruptedException {
        Path cache = directory.resolve("cache/pocketpaas");
        Instant end = Instant.now().plus(Duration.ofMinutes(2));
        while (Instant.now().isBefore(end)) {
            if (Files.isDirectory(cache)) {
                List<Path> files;
                try (Stream<Path> listed = Files.list(cache)) {
                    files = listed.toList();
                }
                boolean busy = files.stream().anyMatch(f -> f.toString().endsWith(".lock"));
                List<Path> archives = files.stream()
                        .filter(f -> f.toString().endsWith(".jsa"))
                        .toList();
                if (!busy && archives.size() == 2) {
                    return archives.stream()
                            .filter(f -> f.getFileName().toString().startsWith("classes-"))
                            .findFirst()
                            .orElseThrow();
                }
                assertThat(files.stream().map(Path::toString)).noneMatch(f -> f.endsWith(".failed"));
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no archive was made");
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path aside = file.resolveSibling("aside");
        Files.write(aside, content);
        Files.move(aside, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    private Path fakeJava(String version) throws IOException {
        Path home = directory.resolve("java-" + version);
        Path java = Files.createDirectories(home.resolve("bin")).resolve("java");
        executable(java, "echo this Java must not be started >&2; exit 99");
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private String pathWithoutJava() throws IOException {
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (String tool : List.of("readlink", "cksum", "wc", "sed", "find", "mkdir", "rm", "rmdir", "mv", "nice")) {
            executable(tools.resolve(tool), "exec /usr/bin/" + tool + " \"$@\"");
        }
        return tools.toString();
    }

    private static void executable(Path file, String command) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + command + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void copyProgram(Path target) {
        assertThat(run("cp", "-R", PROGRAM.toString(), target.toString()).code())
                .isZero();
    }

    private static String version() {
        return dev.pocketpaas.cli.environment.Version.text();
    }

    private Ended pocketpaas(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(PROGRAM.resolve("bin/pocketpaas").toString());
        command.addAll(List.of(arguments));
        return run(command.toArray(String[]::new));
    }

    private Ended run(String... command) {
        try {
            Path out = Files.createTempFile(directory, "out", "");
            Path err = Files.createTempFile(directory, "err", "");
            ProcessBuilder builder =
                    builder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            Process process = builder.start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as(String.join(" ", command))
                    .isTrue();
            return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private Process start(String... command) throws IOException {
        return builder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    private ProcessBuilder builder(String... command) {
        // Through env, so that the program is looked up on the PATH of the test and not on ours.
        List<String> words = new ArrayList<>(List.of("/usr/bin/env"));
        words.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(words).directory(directory.toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        return builder;
    }

    private record Ended(int code, String out, String err) {}
}
