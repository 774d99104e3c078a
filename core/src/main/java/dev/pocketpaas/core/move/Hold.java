package dev.pocketpaas.core.move;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;

/** Tells the host that an app leaves that somebody drives the move. When this machine goes away, that host goes back. */
final class Hold implements AutoCloseable {
    private static final String CURE = "run the same command again";

    private final RemoteProcess process;

    private Hold(RemoteProcess process) {
        this.process = process;
    }

    static Hold of(HostClient host, AppName app) {
        RemoteProcess process = host.raw(Verb.of("move", app, "hold"), null);
        try {
            BufferedReader reader = new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
            if (reader.readLine() != null) {
                return new Hold(process);
            }
        } catch (IOException e) {
            process.close();
            throw PocketException.unreachable("the connection to the host was lost", CURE, e);
        }
        process.close();
        throw PocketException.unreachable("the host does not hold the move", CURE, null);
    }

    @Override
    public void close() {
        process.close();
    }
}
