package dev.pocketpaas.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Step.State;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WireTest {
    @Test
    void aVerbIsPlainWords() {
        assertThat(Verb.of("scale", "shop", "web=3", "worker=0").command())
                .isEqualTo("pocketpaas/1 scale shop web=3 worker=0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "$(id)", "a;b", "a'b", "a\nb", "ä", "a*", "~", "a|b", "a\\b", "a\"b"})
    void anythingElseIsNoArgument(String word) {
        assertThatThrownBy(() -> Verb.of("show", word)).isInstanceOf(IllegalArgumentException.class);
    }

    static Stream<Arguments> lines() {
        return Stream.of(
                Arguments.of("|-----> Node", new OperationEvent.Output("-----> Node")),
                Arguments.of("|", new OperationEvent.Output("")),
                Arguments.of("|+fail\tx\ty", new OperationEvent.Output("+fail\tx\ty")),
                Arguments.of("+step\tbuild\tstart\tnode", new OperationEvent.Step("build", State.START, "node")),
                Arguments.of("+step\tbuild\tdone", new OperationEvent.Step("build", State.DONE, "")),
                Arguments.of("+step\tbuild\todd\tx", new OperationEvent.Output("+step\tbuild\todd\tx")),
                Arguments.of("+note\thello", new OperationEvent.Note("hello")),
                Arguments.of("+warn\tcareful", new OperationEvent.Warning("careful")),
                Arguments.of("+fail\texited\tIt exited", new OperationEvent.Failure("exited", "It exited")),
                Arguments.of("+hint\tdo it", new OperationEvent.Hint("do it")),
                Arguments.of("+result\turl\thttp://x", new OperationEvent.Result("url", "http://x")),
                Arguments.of("+newer\tx", new OperationEvent.Output("+newer\tx")),
                Arguments.of("sudo: a word", new OperationEvent.Output("sudo: a word")));
    }

    @ParameterizedTest
    @MethodSource("lines")
    void linesOfAnOperation(String line, OperationEvent expected) {
        assertThat(OperationLine.parse(line)).isEqualTo(expected);
    }
}
