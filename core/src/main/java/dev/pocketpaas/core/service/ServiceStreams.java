package dev.pocketpaas.core.service;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.process.Logs;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Pieces;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What has streams of its own: a service's console, its data, its logs. Without an app: the only one that has data there. */
public final class ServiceStreams {
    private final HostClient host;

    /** Streams of services on {@code host}. */
    public ServiceStreams(HostClient host) {
        this.host = host;
    }

    /**
     * Starts the server's own console on the app's data, or one command of it; the caller pumps its streams and takes its exit code.
     *
     * @param terminal the terminal to run it in, or null for pipes
     */
    public RemoteProcess console(
            ServiceName name, Optional<AppName> app, List<String> command, RemoteCommand.@Nullable Terminal terminal) {
        List<Object> words = new ArrayList<>(List.of("console", name, word(app), terminal == null ? "pipe" : "tty"));
        if (!command.isEmpty()) {
            words.add(encoded(command));
        }
        return host.raw(Verb.of("service-stream", words.toArray()), terminal);
    }

    /** Starts writing a dump of the app's data to standard output. */
    public RemoteProcess dump(ServiceName name, Optional<AppName> app) {
        return host.raw(Verb.of("service-stream", "dump", name, word(app)), null);
    }

    /**
     * Replaces the app's data by {@code dump}, once all of it has come.
     *
     * @throws PocketException when it cannot be restored; the data is then as it was
     */
    public OperationResult restore(
            ServiceName name, Optional<AppName> app, InputStream dump, OperationListener listener) {
        return host.operate(
                Verb.of("service-stream", "restore", name, word(app), "pieces"),
                out -> Pieces.send(dump, out),
                listener);
    }

    /** Starts a connection to the service: the streams are those of its port. */
    public RemoteProcess connect(ServiceName name, AppName app) {
        return host.raw(Verb.of("service-stream", "connect", name, app), null);
    }

    /** Streams what the service has printed. */
    public void logs(ServiceName name, int lines, boolean follow, Consumer<Logs.Line> each) {
        List<Object> words = new ArrayList<>(List.of("logs", name, "lines=" + lines));
        if (follow) {
            words.add("follow");
        }
        host.stream(Verb.of("service-stream", words.toArray()), line -> each.accept(Logs.Line.parse(line)));
    }

    private static String word(Optional<AppName> app) {
        return app.map(AppName::value).orElse("-");
    }

    private static String encoded(List<String> command) {
        String joined = String.join("\0", command) + "\0";
        String text = Base64.getUrlEncoder().withoutPadding().encodeToString(joined.getBytes(StandardCharsets.UTF_8));
        if (!NumberLimit.ARGUMENT_LENGTH.holds(text)) {
            throw PocketException.usage("the command is too long", "pass it on standard input");
        }
        return text;
    }
}
