package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Speaks the verbs of docs/protocol.md with one host over one connection. Each call is one channel. */
public final class HostClient implements AutoCloseable {
    private static final String UNKNOWN_VERB = "unknown-verb";
    private static final int LINES_SHOWN = 8;
    private static final int CANNOT_START = 126;
    private static final int NOT_FOUND = 127;
    /** A shell's status of a command that a signal has ended is that much more than the signal. */
    private static final int BY_SIGNAL = 128;

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
        Exchange.Ended ended = exchange(verb).capture(input::writeTo);
        String said = beside(ended.errors());
        if (ended.status() != 0) {
            throw failure(verb, ended.status(), ended.output(), said);
        }
        ValueTree tree = tree(ended.output(), said);
        answers.answered(verb, tree);
        return tree;
    }

    private Exchange exchange(Verb verb) {
        return new Exchange(connection, RemoteCommand.of(verb.command()), lostCure(verb));
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

    /**
     * The same for a verb that reads more than a tree.
     *
     * @param more writes what follows {@code input}; it is written once
     */
    public OperationResult operate(Verb verb, ValueTree input, Exchange.Input more, OperationListener listener) {
        programs.before(this, verb, listener);
        return run(
                verb,
                input,
                out -> {
                    input.writeTo(out);
                    more.writeTo(out);
                },
                listener);
    }

    /**
     * The same for a verb that reads a stream in place of a tree, and tells its events while that still comes.
     *
     * @param stream what it reads; it is written once, by another thread
     */
    public OperationResult operate(Verb verb, Exchange.Input stream, OperationListener listener) {
        programs.before(this, verb, listener);
        ToldEvents told = new ToldEvents(listener);
        return result(verb, ValueTree.empty(), told, exchange(verb).linesMeanwhile(stream, told::take));
    }

    private OperationResult run(Verb verb, ValueTree input, OperationListener listener) {
        return run(verb, input, input::writeTo, listener);
    }

    private OperationResult run(Verb verb, ValueTree input, Exchange.Input sent, OperationListener listener) {
        ToldEvents told = new ToldEvents(listener);
        return result(verb, input, told, exchange(verb).lines(sent, told::take));
    }

    private OperationResult result(Verb verb, ValueTree input, ToldEvents told, Exchange.Ended ended) {
        String said = beside(ended.errors());
        if (ended.status() != 0) {
            throw failure(verb, ended.status(), told, said);
        }
        OperationResult result = new OperationResult(told.facts(), told.hints());
        answers.done(verb, input, result);
        return result;
    }

    /**
     * Streams the lines of {@code verb} to {@code lines} until the host ends it.
     *
     * @throws PocketException when the host refuses or fails
     */
    public void stream(Verb verb, Consumer<String> lines) {
        List<String> refusal = new ArrayList<>();
        Exchange.Ended ended = exchange(verb).lines(ValueTree.empty()::writeTo, line -> {
            if (line.startsWith("+fail\t") || line.startsWith("+hint\t")) {
                refusal.add(line);
            } else {
                lines.accept(line);
            }
        });
        if (ended.status() != 0) {
            byte[] answer = String.join("\n", refusal).getBytes(StandardCharsets.UTF_8);
            throw failure(verb, ended.status(), answer, ended.errors());
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

    private static PocketException failure(Verb verb, int status, byte[] answer, String errors) {
        ToldEvents told = new ToldEvents(OperationListener.silent());
        // A query may have answered half of its tree before it found a reason to end; every value of a tree ends with a
        // NUL.
        String text = new String(answer, StandardCharsets.UTF_8);
        text.substring(text.lastIndexOf('\0') + 1)
                .lines()
                .filter(line -> line.startsWith("+"))
                .forEach(told::take);
        return failure(verb, status, told, errors);
    }

    private static PocketException failure(Verb verb, int status, ToldEvents told, String errors) {
        boolean lost = status == Exchange.LOST;
        ExitCode exitCode = ExitCode.of(lost ? ExitCode.UNREACHABLE.code() : status);
        List<String> details = new ArrayList<>();
        told.failures().stream().skip(1).map(OperationEvent.Failure::text).forEach(details::add);
        told.facts().getOrDefault("serving", List.of()).forEach(v -> details.add("still serving: " + v));
        told.hints().stream().skip(1).forEach(details::add);
        @Nullable String cure = told.hints().isEmpty() ? null : told.hints().get(0);
        if (cure == null && lost) {
            cure = lostCure(verb);
        }
        if (!told.failures().isEmpty()) {
            OperationEvent.Failure first = told.failures().get(0);
            return new OperationFailed(exitCode, first.cause(), first.text(), details, cure);
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
        int signal = status - BY_SIGNAL;
        if (!lost && signal > 0) {
            return new OperationFailed(
                    exitCode,
                    "killed",
                    "the host's \"" + verb.name() + "\" was killed (signal " + signal + ")",
                    details,
                    told.hints().isEmpty() ? "run the same command again" : cure);
        }
        String what = lost
                ? "the connection to the host was lost while \"" + verb.name() + "\" ran"
                : "the host ended \"" + verb.name() + "\" with status " + status + " and no reason";
        return new OperationFailed(exitCode, "unexpected", what, details, cure);
    }

    private static String lostCure(Verb verb) {
        if (verb.name().equals("service-stream") && verb.arguments().indexOf("restore") == 0) {
            // Its data come from here: it ends with the connection.
            return "it ends on the host, too; what it restores is there whole, or the data is as it was: run the same command again";
        }
        if (verb.name().equals("move")) {
            // A host that nobody drives any more opens what it has closed.
            return "an app that was stopped for its move serves again by itself, within a minute if its host is up; run the same command again";
        }
        return verb.name().equals("deploy") || verb.name().equals("attach")
                ? "if the deploy has started, it continues on the host: \"pocketpaas deploy --attach\" shows it"
                : Exchange.GOES_ON_UNLESS_DOWN;
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
}
