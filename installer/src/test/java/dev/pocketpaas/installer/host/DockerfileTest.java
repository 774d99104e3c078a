package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read from a Dockerfile before the engine gets it. */
class DockerfileTest {
    private static final String READ = """
            import sys
            sys.path.insert(0, sys.argv[1])
            import dockerfile
            try:
                text = dockerfile.read_dockerfile(sys.argv[2], sys.argv[3])
                dockerfile.check_frontend(text)
                print(" ".join(dockerfile.references(text, dict(pair.split("=", 1) for pair in sys.argv[4:]))))
            except dockerfile.Refused as refused:
                print("refused " + refused.cause)
            """;

    @TempDir
    Path directory;

    @Test
    void everyImageThatIsNamedIsFound() throws Exception {
        assertThat(read("""
                        ARG BASE=one
                        FROM --platform=linux/amd64 $BASE:1 AS build
                        onbuild COPY --from=two /a /b
                        COPY --chown=1:1 --from="three" /a /b
                        RUN --mount=type=cache,target=/c --mount=type=bind,"from=four",target=/d true
                        FROM \\
                        # a comment
                          five
                        ADD --from=six /a /b
                        """)).isEqualTo("one:1 two three four five six");
    }

    @Test
    void variablesMeanWhatTheyMeanToTheEngine() throws Exception {
        String text = """
                ARG A=a
                ARG B="b-${A}"
                ARG C=${MISSING:-c}
                FROM ${B}:${A:+x}${MISSING+y}
                ARG A=later
                FROM $C$A
                """;
        assertThat(read(text)).isEqualTo("b-a:x ca");
        assertThat(read(text, "A=given")).isEqualTo("b-given:x cgiven");
        assertThat(read("ARG X\nFROM app-${X}\n", "X=of:another")).isEqualTo("app-of:another");
        assertThat(read("FROM base-$TARGETOS\n")).isEqualTo("base-linux");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FR\\\nOM hidden",
                "\ufefffrom hidden",
                "FROM 'hid'\"den\"",
                "# escape=`\nFROM x\nCOPY `\n --from=hidden /a /b",
                "FROM x\nRUN <<'E\\'\ntrue\nE\\\nCOPY --from=hidden /a /b",
                "FROM x\nRUN <<'E\\'\ntrue\nE\\\nCO\\\n\\\nPY --from=hidden /a /b",
                "FROM x\r\nCOPY --from=hidden /a /b\r\n",
                "FROM x\nCOPY --f\"rom\"=hidden /a /b",
                "FROM x\nONBUILD ONBUILD RUN --mount=from=hidden,target=/a true",
                "\t  FROM\thidden",
            })
    void nothingHidesAnImage(String text) throws Exception {
        assertThat(read(text).split(" ")).contains("hidden");
    }

    @Test
    void whatCannotBeWorkedOutIsRefused() throws Exception {
        assertThat(read("FROM ${A#x}\n")).isEqualTo("refused bad-dockerfile");
        assertThat(read("FROM x\nCOPY --from=$A /a /b\n")).isEqualTo("refused bad-dockerfile");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# syntax=docker/dockerfile:1",
                "#syntax = docker.io/docker/dockerfile:1.7",
                "# syntax=docker/dockerfile:1.7-labs",
                "FROM x\n# syntax=evil",
                "# about this\n\n# it has a syntax",
            })
    void dockersOwnFrontendsAreTaken(String text) throws Exception {
        assertThat(read(text + "\nFROM x\n")).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "# syntax=evil/frontend",
                "#Syntax=evil/frontend:1",
                "\ufeff# syntax=evil",
                "#!/bin/x\n# syntax=evil",
                "# escape=`\n#syntax=evil",
                "# a comment\n# syntax=evil",
                "// syntax=evil",
                "{\"syntax\": \"evil\"}",
                "# syntax=docker/dockerfile:1.0",
                "# syntax=docker/dockerfile:experimental",
                "# syntax=docker/dockerfile:1@sha256:0123",
                "# syntax=docker/dockerfile.evil/x:1",
            })
    void otherFrontendsAreRefused(String text) throws Exception {
        assertThat(read(text + "\nFROM x\n")).isEqualTo("refused bad-frontend");
    }

    @Test
    void linksLeadOnlyToFilesOfTheSource() throws Exception {
        Files.createDirectories(directory.resolve("source/docker"));
        Files.writeString(directory.resolve("source/docker/real"), "FROM x");
        Files.createSymbolicLink(directory.resolve("source/Dockerfile"), Path.of("docker/real"));
        Files.createSymbolicLink(directory.resolve("source/out"), Path.of("/nowhere/passwd"));
        Files.createSymbolicLink(directory.resolve("source/up"), Path.of("../up"));
        Files.createSymbolicLink(directory.resolve("source/loop"), Path.of("loop"));

        assertThat(readFile("Dockerfile")).isEqualTo("x");
        for (String name : List.of("out", "up", "loop", "docker", "absent")) {
            assertThat(readFile(name)).as(name).isEqualTo("refused bad-dockerfile");
        }
    }

    private String read(String text, String... arguments) throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("source"));
        Files.writeString(directory.resolve("source/Dockerfile"), text);
        return readFile("Dockerfile", arguments);
    }

    private String readFile(String name, String... arguments) throws IOException, InterruptedException {
        run(List.of("tar", "-C", directory.resolve("source").toString(), "-cf", tar(), "."));
        List<String> command = new ArrayList<>(List.of("python3", "-IB", "-c", READ));
        command.addAll(List.of(HostShell.programs().resolve("lib").toString(), tar(), name));
        command.addAll(List.of(arguments));
        return run(command).strip();
    }

    private String tar() {
        return directory.resolve("source.tar").toString();
    }

    private static String run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(Map.of("PYTHONUTF8", "1"));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
