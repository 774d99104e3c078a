package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class HostProgramsShellcheckTest {
    private static final Path HOST = HostShell.programs();

    @Test
    void everyProgramPassesShellcheck() throws Exception {
        // Each file by itself: what the libraries define for one another (the excluded four) is not seen, and seconds
        // are saved.
        List<String> command =
                new ArrayList<>(List.of("shellcheck", "--norc", "--exclude=SC1090,SC1091,SC2034,SC2154"));
        shellFiles().forEach(file -> command.add(HOST.relativize(file).toString()));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(HOST.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new AssertionError("shellcheck is missing: install the package \"shellcheck\"", e);
        }
        String complaints = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(complaints).isEmpty();
        assertThat(process.waitFor()).isZero();
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
    void noProgramEvaluatesText() throws IOException {
        for (Path file : shellFiles()) {
            assertThat(Files.readAllLines(file))
                    .as(file.toString())
                    .noneMatch(line -> line.matches("\\s*eval\\b.*|.*[;&|(]\\s*eval\\b.*"));
        }
    }

    private static List<Path> shellFiles() throws IOException {
        try (Stream<Path> files = Files.walk(HOST)) {
            List<Path> found = files.filter(Files::isRegularFile)
                    .filter(HostProgramsShellcheckTest::isShell)
                    .sorted()
                    .toList();
            assertThat(found).hasSizeGreaterThan(20);
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
