package dev.pocketpaas.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is checked in equals what the command tree says; {@code -Dpocketpaas.regenerate=true} writes it anew. */
class GeneratedFilesTest {
    static Stream<Map.Entry<String, String>> files() {
        return new GeneratedFiles().all().entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("files")
    void checkedInFileIsUpToDate(Map.Entry<String, String> file) throws IOException {
        Path path = Path.of("..").resolve(file.getKey());
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }

        assertThat(Files.readString(path))
                .as("%s (write it anew with: mvn -pl cli -am test -Dpocketpaas.regenerate=true)", file.getKey())
                .isEqualTo(file.getValue());
    }
}
