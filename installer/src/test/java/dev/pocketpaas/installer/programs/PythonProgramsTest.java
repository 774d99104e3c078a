package dev.pocketpaas.installer.programs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The host programs' own tests and checks, by the tools of the distribution: python3, mypy, black, flake8 (Debian and Ubuntu: packages of those names). */
@Execution(ExecutionMode.CONCURRENT)
class PythonProgramsTest {
    private static final Path MODULE = Path.of("").toAbsolutePath();
    private static final Path PROGRAMS = MODULE.resolve("src/main/python");
    private static final Path TESTS = MODULE.resolve("src/test/python");
    /** How many processes run the programs' own tests. */
    private static final int SHARES = 8;

    /** In shares, as many of these tests wait for programs that they start: one share waits while another works. */
    @ParameterizedTest
    @MethodSource("shares")
    void theirOwnTestsPass(int share) throws Exception {
        List<String> modules = testModules();
        assertThat(modules).hasSizeGreaterThan(50);
        List<String> command = new ArrayList<>(List.of(
                "env", "PYTHONPATH=" + PROGRAMS, "PYTHONDONTWRITEBYTECODE=1", "python3", "-m", "unittest", "--quiet"));
        for (int index = share; index < modules.size(); index += SHARES) {
            command.add(modules.get(index));
        }
        run(TESTS, command.toArray(String[]::new));
    }

    @Test
    void theirTypesAreChecked() throws Exception {
        run(
                MODULE,
                "mypy",
                "--strict",
                "--cache-dir=target/mypy",
                PROGRAMS.resolve("pocketpaas").toString());
    }

    @Test
    void theyAreFormattedAndLinted() throws Exception {
        run(MODULE, "black", "--quiet", "--check", "--line-length=120", PROGRAMS.toString(), TESTS.toString());
        List<String> lint = new ArrayList<>(List.of(
                "flake8", "--max-line-length=120", "--extend-ignore=E203,W503", PROGRAMS.toString(), TESTS.toString()));
        lint.addAll(executables());
        run(MODULE, lint.toArray(String[]::new));
    }

    @Test
    void everyExecutableIsIsolated() throws IOException {
        assertThat(executables()).hasSizeGreaterThan(10);
        for (String file : executables()) {
            assertThat(Files.readString(Path.of(file))).as(file).startsWith("#!/usr/bin/python3 -IS\n\"\"\"");
        }
    }

    private static IntStream shares() {
        return IntStream.range(0, SHARES);
    }

    /** All that {@code python3 -m unittest} finds by itself. */
    private static List<String> testModules() throws IOException {
        try (Stream<Path> files = Files.list(TESTS)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("test") && name.endsWith(".py"))
                    .map(name -> name.substring(0, name.length() - ".py".length()))
                    .sorted()
                    .toList();
        }
    }

    private static List<String> executables() throws IOException {
        try (Stream<Path> files = Files.walk(PROGRAMS)) {
            return files.filter(Files::isRegularFile)
                    .map(Path::toString)
                    .filter(file -> !file.endsWith(".py") && !file.endsWith(".json") && !file.endsWith(".pyc"))
                    // Scripts for the containers of services; HostProgramsShellcheckTest has those.
                    .filter(file -> !Path.of(file).startsWith(PROGRAMS.resolve("services")))
                    .sorted()
                    .toList();
        }
    }

    private static void run(Path directory, String... command) throws Exception {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue())
                .as(String.join(" ", command) + "\n" + said)
                .isZero();
    }
}
