package dev.pocketpaas.core.host;

import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.OperationLine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Remembers what matters for the end of an operation while it hands every event on. */
public final class ToldEvents implements OperationEvent.Visitor {
    private static final int LAST_LINES = 12;

    private final OperationListener listener;
    private final Map<String, List<String>> facts = new LinkedHashMap<>();
    private final List<OperationEvent.Failure> failures = new ArrayList<>();
    private final List<String> hints = new ArrayList<>();
    private final Deque<String> output = new ArrayDeque<>();

    /** Hands events on to {@code listener}. */
    public ToldEvents(OperationListener listener) {
        this.listener = listener;
    }

    /** Takes a line of the protocol. */
    public void take(String line) {
        OperationEvent event = OperationLine.parse(line);
        event.accept(this);
        listener.on(event);
    }

    /** The results, by key. */
    Map<String, List<String>> facts() {
        return Collections.unmodifiableMap(facts);
    }

    /** The failures, in order. */
    public List<OperationEvent.Failure> failures() {
        return Collections.unmodifiableList(failures);
    }

    /** What can be done, in order. */
    public List<String> hints() {
        return Collections.unmodifiableList(hints);
    }

    /** The last lines that other programs printed. */
    public List<String> lastOutput() {
        return List.copyOf(output);
    }

    @Override
    public void output(OperationEvent.Output event) {
        output.add(event.text());
        if (output.size() > LAST_LINES) {
            output.remove();
        }
    }

    @Override
    public void step(OperationEvent.Step event) {}

    @Override
    public void note(OperationEvent.Note event) {}

    @Override
    public void warning(OperationEvent.Warning event) {}

    @Override
    public void failure(OperationEvent.Failure event) {
        failures.add(event);
    }

    @Override
    public void hint(OperationEvent.Hint event) {
        hints.add(event.text());
    }

    @Override
    public void result(OperationEvent.Result event) {
        facts.computeIfAbsent(event.key(), key -> new ArrayList<>()).add(event.value());
    }
}
