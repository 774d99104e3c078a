package dev.pocketpaas.core.environment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DotenvTest {
    static Map<String, String> forms() {
        Map<String, String> forms = new TreeMap<>();
        forms.put("A=plain", "plain");
        forms.put("A = around ", "around");
        forms.put("export A=exported", "exported");
        forms.put("\texport\tA=exported", "exported");
        forms.put("A=two words # a comment", "two words");
        forms.put("A=no#comment", "no#comment");
        forms.put("A=# nothing but a comment", "");
        forms.put("A=", "");
        forms.put("A=a=b=c", "a=b=c");
        forms.put("A='it $is \\n \"raw\"'", "it $is \\n \"raw\"");
        forms.put("A='two\nlines'", "two\nlines");
        forms.put("A=\"a\\nb\\rc\\td\\\\e\\\"f\\$g\\`h\"", "a\nb\rc\td\\e\"f$g`h");
        forms.put("A=\"kept: \\x \\'\" # comment", "kept: \\x \\'");
        forms.put("A=\"-----BEGIN\nabc=\n# no comment\n-----END\n\"", "-----BEGIN\nabc=\n# no comment\n-----END\n");
        forms.put("A=\"one\r\ntwo\"\r\n", "one\ntwo");
        forms.put("\ufeffA=marked", "marked");
        forms.put("# first\n\n  # second\nA=after comments", "after comments");
        forms.put("A=$HOME and ${HOME}", "$HOME and ${HOME}");
        forms.put("A=ünïcödé 🚀", "ünïcödé 🚀");
        forms.put("A=`has \"both' quotes`", "has \"both' quotes");
        forms.put("A=`two\nlines $HOME \\n` # comment", "two\nlines $HOME \\n");
        forms.put("A=a`b`c", "a`b`c");
        forms.put("# old\rexport A=mac\r", "mac");
        forms.put("A=back\\slash", "back\\slash");
        return forms;
    }

    static java.util.Set<Map.Entry<String, String>> entries() {
        return forms().entrySet();
    }

    @ParameterizedTest
    @MethodSource("entries")
    void theUsualFormsAreUnderstood(Map.Entry<String, String> form) {
        assertThat(read(form.getKey())).containsExactly(Map.entry("A", form.getValue()));
    }

    @Test
    void aReferenceIsNotFollowedAndSaidSo() {
        assertThat(ImportedVariables.read("f", bytes("A=$HOME\nB='$HOME'\nC=a$\nD=\"${X}\""))
                        .notes())
                .containsExactly("A: references ($NAME) are not expanded", "D: references ($NAME) are not expanded");
    }

    @Test
    void aFileOfCarriageReturnsHasLines() {
        assertThat(read("A=1\rB='2'\r\rC=`3`")).isEqualTo(Map.of("A", "1", "B", "2", "C", "3"));
    }

    @Test
    void jsonIsUnderstood() {
        assertThat(read(" {\"A\": \"a\\nb\", \"B\": 1.50, \"C\": true, \"D\": \"\"}"))
                .isEqualTo(Map.of("A", "a\nb", "B", "1.50", "C", "true", "D", ""));
    }

    @Test
    void whatIsWrittenIsReadBackByteForByte() {
        Random random = new Random(4);
        String alphabet = "ab =#'\"\\$`\n\r\t{}!;&|é🚀\u2028\u0001\ufeff";
        int[] points = alphabet.codePoints().toArray();
        for (int round = 0; round < 2000; round++) {
            StringBuilder value = new StringBuilder();
            for (int i = random.nextInt(12); i > 0; i--) {
                value.appendCodePoint(points[random.nextInt(points.length)]);
            }
            SortedMap<String, Secret> variables = new TreeMap<>();
            variables.put("A", Secret.of(value.toString()));
            variables.put("B", Secret.of("after"));

            assertThat(read(Dotenv.write(variables)))
                    .as(value.toString())
                    .isEqualTo(Map.of("A", value.toString(), "B", "after"));
        }
    }

    @Test
    void shellsUnderstandWhatIsWritten(@TempDir java.nio.file.Path directory) throws Exception {
        SortedMap<String, Secret> variables = new TreeMap<>();
        variables.put("BARE", Secret.of("postgres://u:p@h:5432/db"));
        variables.put("SINGLE", Secret.of("a $(touch canary) \"b\" \\n\nc"));
        variables.put("DOUBLE", Secret.of("it's `touch canary` $HOME \\ \""));
        java.nio.file.Files.writeString(directory.resolve("vars"), Dotenv.write(variables));

        Process process = new ProcessBuilder("sh", "-c", ". ./vars; printf '%s|' \"$BARE\" \"$SINGLE\" \"$DOUBLE\"")
                .directory(directory.toFile())
                .start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("postgres://u:p@h:5432/db|a $(touch canary) \"b\" \\n\nc|it's `touch canary` $HOME \\ \"|");
        assertThat(directory.resolve("canary")).doesNotExist();
    }

    private static Map<String, String> read(String text) {
        Map<String, String> values = new TreeMap<>();
        ImportedVariables.read("f", bytes(text))
                .values()
                .forEach((EnvName name, EnvironmentValue value) ->
                        values.put(name.value(), value.value().revealText()));
        return values;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
