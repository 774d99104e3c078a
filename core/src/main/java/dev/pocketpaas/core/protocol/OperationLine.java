package dev.pocketpaas.core.protocol;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Failure;
import dev.pocketpaas.core.progress.OperationEvent.Hint;
import dev.pocketpaas.core.progress.OperationEvent.Note;
import dev.pocketpaas.core.progress.OperationEvent.Output;
import dev.pocketpaas.core.progress.OperationEvent.Result;
import dev.pocketpaas.core.progress.OperationEvent.Step;
import dev.pocketpaas.core.progress.OperationEvent.Warning;

/** Reads one line of an operation's stream (docs/protocol.md, "The channel of a verb"). */
public final class OperationLine {
    private OperationLine() {}

    /**
     * The event that {@code line} carries. A line of a newer host that we do not know is shown as output, so that nothing is
     * lost.
     */
    public static OperationEvent parse(String line) {
        if (line.startsWith("|")) {
            return new Output(line.substring(1));
        }
        if (!line.startsWith("+")) {
            return new Output(line);
        }
        String[] fields = line.substring(1).split("\t", 4);
        String second = fields.length > 1 ? fields[1] : "";
        String third = fields.length > 2 ? fields[2] : "";
        String fourth = fields.length > 3 ? fields[3] : "";
        return switch (fields[0]) {
            case "step" -> step(line, second, third, fourth);
            case "note" -> new Note(second);
            case "warn" -> new Warning(second);
            case "fail" -> new Failure(second, third);
            case "hint" -> new Hint(second);
            case "result" -> new Result(second, third);
            default -> new Output(line);
        };
    }

    private static OperationEvent step(String line, String name, String state, String detail) {
        return switch (state) {
            case "start" -> new Step(name, Step.State.START, detail);
            case "done" -> new Step(name, Step.State.DONE, detail);
            case "skip" -> new Step(name, Step.State.SKIP, detail);
            case "fail" -> new Step(name, Step.State.FAIL, detail);
            default -> new Output(line);
        };
    }
}
