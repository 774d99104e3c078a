package dev.pocketpaas.cli.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Interruption;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeDeployTest {
    @TempDir
    Path directory;

    /** A deploy that fails half-way would leave most of its classes out of the archive, and nobody would notice. */
    @Test
    void everythingIsRehearsedToItsEnd() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Environment environment = new Environment(
                Map.of("HOME", directory.toString()),
                directory,
                InputStream.nullInputStream(),
                nowhere,
                nowhere,
                Environment.Terminals.NONE,
                Clock.systemUTC(),
                new Interruption());

        Map<String, Integer> codes = WholeDeploy.rehearse(environment, directory);

        assertThat(codes)
                .containsEntry("deplyo --force", 2)
                .hasSize(14)
                .allSatisfy((words, code) -> assertThat(code).as(words).isEqualTo(words.startsWith("deplyo") ? 2 : 0));
    }
}
