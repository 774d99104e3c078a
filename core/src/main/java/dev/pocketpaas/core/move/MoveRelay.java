package dev.pocketpaas.core.move;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.progress.TransferMeter;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * What is moved goes from host to host over this machine: neither has to let the other one in. The files are those of a repository, encrypted,
 * each named by what is in it; only what the second host lacks is sent, and it checks what it gets.
 */
final class MoveRelay {
    private static final String STEP = "move-send";
    private static final String CURE = "run the same command again: what has come over stays there";
    private static final int CHUNK = 1 << 18;

    private final Function<String, Verb> verb;
    private final OperationListener listener;
    private final LongSupplier nanoTime;

    /** {@code verb} makes the verb of an action. */
    MoveRelay(Function<String, Verb> verb, OperationListener listener, LongSupplier nanoTime) {
        this.verb = verb;
        this.listener = listener;
        this.nanoTime = nanoTime;
    }

    /** Has {@code to} get what it lacks of what {@code from} has; how many bytes went over. */
    long run(HostClient from, HostClient to) {
        listener.on(new OperationEvent.Step(STEP, OperationEvent.Step.State.START, ""));
        Map<String, Long> wanted = list(from);
        wanted.keySet().removeAll(list(to).keySet());
        long total = wanted.values().stream().mapToLong(Long::longValue).sum();
        long begun = nanoTime.getAsLong();
        if (!wanted.isEmpty()) {
            send(from, to, List.copyOf(wanted.keySet()), total);
        }
        double seconds = Math.max(0.05, (nanoTime.getAsLong() - begun) / 1e9);
        String text = String.format("%.1f MB, %.1f MB/s", total / 1e6, total / 1e6 / seconds);
        listener.on(new OperationEvent.Step(STEP, OperationEvent.Step.State.DONE, text));
        return total;
    }

    private Map<String, Long> list(HostClient host) {
        Verb listing = verb.apply("list");
        Map<String, Long> found = new LinkedHashMap<>();
        try (RemoteProcess process = host.raw(listing, null)) {
            CompletableFuture<String> said = reading(process.stderr());
            process.stdin().close();
            BufferedReader reader =
                    new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.US_ASCII));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int blank = line.indexOf(' ');
                found.put(line.substring(blank + 1), Long.valueOf(line.substring(0, blank)));
            }
            ended(listing, process, said);
        } catch (IOException | NumberFormatException e) {
            throw PocketException.unreachable("the connection to the host was lost", CURE, e);
        }
        return found;
    }

    private void send(HostClient from, HostClient to, List<String> names, long total) {
        Verb sending = verb.apply("send");
        Verb receiving = verb.apply("receive");
        try (RemoteProcess source = from.raw(sending, null);
                RemoteProcess target = to.raw(receiving, null)) {
            CompletableFuture<String> saidThere = reading(source.stderr());
            CompletableFuture<String> saidHere = reading(target.stderr());
            CompletableFuture<String> printed = reading(target.stdout());
            CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> ask(source.stdin(), names));
            boolean taken = pump(source.stdout(), target.stdin(), new TransferMeter(STEP, nanoTime, listener), total);
            // Who refuses closes its end first.
            ended(receiving, target, saidHere);
            printed.join();
            if (!taken) {
                throw PocketException.unreachable("the other host takes nothing any more", CURE, null);
            }
            asked.join();
            ended(sending, source, saidThere);
        } catch (IOException | UncheckedIOException e) {
            throw PocketException.unreachable("the connection to a host was lost", CURE, e);
        }
    }

    private static void ask(OutputStream out, List<String> names) {
        try (out) {
            for (String name : names) {
                out.write((name + "\n").getBytes(StandardCharsets.US_ASCII));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether all of it was taken. */
    private static boolean pump(InputStream in, OutputStream out, TransferMeter meter, long total) throws IOException {
        byte[] buffer = new byte[CHUNK];
        long sent = 0;
        try (out) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                try {
                    out.write(buffer, 0, n);
                } catch (IOException e) {
                    return false;
                }
                sent += n;
                meter.sent(sent, total == 0 ? 0 : (int) Math.min(100, 100 * sent / total));
            }
        }
        return true;
    }

    private static CompletableFuture<String> reading(InputStream in) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                ByteArrayOutputStream kept = new ByteArrayOutputStream();
                in.transferTo(kept);
                return kept.toString(StandardCharsets.UTF_8);
            } catch (IOException e) {
                return "";
            }
        });
    }

    private static void ended(Verb verb, RemoteProcess process, CompletableFuture<String> said) {
        try {
            int status = process.waitFor();
            if (status != 0) {
                throw HostClient.refusal(verb, status, said.join());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        }
    }
}
