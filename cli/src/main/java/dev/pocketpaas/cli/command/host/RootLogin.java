package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.init.RefusedLogin;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A machine that is reached as root, or as a user with sudo, and not through the door: for what needs root on it.
 *
 * @param context what reaches it
 * @param hosts the hosts that this machine knows
 * @param place the machine
 * @param login who logs in there
 */
record RootLogin(CommandContext context, HostResolver hosts, HostResolver.ResolvedHost place, HostAddress login) {
    /** To the host that {@code written} or {@code --host} names; {@code command} is what the user typed. */
    static RootLogin to(@Nullable String written, CommandContext context, String command) {
        HostResolver hosts = new HostResolver(context.environment());
        String text = Optional.ofNullable(written)
                .or(() -> context.options().host())
                .orElseThrow(() ->
                        PocketException.usage("no host given", "run pocketpaas " + command + " [user@]address[:port]"));
        HostResolver.ResolvedHost place = hosts.find(text);
        HostAddress named = place.address();
        // Whom the address names, else whom the user's ssh configuration does, else root.
        HostAddress login = named.user() != null
                ? named
                : named.withUser(context.connector(place).configuredUser(named).orElse("root"));
        return new RootLogin(context, hosts, place, login);
    }

    /** The same with another user. */
    RootLogin as(String user) {
        return new RootLogin(context, hosts, place, login.withUser(user));
    }

    /** Does {@code work}; where the machine names another user, once more with that one, if that is wanted. */
    <T> T trying(Function<RootLogin, T> work) {
        try {
            return work.apply(this);
        } catch (RefusedLogin e) {
            String other = e.otherUser().orElseThrow(() -> e);
            String said = "The host says: " + String.join("\n  ", e.details());
            if (!context.prompts().yes(said + "\nLog in as " + other + " instead?")) {
                throw e;
            }
            return work.apply(as(other));
        }
    }

    /** Logs in once more, over a connection of its own; the caller closes it. */
    SshConnection connectAnew() {
        return context.connector(place).connectAnew(login);
    }

    /** Logs in; the caller closes the connection. */
    SshConnection connect(Progress progress) {
        progress.on(new OperationEvent.Step("connect", OperationEvent.Step.State.START, login + ""));
        SshConnection connection;
        try {
            connection = context.connector(place).connect(login);
        } catch (PocketException e) {
            progress.on(new OperationEvent.Step("connect", OperationEvent.Step.State.FAIL, ""));
            throw e;
        }
        progress.on(new OperationEvent.Step("connect", OperationEvent.Step.State.DONE, login + ""));
        return connection;
    }
}
