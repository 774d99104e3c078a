package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.OperationLine;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Speaks the verbs of docs/protocol.md with one host over one connection. Each call is one channel. */
public final class HostClient implements AutoCloseable {
    private static final String UNKNOWN_VERB = "unknown-verb";
    private static final int LONGEST_STDERR = 64 * 1024;
    private static final int LINES_SHOWN = 8;
    /** The status of a verb that nobody knows the end of. */
    private static final int LOST = 255;

    private static final int CANNOT_START = 126;
    private static final int NOT_FOUND = 127;

    private static final String REPAIR = "\"pocketpaas init host\" puts the host's programs right";

    private final SshConnection connection;
    private final Consumer<List<Notice>> notices;
    private final ProgramCheck programs;
    private final OperationListener aside;
    private final Answers answers;

    /** A client on an open connection, which it closes with itself. */
    public HostClient(SshConnection connection) {
        this(connection, told -> {});
    }

    /** The same; {@code notices} hears with the end of each query and operation what the host has noticed: all of it, in place of what it said before. */
    public HostClient(SshConnection connection, Consumer<List<Notice>> notices) {
        this(connection, notices, ProgramCheck.NONE, OperationListener.silent(), Answers.NONE);
    }

    /**
     * A client that makes sure of the host's programs.
     *
     * @param notices hears with the end of each query and operation what the host has noticed
     * @param programs comes before each query and operation
     * @param aside hears what {@code programs} has to say while a query has no listener
     */
    public HostClient(
            SshConnection connection, Consumer<List<Notice>> notices, ProgramCheck programs, OperationListener aside) {
        this(connection, notices, programs, aside, Answers.NONE);
    }

    /** The same; {@code answers} hears the answers, too. */
    public HostClient(
            SshConnection connection,
            Consumer<List<Notice>> notices,
            ProgramCheck programs,
            OperationListener aside,
            Answers answers) {
        this.connection = connection;
        this.notices = notices;
        this.programs = programs;
        this.aside = aside;
        this.answers = answers;
    }

    /** The connection under the verbs, for git. */
    public SshConnection connection() {
        return connection;
    }

    /** Asks without sending anything. */
    public ValueTree query(Verb verb) {
        return query(verb, ValueTree.empty());
    }

    /**
     * Asks the host and returns its answer.
     *
     * @throws PocketException when the host refuses or fails
     */
    public ValueTree query(Verb verb, ValueTree input) {
        programs.before(this, verb, aside);
        try {
            return ask(verb, input);
        } catch (OperationFailed e) {
            if (e.causeWord().equals(UNKNOWN_VERB) && programs.afterUnknown(this, aside)) {
                return ask(verb, input);
            }
            throw e;
        }
    }

    private ValueTree ask(Verb verb, ValueTree input) {
        try (RemoteProcess process = connection.start(RemoteCommand.of(verb.command()))) {
            Pump errors = Pump.start(process.stderr(), LONGEST_STDERR);
            Optional<IOException> unsent = send(process, input);
            byte[] answer = process.stdout().readAllBytes();
            int status = ended(process, unsent);
            String said = beside(errors.text());
            if (status != 0) {
                throw failure(verb, status, answer, said);
            }
            ValueTree tree = tree(answer, said);
            answers.answered(verb, tree);
            return tree;
        } catch (IOException e) {
            throw lost(verb, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** The tree in {@code answer}. A command that ended well and says something else is not ours: the SSH server runs another one. */
    private static ValueTree tree(byte[] answer, String said) {
        try {
            return ValueTree.readFrom(new ByteArrayInputStream(answer));
        } catch (IOException e) {
            List<String> lines = new ArrayList<>();
            (new String(answer, StandardCharsets.UTF_8) + "\n" + said)
                    .lines()
                    .filter(line -> !line.isBlank())
                    .limit(LINES_SHOWN)
                    .forEach(line -> lines.add("it says: " + Printable.line(line)));
            throw new PocketException(
                    ExitCode.UNREACHABLE,
                    "the host lets us in, but runs something else than PocketPaaS",
                    lines,
                    "look for ForceCommand in the host's sshd_config, and for another command in front of your key in"
                            + " authorized_keys; \"pocketpaas init host\" sets the host up",
                    e);
        }
    }

    /**
     * Runs an operation to its end; every event goes to {@code listener} as it comes.
     *
     * @throws OperationFailed when the operation failed on the host
     */
    public OperationResult operate(Verb verb, ValueTree input, OperationListener listener) {
        programs.before(this, verb, listener);
        HeldFailure shown = new HeldFailure(listener);
        try {
            return run(verb, input, shown);
        } catch (OperationFailed e) {
            if (e.causeWord().equals(UNKNOWN_VERB) && programs.afterUnknown(this, listener)) {
                return run(verb, input, listener);
            }
            shown.release();
            throw e;
        }
    }

    private OperationResult run(Verb verb, ValueTree input, OperationListener listener) {
        Collector collector = new Collector(listener);
        try (RemoteProcess process = connection.start(RemoteCommand.of(verb.command()))) {
            Pump errors = Pump.start(process.stderr(), LONGEST_STDERR);
            Optional<IOException> unsent = send(process, input);
            eachLine(process.stdout(), line -> collector.take(OperationLine.parse(line)));
            int status = ended(process, unsent);
            String said = beside(errors.text());
            if (status != 0) {
                throw collector.failure(verb, status, said);
            }
            OperationResult result = collector.result();
            answers.done(verb, input, result);
            return result;
        } catch (IOException e) {
            throw lost(verb, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /**
     * Streams the lines of {@code verb} to {@code lines} until the host ends it.
     *
     * @throws PocketException when the host refuses or fails
     */
    public void stream(Verb verb, Consumer<String> lines) {
        try (RemoteProcess process = connection.start(RemoteCommand.of(verb.command()))) {
            Pump errors = Pump.start(process.stderr(), LONGEST_STDERR);
            Optional<IOException> unsent = send(process, ValueTree.empty());
            List<String> refusal = new ArrayList<>();
            eachLine(process.stdout(), line -> {
                if (line.startsWith("+fail\t") || line.startsWith("+hint\t")) {
                    refusal.add(line);
                } else {
                    lines.accept(line);
                }
            });
            int status = ended(process, unsent);
            if (status != 0) {
                throw failure(verb, status, String.join("\n", refusal).getBytes(StandardCharsets.UTF_8), errors.text());
            }
        } catch (IOException e) {
            throw lost(verb, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Starts {@code verb} with its streams in the caller's hands. */
    public RemoteProcess raw(Verb verb, RemoteCommand.@Nullable Terminal terminal) {
        return connection.start(new RemoteCommand(verb.command(), terminal));
    }

    /** What a {@link #raw} verb that ended with {@code status} has said instead of running anything: lines of {@code +fail} and {@code +hint}. */
    public static PocketException refusal(Verb verb, int status, String lines) {
        return failure(verb, status, lines.getBytes(StandardCharsets.UTF_8), "");
    }

    @Override
    public void close() {
        connection.close();
    }

    /** Hands on the notices among {@code errors} and returns the rest. */
    private String beside(String errors) {
        notices.accept(Notice.in(errors));
        return errors.lines().filter(line -> !Notice.is(line)).collect(Collectors.joining("\n"));
    }

    /** Sends {@code input}; why that failed. A host that refuses closes its end before it has read everything. */
    private static Optional<IOException> send(RemoteProcess process, ValueTree input) {
        try (OutputStream stdin = process.stdin()) {
            input.writeTo(stdin);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    /** The status that the verb ended with. What could not be sent matters only where nothing says how it ended. */
    private static int ended(RemoteProcess process, Optional<IOException> unsent)
            throws IOException, InterruptedException {
        int status = process.waitFor();
        if (unsent.isPresent() && status == LOST) {
            throw unsent.get();
        }
        return status;
    }

    private static void eachLine(InputStream in, Consumer<String> lines) throws IOException {
        BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        String line = reader.readLine();
        while (line != null) {
            lines.accept(line);
            line = reader.readLine();
        }
    }

    private static PocketException failure(Verb verb, int status, byte[] answer, String errors) {
        Collector collector = new Collector(OperationListener.silent());
        // A query may have answered half of its tree before it found a reason to end; every value of a tree ends with a
        // NUL.
        String text = new String(answer, StandardCharsets.UTF_8);
        text.substring(text.lastIndexOf('\0') + 1)
                .lines()
                .filter(line -> line.startsWith("+"))
                .forEach(line -> collector.take(OperationLine.parse(line)));
        return collector.failure(verb, status, errors);
    }

    private static PocketException lost(Verb verb, IOException e) {
        return PocketException.unreachable("the connection to the host was lost", lostCure(verb), e);
    }

    private static String lostCure(Verb verb) {
        return verb.name().equals("deploy") || verb.name().equals("attach")
                ? "if the deploy has started, it continues on the host: \"pocketpaas deploy --attach\" shows it"
                : "what was started continues on the host; run the same command again";
    }

    private static PocketException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
    }

    /** Holds back that a verb is unknown, and what follows, until it is clear whether it is tried again. */
    private static final class HeldFailure implements OperationListener {
        private final OperationListener listener;
        private final List<OperationEvent> held = new ArrayList<>();

        HeldFailure(OperationListener listener) {
            this.listener = listener;
        }

        @Override
        public void on(OperationEvent event) {
            boolean unknown = event instanceof OperationEvent.Failure failure
                    && failure.cause().equals(UNKNOWN_VERB);
            if (unknown || !held.isEmpty()) {
                held.add(event);
            } else {
                listener.on(event);
            }
        }

        void release() {
            held.forEach(listener::on);
        }
    }

    /** Remembers what matters for the end of an operation while it hands every event on. */
    private static final class Collector implements OperationEvent.Visitor {
        private final OperationListener listener;
        private final Map<String, List<String>> facts = new LinkedHashMap<>();
        private final List<OperationEvent.Failure> failures = new ArrayList<>();
        private final List<String> hints = new ArrayList<>();

        Collector(OperationListener listener) {
            this.listener = listener;
        }

        void take(OperationEvent event) {
            event.accept(this);
            listener.on(event);
        }

        OperationResult result() {
            return new OperationResult(facts, hints);
        }

        PocketException failure(Verb verb, int status, String errors) {
            ExitCode exitCode = ExitCode.of(status == LOST ? ExitCode.UNREACHABLE.code() : status);
            List<String> details = new ArrayList<>();
            failures.stream().skip(1).map(OperationEvent.Failure::text).forEach(details::add);
            facts.getOrDefault("serving", List.of()).forEach(v -> details.add("still serving: " + v));
            hints.stream().skip(1).forEach(details::add);
            @Nullable String cure = hints.isEmpty() ? null : hints.get(0);
            if (cure == null && status == LOST) {
                cure = lostCure(verb);
            }
            if (!failures.isEmpty()) {
                return new OperationFailed(
                        exitCode, failures.get(0).cause(), failures.get(0).text(), details, cure);
            }
            errors.lines().filter(line -> !line.isBlank()).forEach(details::add);
            if (cure == null) {
                cure = REPAIR;
            }
            if (status == CANNOT_START || status == NOT_FOUND) {
                // Of the login's shell: nothing of ours has run.
                return new OperationFailed(
                        ExitCode.REFUSED, "no-programs", "the host's programs cannot be started", details, cure);
            }
            String what = status == LOST
                    ? "the connection to the host was lost while \"" + verb.name() + "\" ran"
                    : "the host ended \"" + verb.name() + "\" with status " + status + " and no reason";
            return new OperationFailed(exitCode, "unexpected", what, details, cure);
        }

        @Override
        public void output(OperationEvent.Output event) {}

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

    /** Reads a stream to its end in a thread of its own, keeping the first bytes: both streams share one window. */
    private static final class Pump {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread thread;

        private Pump(InputStream in, int most) {
            this.thread = new Thread(() -> copy(in, most), "host-stderr");
            thread.setDaemon(true);
        }

        static Pump start(InputStream in, int most) {
            Pump pump = new Pump(in, most);
            pump.thread.start();
            return pump;
        }

        String text() throws InterruptedException {
            thread.join(2000);
            synchronized (kept) {
                return kept.toString(StandardCharsets.UTF_8);
            }
        }

        private void copy(InputStream in, int most) {
            byte[] buffer = new byte[8192];
            try {
                int n = in.read(buffer);
                while (n >= 0) {
                    synchronized (kept) {
                        kept.write(buffer, 0, Math.min(n, most - kept.size()));
                    }
                    n = in.read(buffer);
                }
            } catch (IOException e) {
                // The channel is gone; what was read so far is what there is.
            }
        }
    }
}
