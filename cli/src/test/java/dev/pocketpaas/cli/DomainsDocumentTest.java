package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of the table "What is refused" of docs/domains.md, tried: no connection, exit code 2, its message. */
class DomainsDocumentTest {
    @TempDir
    Path directory;

    static List<DocumentedRefusal> table() throws IOException {
        return DocumentedRefusal.of("domains.md");
    }

    @Test
    void theTableIsThere() throws IOException {
        assertThat(table()).hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @MethodSource("table")
    void itIsRefusedAsThePageSays(DocumentedRefusal line) throws IOException {
        String between = line.text();
        String[] words = between.split(" ");
        if (line.isFile()) {
            Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\n" + between + "\n");
            words = new String[] {"manifest", "check"};
        } else if (line.given().startsWith("snippet ")) {
            Files.writeString(directory.resolve("snippet"), between + "\n");
            words = new String[] {"nginx", "set", "snippet"};
        }

        CliRunner.Result result = new CliRunner(directory)
                .with("POCKETPAAS_HOST", "203.0.113.10")
                .with("POCKETPAAS_APP", "shop")
                .run(words);

        assertThat(result.out() + result.err()).contains(line.message());
        assertThat(result.code()).isEqualTo(2);
    }
}
