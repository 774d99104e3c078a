package dev.pocketpaas.core.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentChangeTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "value",
                "",
                "a=b=c",
                "line\nline\n",
                "\"quoted\" \\ 'single' `x` $(touch /canary) ${PATH} ; & | @",
                "😀 ünïcödé",
                "@@ at",
            })
    void valuesTravelByteExactAndAsJson(String value) throws Exception {
        String word = "KEY=" + (value.startsWith("@") ? "@" : "") + value;
        ValueTree tree =
                EnvironmentChange.set(List.of(word), new Sources("", Map.of())).toTree();

        assertThat(tree.text("set/KEY")).contains(value);
        assertThat(new ObjectMapper().readValue(tree.text("set.json/KEY").orElseThrow(), String.class))
                .isEqualTo("KEY=" + value);
        assertThat(tree.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "LD_PRELOAD", "DOCKER_HOST", "BASH_ENV", "IFS", "_", "lower"})
    void namesThatSteerShellsAreOrdinaryForAnApp(String name) {
        assertThat(set(name + "=x").toTree().text("set/" + name)).contains("x");
    }

    @Test
    void filesAreTakenAsTheyAreAndStandardInputWithoutItsLineEnd() {
        EnvironmentChange change = EnvironmentChange.set(
                List.of("FILE=@cert.pem", "INPUT=-", "TEXT=@@home"),
                new Sources("secret\r\n", Map.of("cert.pem", "-----\nBEGIN\n")));

        assertThat(change.set())
                .containsEntry(
                        new EnvName("FILE"), new EnvironmentValue(new EnvName("FILE"), Secret.of("-----\nBEGIN\n")))
                .containsEntry(new EnvName("INPUT"), new EnvironmentValue(new EnvName("INPUT"), Secret.of("secret")))
                .containsEntry(new EnvName("TEXT"), new EnvironmentValue(new EnvName("TEXT"), Secret.of("@home")));
    }

    @Test
    void onlyOneLineEndOfStandardInputGoes() {
        EnvironmentChange change = EnvironmentChange.set(List.of("A=-"), new Sources("x\n\n", Map.of()));

        assertThat(change.toTree().text("set/A")).contains("x\n");
    }

    @Test
    void unsetNamesTheVariables() {
        ValueTree tree = EnvironmentChange.unset(List.of("B", "A", "B")).toTree();

        assertThat(tree.text("unset")).contains("A\nB");
        assertThat(tree.size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "KEY | \"KEY\" has no \"=\"",
                "=x | \"\" is not a valid variable name",
                "a-b=x | \"a-b\" is not a valid variable name",
                "1A=x | \"1A\" is not a valid variable name",
                "PORT=1 | PORT is set by PocketPaaS itself and cannot be changed",
                "POCKETPAAS_APP=1 | POCKETPAAS_APP is set by PocketPaaS itself and cannot be changed",
                "A=@missing-hunter2 | the value of A cannot be read from the file named after \"@\"",
                "A=@binary | the value of A is not UTF-8 text",
                "A=@nul | the value of A contains a NUL byte, which no environment can hold",
                "A=@huge | the value of A is 131070 bytes long; Linux takes at most 128 kB",
            })
    void whatNoEnvironmentCanCarryIsRefusedWithoutShowingIt(String word, String message) {
        PocketException failure = catchThrowableOfType(PocketException.class, () -> set(word));

        assertThat(failure).isNotNull();
        assertThat(failure.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(failure.what()).isEqualTo(message);
        assertThat(failure.what() + failure.details() + failure.cure()).doesNotContain("hunter2");
    }

    @Test
    void theLongestValueIsTheOneThatLinuxTakes() {
        assertThat(set("A=@longest").toTree().bytes("set/A").orElseThrow()).hasSize(131_069);
    }

    @Test
    void wordsThatContradictEachOtherAreRefused() {
        assertThatThrownBy(() -> EnvironmentChange.set(List.of(), new Sources("", Map.of())))
                .hasMessage("no variable given");
        assertThatThrownBy(() -> EnvironmentChange.unset(List.of())).hasMessage("no variable given");
        assertThatThrownBy(() -> set("A=1", "A=2")).hasMessage("A is set twice");
        assertThatThrownBy(() -> set("A=-", "B=-")).hasMessage("only one variable can be read from standard input");
    }

    @Test
    void itsTextFormHidesValues() {
        assertThat(set("A=hunter2").toString()).contains("A").doesNotContain("hunter2");
    }

    private static EnvironmentChange set(String... words) {
        return EnvironmentChange.set(List.of(words), new Sources("", Map.of()));
    }

    /** Files and standard input that a test makes up. */
    private record Sources(String input, Map<String, String> files)
            implements dev.pocketpaas.core.environment.ValueSource {
        @Override
        public byte[] file(String name) throws IOException {
            return switch (name) {
                case "binary" -> new byte[] {'a', (byte) 0xff};
                case "nul" -> new byte[] {'a', 0};
                case "huge" -> "x".repeat(131_070).getBytes(StandardCharsets.UTF_8);
                case "longest" -> "x".repeat(131_069).getBytes(StandardCharsets.UTF_8);
                default -> {
                    if (!files.containsKey(name)) {
                        throw new FileNotFoundException(name);
                    }
                    yield files.get(name).getBytes(StandardCharsets.UTF_8);
                }
            };
        }

        @Override
        public byte[] standardInput() {
            return input.getBytes(StandardCharsets.UTF_8);
        }
    }
}
