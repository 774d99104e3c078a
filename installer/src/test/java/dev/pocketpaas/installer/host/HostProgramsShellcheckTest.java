package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostProgramsShellcheckTest {
    private static final Path HOST =
            Path.of("src/main/resources/dev/pocketpaas/installer/host").toAbsolutePath();

    @Test
    void everyProgramPassesShellcheck(@TempDir Path directory) throws Exception {
        // Each file by itself: what the libraries define for one another (the excluded four) is not seen, and seconds
        // are saved. More are saved by one shellcheck a processor.
        List<String> command = new ArrayList<>(List.of("xargs", "-0", "-n", "4"));
        command.addAll(List.of("-P", Integer.toString(Runtime.getRuntime().availableProcessors())));
        command.addAll(List.of("shellcheck", "--norc", "--exclude=SC1090,SC1091,SC2034,SC2154"));
        String files =
                shellFiles().stream().map(file -> HOST.relativize(file) + "\0").collect(Collectors.joining());
        Process process = new ProcessBuilder(command)
                .directory(HOST.toFile())
                .redirectErrorStream(true)
                .redirectInput(
                        Files.writeString(directory.resolve("files"), files).toFile())
                .start();
        String complaints = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(complaints)
                .as("install the package \"shellcheck\" where it is missing")
                .isEmpty();
        assertThat(process.waitFor()).isZero();
    }

    /** They run in containers, under whatever shell is there as sh. */
    @Test
    void theScriptsOfServicesPassShellcheckToo(@TempDir Path directory) throws Exception {
        List<String> command = new ArrayList<>(List.of("shellcheck", "--norc"));
        try (Stream<Path> files = Files.walk(Path.of("src/main/python/services"))) {
            files.filter(file -> Files.isRegularFile(file) && !file.toString().endsWith(".json"))
                    .filter(file -> !file.endsWith("common"))
                    .map(file -> asItRuns(file, directory))
                    .forEach(command::add);
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(process.waitFor()).isZero();
        assertThat(command).hasSizeGreaterThan(10);
    }

    /** A script, behind what all of its kind share. */
    private static String asItRuns(Path script, Path directory) {
        Path common = script.resolveSibling("common");
        if (!Files.exists(common)) {
            return script.toString();
        }
        try {
            Path whole = directory.resolve(script.getParent().getFileName() + "." + script.getFileName());
            Files.writeString(whole, Files.readString(common) + Files.readString(script));
            return whole.toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyProgramFailsAtTheFirstError() throws IOException {
        for (Path file : shellFiles()) {
            String text = Files.readString(file);
            // What becomes an app keeps no settings of ours.
            if (text.startsWith("#!/bin/bash") && !file.endsWith("stack/start")) {
                assertThat(text).as(file.toString()).contains("\nset -euo pipefail\n");
            }
        }
    }

    @Test
    void everyFileBeginsWithWhatItIsForAndEveryProgramNamesItsExitCodes() throws IOException {
        for (Path file : shellFiles()) {
            List<String> lines = Files.readAllLines(file);
            assertThat(lines.get(1)).as(file.toString()).matches("# \\w.{20,}");
            if (lines.get(0).startsWith("#!")) {
                List<String> header =
                        lines.stream().takeWhile(line -> line.startsWith("#")).toList();
                assertThat(String.join("\n", header)).as(file.toString()).containsPattern("\\bExit codes?: ");
            }
        }
    }

    @Test
    void noProgramEvaluatesText() throws IOException {
        for (Path file : shellFiles()) {
            assertThat(Files.readAllLines(file))
                    .as(file.toString())
                    .noneMatch(line -> line.matches("\\s*eval\\b.*|.*[;&|(]\\s*eval\\b.*"));
        }
    }

    /** Else a name that a user chose could be a variable of the program, or of what it starts, or be text that it runs. */
    @Test
    void noProgramHasAVariableWhoseNameComesFromElsewhere() throws IOException {
        String variable = "\\s*(?:-\\w+\\s+)*\"?[A-Za-z_]*\\$.*";
        for (Path file : shellFiles()) {
            assertThat(Files.readAllLines(file))
                    .as(file.toString())
                    .noneMatch(line ->
                            line.matches("(?:.*[\\s;&|(])?(?:declare|typeset|local|readonly|export(?! -n))" + variable)
                                    || line.matches(".*printf -v \"?\\$.*")
                                    || line.matches(".*\\bread (?:-(?![tudnN] )\\w+ )*\"?\\$.*")
                                    // Bash looks at a subscript in double quotes once more, and runs what stands there.
                                    || line.matches(".*unset (?:-v )?\"?[^'\"]*\\[.*\\$.*"));
        }
    }

    private static List<Path> shellFiles() throws IOException {
        try (Stream<Path> files = Files.walk(HOST)) {
            List<Path> found = files.filter(Files::isRegularFile)
                    .filter(HostProgramsShellcheckTest::isShell)
                    .sorted()
                    .toList();
            assertThat(found).hasSizeGreaterThan(5);
            return found;
        }
    }

    private static boolean isShell(Path file) {
        try {
            String start = new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
            return start.startsWith("#!/bin/bash")
                    || start.startsWith("#!/bin/sh")
                    || start.startsWith("# shellcheck shell=");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
