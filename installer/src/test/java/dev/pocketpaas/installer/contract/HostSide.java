package dev.pocketpaas.installer.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The host's own checks, asked many questions in one process: {@code src/test/python/contract.py} by the Python of hosts. Questions are collected
 * first, and answered in their order.
 */
final class HostSide {
    private static final Path SCRIPT = Path.of("src/test/python/contract.py").toAbsolutePath();
    private static final Path PROGRAMS = Path.of("src/main/python").toAbsolutePath();

    private final List<String> questions = new ArrayList<>();

    /**
     * What the host said.
     *
     * @param taken whether it takes what it was asked about
     * @param text what it made of it, or why it does not take it
     */
    record Answer(boolean taken, String text) {}

    /** Asks whether compiled settings are taken. */
    void settings(ValueTree tree) {
        ask("settings", tree.toBytes());
    }

    /** Asks whether {@code state.names.is_KIND} takes the text. */
    void name(String kind, String text) {
        ask("name", bytes(kind), bytes(text));
    }

    /** Asks whether the pattern of that name takes the text. */
    void pattern(String kind, String text) {
        ask("pattern", bytes(kind), bytes(text));
    }

    /** Asks anything else of the script. */
    void ask(String kind, byte[]... fields) {
        questions.add(Stream.concat(
                        Stream.of(kind),
                        Stream.of(fields).map(field -> Base64.getEncoder().encodeToString(field)))
                .collect(Collectors.joining("\t")));
    }

    /** An answer to each question. */
    List<Answer> answers() throws IOException, InterruptedException {
        Path input = Files.createTempFile("questions", ".txt");
        Path output = Files.createTempFile("answers", ".txt");
        try {
            Files.write(input, questions);
            Process process = new ProcessBuilder("/usr/bin/python3", "-I", "-B", SCRIPT.toString(), PROGRAMS.toString())
                    .redirectInput(input.toFile())
                    .redirectOutput(output.toFile())
                    .start();
            String said = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            List<Answer> answers = Files.readAllLines(output).stream()
                    .map(line -> line.split("\t", 2))
                    .map(parts -> new Answer(
                            !parts[0].equals("no"),
                            parts[0].equals("is")
                                    ? new String(Base64.getDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                                    : parts.length > 1 ? parts[1] : ""))
                    .toList();
            assertThat(answers).hasSameSizeAs(questions);
            return answers;
        } finally {
            Files.delete(input);
            Files.delete(output);
        }
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
