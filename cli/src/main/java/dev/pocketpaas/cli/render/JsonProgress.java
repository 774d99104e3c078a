package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.progress.OperationEvent;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** One JSON object a line for each event, on standard output. */
final class JsonProgress implements Progress, OperationEvent.Visitor {
    private final PrintStream out;

    JsonProgress(PrintStream out) {
        this.out = out;
    }

    @Override
    public void on(OperationEvent event) {
        event.accept(this);
    }

    @Override
    public void output(OperationEvent.Output event) {
        print("output", Map.of("text", event.text()));
    }

    @Override
    public void step(OperationEvent.Step event) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("step", event.name());
        fields.put("state", event.state().name().toLowerCase(Locale.ROOT));
        fields.put("detail", event.detail());
        print("step", fields);
    }

    @Override
    public void sent(OperationEvent.Sent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("step", event.step());
        fields.put("bytes", event.bytes());
        fields.put("per_second", event.perSecond());
        fields.put("percent", event.percent());
        print("sent", fields);
    }

    @Override
    public void note(OperationEvent.Note event) {
        print("note", Map.of("text", event.text()));
    }

    @Override
    public void warning(OperationEvent.Warning event) {
        print("warning", Map.of("text", event.text()));
    }

    // The last document of the stream holds these.
    @Override
    public void failure(OperationEvent.Failure event) {}

    @Override
    public void hint(OperationEvent.Hint event) {}

    @Override
    public void result(OperationEvent.Result event) {}

    @Override
    public void close() {
        out.flush();
    }

    private void print(String event, Map<String, ?> fields) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("event", event);
        line.putAll(fields);
        out.println(Json.line(line));
    }
}
