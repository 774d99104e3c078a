package dev.pocketpaas.core.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** Commands that somebody runs: in containers of their own, with the live release's image and environment, or in one that runs. */
public final class OneOffProcesses {
    private final HostClient host;

    /** One-off commands on {@code host}. */
    public OneOffProcesses(HostClient host) {
        this.host = host;
    }

    /**
     * Starts {@code command}; the caller pumps its streams and takes its exit code.
     *
     * @param type the process type by whose limits it runs, else the app's own
     * @param terminal the terminal to run it in, or null for pipes
     */
    public RemoteProcess start(
            AppName app, Optional<ProcessType> type, List<String> command, RemoteCommand.@Nullable Terminal terminal) {
        List<Object> words = new ArrayList<>(List.of(app, terminal == null ? "pipe" : "tty", encoded(command)));
        type.ifPresent(name -> words.add("type=" + name));
        return host.raw(Verb.of("run", words.toArray()), terminal);
    }

    /**
     * Starts {@code command} in the container of a running process; the caller pumps its streams and takes its exit code.
     *
     * @param process {@code web.1}, or a process type for its first one
     * @param command none for a shell
     * @param terminal the terminal to run it in, or null for pipes
     */
    public RemoteProcess inside(
            AppName app, String process, List<String> command, RemoteCommand.@Nullable Terminal terminal) {
        if (!process.matches(Patterns.PROCESS_TYPE + "([.][1-9][0-9]{0,2})?")) {
            throw PocketException.usage(
                    "\"" + Printable.of(process) + "\" is not a process",
                    "write a process before the command, for example: pocketpaas exec web.1 -- ls");
        }
        String text = command.isEmpty() ? "-" : encoded(command);
        return host.raw(Verb.of("exec", app, process, terminal == null ? "pipe" : "tty", text), terminal);
    }

    /**
     * Starts a connection to a port of a running process: the streams are those of the port.
     *
     * @param process {@code web.1}, or a process type for its first one
     * @param port the port, else the one that the app's visitors reach
     */
    public RemoteProcess connect(AppName app, String process, OptionalInt port) {
        String number = port.isPresent() ? String.valueOf(port.getAsInt()) : "-";
        return host.raw(Verb.of("connect", app, process, number), null);
    }

    /** Starts {@code command} in the background. The result's fact {@code run} is the number of the run. */
    public OperationResult detach(
            AppName app, Optional<ProcessType> type, List<String> command, OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of(app, encoded(command)));
        type.ifPresent(name -> words.add("type=" + name));
        return host.operate(Verb.of("detach", words.toArray()), ValueTree.empty(), listener);
    }

    /** The detached commands that are remembered, the newest first, each with its command where the key may see it. */
    public List<Detached> detached(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "runs"));
        List<Detached> found = new ArrayList<>();
        for (String number : answer.children("")) {
            ValueTree run = answer.under(number);
            found.add(new Detached(BackgroundRun.of(run), run.text("command").orElse("")));
        }
        found.sort(Comparator.comparing((Detached one) -> one.run().started()).reversed());
        return found;
    }

    /**
     * A detached command.
     *
     * @param run its run
     * @param command its words, empty where the key may not see them
     */
    public record Detached(BackgroundRun run, String command) {}

    /** Ends a run in the background, also that of a cron job. */
    public OperationResult stop(AppName app, String number, OperationListener listener) {
        return host.operate(Verb.of("runs", app, "stop", checked(number)), ValueTree.empty(), listener);
    }

    /** The number of a run in the background, if it is one. */
    public static String checked(String number) {
        if (!number.matches("[0-9a-f]{8}")) {
            throw PocketException.usage(
                    "\"" + Printable.of(number) + "\" is not the number of a run",
                    "\"pocketpaas runs\" lists the runs");
        }
        return number;
    }

    private static String encoded(List<String> command) {
        String joined = String.join("\0", command) + "\0";
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(joined.getBytes(StandardCharsets.UTF_8));
        if (!NumberLimit.ARGUMENT_LENGTH.holds(encoded)) {
            throw PocketException.usage(
                    "the command is too long: " + joined.length() + " characters, at most about "
                            + NumberLimit.ARGUMENT_LENGTH.most() * 3 / 4,
                    "put it into a script of the app");
        }
        return encoded;
    }
}
