package dev.pocketpaas.core.move;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Tells the host that an app leaves that somebody drives the move, every few seconds. When this machine goes away, or its network does, that host
 * goes back.
 */
final class Hold implements AutoCloseable {
    private static final String CURE = "run the same command again";

    /** A host that ends what it holds with the channel alone, as one of an earlier version, does not say that; the first line ends it there. */
    private static final String BY_SIGNS = "held by signs";

    /** A lease of the host's lasts ten times as long. */
    private static final Duration BETWEEN_SIGNS = Duration.ofSeconds(3);

    private final RemoteProcess process;
    private final CountDownLatch closed = new CountDownLatch(1);

    private Hold(RemoteProcess process) {
        this.process = process;
    }

    static Hold of(HostClient host, AppName app) {
        return of(host, app, BETWEEN_SIGNS);
    }

    static Hold of(HostClient host, AppName app, Duration betweenSigns) {
        RemoteProcess process = host.raw(Verb.of("move", app, "hold"), null);
        try {
            BufferedReader reader = new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
            String line = reader.readLine();
            if (line != null) {
                Hold hold = new Hold(process);
                if (line.endsWith(BY_SIGNS)) {
                    hold.sayInTurns(betweenSigns);
                }
                return hold;
            }
        } catch (IOException e) {
            process.close();
            throw PocketException.unreachable("the connection to the host was lost", CURE, e);
        }
        process.close();
        throw PocketException.unreachable("the host does not hold the move", CURE, null);
    }

    private void sayInTurns(Duration between) {
        // A thread of its own: the others wait for what the hosts do.
        Thread thread = new Thread(() -> say(between), "move-hold");
        thread.setDaemon(true);
        thread.start();
    }

    private void say(Duration between) {
        OutputStream stdin = process.stdin();
        try {
            do {
                stdin.write('\n');
                stdin.flush();
            } while (!closed.await(between.toMillis(), TimeUnit.MILLISECONDS));
        } catch (IOException e) {
            // The channel has ended, and with it the lease: the step that needs one is refused.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        process.close();
    }
}
