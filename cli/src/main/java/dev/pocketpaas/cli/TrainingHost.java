package dev.pocketpaas.cli;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What {@link Training} talks to instead of a host: it answers every command as one would that has nothing to object. */
final class TrainingHost implements SshConnection {
    /** An empty repository. */
    private static final byte[] REFS = (packet("0".repeat(40) + " capabilities^{}\0report-status\n") + "0000")
            .getBytes(StandardCharsets.ISO_8859_1);

    private final ValueTree greeting;
    private int channels;

    TrainingHost(String programs) {
        this.greeting = ValueTree.builder()
                .put("protocol", "1")
                .put("programs", programs)
                .put("role", "admin")
                .put("key", "training")
                .build();
    }

    @Override
    public RemoteProcess start(RemoteCommand command) {
        channels++;
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        return command.text().startsWith("git-receive-pack")
                ? new Answer(sent, new SequenceInputStream(new ByteArrayInputStream(REFS), new Report(sent)))
                : new Answer(sent, new ByteArrayInputStream(answer(command.text())));
    }

    private byte[] answer(String command) {
        if (command.contains(" deploy ") || command.contains(" scale ")) {
            return """
                    +step\tbuild\tstart\ttraining
                    |output
                    +note\ta note
                    +step\tbuild\tdone
                    +result\trelease\tv2
                    +result\turl\thttps://training.example.com
                    """.getBytes(StandardCharsets.UTF_8);
        }
        return (command.contains(" hello") ? greeting : ValueTree.empty()).toBytes();
    }

    private static String packet(String line) {
        return String.format("%04x%s", line.length() + 4, line);
    }

    @Override
    public String authenticatedKey() {
        return "";
    }

    @Override
    public int channelsOpened() {
        return channels;
    }

    @Override
    public String peer() {
        return "203.0.113.10";
    }

    @Override
    public void close() {}

    /** How git's push ends well: made when it is read, for only then is it known what was pushed. */
    private static final class Report extends InputStream {
        private static final Pattern REF = Pattern.compile("refs/pocketpaas/[0-9a-f]{40}");

        private final ByteArrayOutputStream sent;
        private @Nullable InputStream text;

        Report(ByteArrayOutputStream sent) {
            this.sent = sent;
        }

        @Override
        public int read() throws IOException {
            InputStream from = text;
            if (from == null) {
                Matcher ref = REF.matcher(sent.toString(StandardCharsets.ISO_8859_1));
                String report = ref.find() ? packet("unpack ok\n") + packet("ok " + ref.group() + "\n") + "0000" : "";
                from = new ByteArrayInputStream(report.getBytes(StandardCharsets.ISO_8859_1));
                text = from;
            }
            return from.read();
        }
    }

    private record Answer(OutputStream stdin, InputStream stdout) implements RemoteProcess {
        @Override
        public InputStream stderr() {
            return InputStream.nullInputStream();
        }

        @Override
        public int waitFor() {
            return 0;
        }

        @Override
        public void signal(String name) {}

        @Override
        public void resize(int columns, int rows) {}

        @Override
        public void close() {}
    }
}
