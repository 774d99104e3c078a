package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateTest {
    private static final String RECEIVE = "receive_tree \"$PP_ROOT/in\" || { printf %s \"$REPLY\"; exit 9; }";

    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() {
        shell = new HostShell(root);
    }

    @Test
    void treesAreTheSameWhenEveryValueIs() {
        String trees = """
                rm -rf "$PP_ROOT"/{a,b}; mkdir -p "$PP_ROOT"/{a,b}/{env,empty}
                for side in a b; do printf 'x\n' >"$PP_ROOT/$side/env/A"; printf y >"$PP_ROOT/$side/top"; done
                same() { same_tree "$PP_ROOT/a" "$PP_ROOT/b" && echo same || echo other; }
                same
                """;

        assertThat(lines(trees + "printf x >\"$PP_ROOT/b/env/A\"; same")).isEqualTo("same other");
        assertThat(lines(trees + ": >\"$PP_ROOT/b/env/B\"; same; : >\"$PP_ROOT/a/env/B\"; same"))
                .isEqualTo("same other same");
        assertThat(lines(trees + "rmdir \"$PP_ROOT/b/empty\"; same")).isEqualTo("same other");
        assertThat(lines(trees + "rm \"$PP_ROOT/b/top\"; mkdir \"$PP_ROOT/b/top\"; same"))
                .isEqualTo("same other");
        assertThat(lines(trees + "ln -sf ../a/top \"$PP_ROOT/b/top\"; same")).isEqualTo("same other");
        assertThat(lines(trees + "rm -r \"$PP_ROOT/b\"; same")).isEqualTo("same other");
    }

    @Test
    void aPauseEndsByItsTimeAndTakesNothingFromStandardInput() {
        assertThat(lines("printf 'kept\\n' | { pause 0.01; pause 0.01; read -r line; echo \"$line\"; }"))
                .isEqualTo("kept");
        assertThat(lines("trap 'echo heard; exit' TERM; (command sleep 0.3; kill $$) & pause 30; echo slept"))
                .isEqualTo("heard");
    }

    private String lines(String script) {
        HostShell.Result result = shell.script(new byte[0], script);
        assertThat(result.err()).isEmpty();
        return new String(result.out(), StandardCharsets.UTF_8).strip().replace('\n', ' ');
    }

    @Test
    void aTreeOfHostileBytesComesBackAsItWas() throws IOException {
        byte[] everyByte = new byte[255];
        for (int i = 0; i < everyByte.length; i++) {
            everyByte[i] = (byte) (i + 1);
        }
        ValueTree tree = ValueTree.builder()
                .put("env/EMPTY", "")
                .put("env/BYTES", everyByte)
                .put("env/NEWLINES", "\n\na\r\n\n")
                .put("env/SHELL", "$(touch canary) `touch canary` \"'\\ ${HOME} %s %n")
                .put("env/HUGE", "0123456789abcdef".repeat(4096))
                .put("me@laptop/role", "admin")
                .put("a.b-c_d", "x")
                .build();

        HostShell.Result result = shell.script(tree.toBytes(), RECEIVE + "\nemit_tree '' \"$PP_ROOT/in\"; emit_end");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(ValueTree.readFrom(new ByteArrayInputStream(result.out()))).isEqualTo(tree);
        assertThat(Files.readAllBytes(root.resolve("in/env/BYTES"))).isEqualTo(everyByte);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a\0b\0",
                "a\0b\0.\0",
                "a\0b\0.\0end",
                "a\0b\0.\0nearly\0",
                "../a\0b\0.\0end\0",
                "a/../../b\0c\0.\0end\0",
                "/etc/passwd\0b\0.\0end\0",
                "a//b\0b\0.\0end\0",
                ".ssh/x\0b\0.\0end\0",
                "a b\0c\0.\0end\0",
                "\0c\0.\0end\0",
                "a\0b\0a\0b\0.\0end\0",
                "a\0b\0a/c\0b\0.\0end\0",
                "a/c\0b\0a\0b\0.\0end\0",
            })
    void aTreeThatIsNoneIsRefusedWhole(String wire) throws IOException {
        HostShell.Result result = shell.script(wire.getBytes(StandardCharsets.UTF_8), RECEIVE);

        assertThat(result.code()).isEqualTo(9);
        assertThat(result.text()).startsWith("the request");
        try (var left = Files.list(root)) {
            assertThat(left).isEmpty();
        }
    }

    @Test
    void aTreeIsBounded() {
        byte[] large = ValueTree.builder().put("a", "x".repeat(5000)).build().toBytes();
        ValueTree.Builder many = ValueTree.builder();
        for (int i = 0; i < 20; i++) {
            many.put("a" + i, "x");
        }

        HostShell.Result tooLarge = shell.script(large, "receive_tree \"$PP_ROOT/in\" 4096 || printf %s \"$REPLY\"");
        HostShell.Result tooMany =
                shell.script(many.build().toBytes(), "receive_tree \"$PP_ROOT/in\" 4096 19 || printf %s \"$REPLY\"");

        assertThat(tooLarge.text()).isEqualTo("the request is larger than 4096 bytes");
        assertThat(tooMany.text()).isEqualTo("the request holds more than 19 values");
        assertThat(root.resolve("in")).doesNotExist();
    }

    @Test
    void aValueIsReadWithItsFinalNewlines() {
        HostShell.Result result = shell.script("""
                write_value "$PP_ROOT/v" $'a\\n\\n'
                read_value "$PP_ROOT/v"
                printf '<%s>' "$REPLY"
                value_or "$PP_ROOT/none" default
                printf '<%s>' "$REPLY"
                write_lines "$PP_ROOT/l" one two
                read_lines "$PP_ROOT/l"
                printf '<%s>' "${REPLY_LINES[@]}"
                """);

        assertThat(result.text()).isEqualTo("<a\n\n><default><one><two>");
    }

    @Test
    void damagedStateIsNamedAndNeverGuessed() throws IOException {
        Files.writeString(root.resolve("role"), "owner");
        Files.write(root.resolve("nul"), new byte[] {'a', 0, 'b'});

        for (String file : List.of("role", "nul", "missing")) {
            HostShell.Result result = shell.script("need_value \"$PP_ROOT/$1\" valid_role; echo reached", file);

            assertThat(result.code()).isEqualTo(1);
            assertThat(result.text())
                    .startsWith("+fail\tstate-damaged\tthe host's state is damaged: " + root.resolve(file))
                    .doesNotContain("reached");
        }
    }

    @Test
    void aValueThatCannotBeWrittenLeavesTheOldOne() throws IOException {
        Files.writeString(root.resolve("v"), "old");

        HostShell.Result result = shell.script(
                // A limit on the size of files, as a full disk would have it. (Our output is a file too, hence the
                // pipe.)
                """
                (
                    ulimit -f 0
                    trap '' XFSZ
                    write_value "$PP_ROOT/v" new || echo refused
                ) | cat
                """);

        assertThat(result.text()).contains("+fail\tstate-write\t").endsWith("refused\n");
        assertThat(root.resolve("v")).hasContent("old");
        try (var left = Files.list(root)) {
            assertThat(left).hasSize(1);
        }
    }

    @Test
    void theHostCallsValidWhatTheLaptopCallsValid() {
        List<String> candidates = new ArrayList<>(List.of(
                "a",
                "shop",
                "my-shop",
                "shop-",
                "-shop",
                "Shop",
                "9shop",
                "a".repeat(40),
                "a".repeat(41),
                "shop\n",
                "a.b",
                "sh op",
                "$(id)",
                "`id`",
                "../x",
                "shöp",
                "web",
                "web_1",
                "w-1",
                "A".repeat(30),
                "A".repeat(31),
                "DATABASE_URL",
                "_x",
                "1X",
                "PATH",
                "LD_PRELOAD",
                "PORT",
                "POCKETPAAS_X",
                "DYNO",
                "X".repeat(128),
                "X".repeat(129),
                "me@laptop",
                "a.b_c-d@e",
                "@x",
                "k".repeat(64),
                "k".repeat(65),
                "shop.example.com",
                "*.example.com",
                "example",
                "a..b",
                "192.168.0.1",
                "-a.example",
                "a-.example",
                "x".repeat(63) + ".example",
                "x".repeat(64) + ".example",
                "a;b",
                "a/b",
                "a'b",
                "a\"b",
                "a\tb"));
        candidates.add("é");

        agree("valid_app", candidates, AppName::parse);
        agree("valid_type", candidates, ProcessType::new);
        agree("valid_env_name", candidates, EnvName::new);
        agree("valid_key_name", candidates, KeyName::new);
        agree("valid_domain", candidates, Domain::new);
    }

    private void agree(String function, List<String> candidates, Consumer<String> factory) {
        HostShell.Result result = shell.script(
                "check=$1; shift; for name in \"$@\"; do if \"$check\" \"$name\"; then echo yes; else echo no; fi; done",
                arguments(function, candidates));
        List<String> expected = new ArrayList<>();
        for (String candidate : candidates) {
            expected.add(accepts(factory, candidate) ? "yes" : "no");
        }

        assertThat(result.text().lines().toList()).as(function).isEqualTo(expected);
        assertThat(expected).as(function).contains("yes", "no");
    }

    private static boolean accepts(Consumer<String> factory, String candidate) {
        try {
            factory.accept(candidate);
            return true;
        } catch (PocketException e) {
            return false;
        }
    }

    private static String[] arguments(String first, List<String> rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all.toArray(String[]::new);
    }
}
