package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of the table "What is refused" of docs/environment.md, tried: no connection, exit code 2, its message, and no value. */
class EnvironmentDocumentTest {
    private static final String CANARY = "canary-7a31";

    @TempDir
    Path directory;

    static List<DocumentedRefusal> table() throws IOException {
        return DocumentedRefusal.of("environment.md");
    }

    @BeforeEach
    void files() throws IOException {
        Files.write(directory.resolve("binary"), new byte[] {'A', '=', (byte) 0xff});
        Files.write(directory.resolve("nul"), new byte[] {'a', 0});
        Files.writeString(directory.resolve("huge"), "x".repeat(140_000));
        Files.writeString(directory.resolve("empty"), "# nothing\n");
    }

    @Test
    void theTableIsThere() throws IOException {
        assertThat(table()).hasSizeGreaterThan(25);
    }

    @ParameterizedTest
    @MethodSource("table")
    void itIsRefusedAsThePageSays(DocumentedRefusal line) throws IOException {
        String between = line.text();
        String[] words = line.isFile() ? new String[] {"env", "import", "given"} : between.split(" ");
        Files.writeString(directory.resolve("given"), between.replace("⏎", "\n"));

        CliRunner.Result result = run(words);

        assertThat(result.err()).contains(line.message());
        assertThat(result.code()).isEqualTo(2);
    }

    @ParameterizedTest
    @MethodSource("brokenFiles")
    void noPieceOfABrokenFileIsShown(String file) throws IOException {
        Files.writeString(directory.resolve("given"), file.replace("SECRET", CANARY));

        CliRunner.Result result = run("env", "import", "given");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out() + result.err()).doesNotContain(CANARY);
    }

    static Stream<String> brokenFiles() {
        return Stream.of(
                "KEY=-----BEGIN\nSECRET\n",
                "KEY=-----BEGIN\nSECRET==\n",
                "KEY=\"SECRET",
                "KEY='a'SECRET",
                "PORT=SECRET",
                "{\"A\": \"SECRET\", x}",
                "{\"A\": SECRET}",
                "{\"A\": [\"SECRET\"]}",
                "{\"A\": \"SECRET",
                "{\"A\": \"SECRET\"} more SECRET",
                "A=SECRET\nA=SECRET\n");
    }

    private CliRunner.Result run(String... words) {
        return new CliRunner(directory)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop")
                .reading("value")
                .run(words);
    }
}
