package dev.pocketpaas.core.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Commands in a container of their own, with the live release's image and environment. */
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
        String joined = String.join("\0", command) + "\0";
        String encoded =
                Base64.getUrlEncoder().withoutPadding().encodeToString(joined.getBytes(StandardCharsets.UTF_8));
        if (!NumberLimit.ARGUMENT_LENGTH.holds(encoded)) {
            throw PocketException.usage(
                    "the command is too long: " + joined.length() + " characters, at most about "
                            + NumberLimit.ARGUMENT_LENGTH.most() * 3 / 4,
                    "put it into a script of the app");
        }
        List<Object> words = new ArrayList<>(List.of(app, terminal == null ? "pipe" : "tty", encoded));
        type.ifPresent(name -> words.add("type=" + name));
        return host.raw(Verb.of("run", words.toArray()), terminal);
    }
}
