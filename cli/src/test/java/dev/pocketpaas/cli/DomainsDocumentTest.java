package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each line of the table "What is refused" of docs/domains.md, tried: no connection, exit code 2, its message. */
class DomainsDocumentTest {
    @TempDir
    Path directory;

    /** One line of the table. */
    record Line(String given, String message) {}

    static List<Line> table() throws IOException {
        List<String> page = Files.readAllLines(Path.of("../docs/domains.md"));
        List<Line> lines = new ArrayList<>();
        for (String row : page.subList(page.indexOf("## What is refused"), page.size())) {
            if (row.startsWith("| ") && row.contains("`")) {
                String[] cells = row.substring(2, row.length() - 2).split(" \\| ", -1);
                lines.add(new Line(cells[0], cells[1]));
            }
        }
        return lines;
    }

    @Test
    void theTableIsThere() throws IOException {
        assertThat(table()).hasSizeGreaterThan(15);
    }

    @ParameterizedTest
    @MethodSource("table")
    void itIsRefusedAsThePageSays(Line line) throws IOException {
        String between = line.given()
                .substring(line.given().indexOf('`') + 1, line.given().lastIndexOf('`'));
        String[] words = between.split(" ");
        if (line.given().startsWith("file ")) {
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
