package dev.pocketpaas.core.git;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.PacketLine.Packet;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.transport.PacketLineOut;
import org.jspecify.annotations.Nullable;

/**
 * One push to an app's repository on the host, over a channel of an open connection: git's protocol of {@code git receive-pack}
 * (gitprotocol-pack(5)). Opening it fetches the names on the host; whoever pushes may look at them first, and may push one commit.
 */
public final class GitPush implements AutoCloseable {
    private static final int LONGEST_ERRORS = 64 * 1024;
    private static final int BUFFER = 32 * 1024;

    private final LocalRepository repository;
    private final RemoteProcess process;
    private final InputStream in;
    private final OutputStream out;
    private final Errors errors;
    private final Map<String, String> refs = new LinkedHashMap<>();
    private final Set<ObjectId> present = new LinkedHashSet<>();
    private Set<String> capabilities = Set.of();

    private GitPush(LocalRepository repository, RemoteProcess process) {
        this.repository = repository;
        this.process = process;
        this.in = new BufferedInputStream(process.stdout());
        this.out = new BufferedOutputStream(process.stdin(), BUFFER);
        this.errors = Errors.of(process.stderr());
    }

    /**
     * Opens a push to {@code app}. It takes one channel of {@code connection}.
     *
     * @throws PocketException when the host refuses
     */
    public static GitPush open(LocalRepository repository, SshConnection connection, AppName app) {
        RemoteProcess process = connection.start(RemoteCommand.of("git-receive-pack '" + app.value() + "'"));
        GitPush push = new GitPush(repository, process);
        boolean done = false;
        try {
            push.readNames();
            done = true;
            return push;
        } finally {
            if (!done) {
                process.close();
            }
        }
    }

    /** The names on the host and what they stand for, as full ids. */
    public Map<String, String> remoteRefs() {
        return Collections.unmodifiableMap(refs);
    }

    /**
     * Pushes {@code commit} to {@code ref}, a full name. May be called once.
     *
     * @param force whether {@code ref} may lose commits
     * @throws PocketException when the connection is lost or the objects are not all here
     */
    public PushResult push(String commit, String ref, boolean force, PushListener listener) {
        @Nullable String old = refs.get(ref);
        if (commit.equals(old)) {
            return new PushResult(PushResult.Status.UP_TO_DATE, "", "");
        }
        if (old != null && !force && !repository.isAncestor(old, commit)) {
            return new PushResult(
                    PushResult.Status.NOT_FAST_FORWARD, ref + " on the host has commits that would be lost", "");
        }
        try {
            send(commit, ref, old == null ? ObjectId.zeroId().name() : old, listener);
            byte[] report = readReport(listener);
            out.close();
            int status = process.waitFor();
            return result(ref, report, status);
        } catch (InterruptedIOException | InterruptedException e) {
            throw interrupted(e);
        } catch (IOException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw interrupted(e);
            }
            throw PocketException.unreachable(
                    "the push broke off: " + e.getMessage(), "check your network, then run the command again", e);
        }
    }

    private void readNames() {
        try {
            Packet packet = PacketLine.read(in);
            while (packet.kind() == Packet.Kind.DATA) {
                readName(packet.text());
                packet = PacketLine.read(in);
            }
            if (packet.kind() == Packet.Kind.END) {
                throw refused(process.waitFor());
            }
        } catch (InterruptedIOException | InterruptedException e) {
            throw interrupted(e);
        } catch (IOException e) {
            throw PocketException.unreachable(
                    "git cannot talk to the host: " + e.getMessage(),
                    "does the login on the host print something by itself?",
                    e);
        }
    }

    private void readName(String line) throws IOException {
        if (line.startsWith("ERR ")) {
            throw new IOException(line.substring(4));
        }
        int nul = line.indexOf('\0');
        if (nul >= 0) {
            capabilities = Set.of(line.substring(nul + 1).strip().split(" +"));
        }
        String[] words = (nul >= 0 ? line.substring(0, nul) : line).split(" ", 2);
        if (words[0].equals("shallow")) {
            return;
        }
        if (words.length < 2 || !ObjectId.isId(words[0])) {
            throw new IOException("the host does not speak git's protocol");
        }
        if (!words[1].equals("capabilities^{}")) {
            present.add(ObjectId.fromString(words[0]));
            if (!words[1].equals(".have")) {
                refs.put(words[1], words[0]);
            }
        }
    }

    private void send(String commit, String ref, String old, PushListener listener) throws IOException {
        List<String> wanted = new ArrayList<>(List.of("report-status"));
        for (String capability : List.of("side-band-64k", "quiet")) {
            if (capabilities.contains(capability)) {
                wanted.add(capability);
            }
        }
        wanted.add("agent=pocketpaas");
        PacketLineOut packets = new PacketLineOut(out);
        packets.setFlushOnEnd(false);
        packets.writeString(old + " " + commit + " " + ref + "\0 " + String.join(" ", wanted));
        packets.end();
        try {
            new PackUpload(repository.jgit()).write(ObjectId.fromString(commit), ref, present, listener, out);
        } catch (PackUpload.FarSideGone e) {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            // Why it takes no more is in its report, or in what it printed.
        } catch (IOException e) {
            // The host waits for the rest of the pack; nothing but the end of the channel tells it that none will come.
            process.close();
            throw incomplete(e);
        }
    }

    private static RuntimeException incomplete(IOException e) {
        if (Thread.currentThread().isInterrupted()) {
            return interrupted(e);
        }
        return new PocketException(
                ExitCode.USAGE,
                "the commit cannot be pushed, for this clone of it is not whole: " + e.getMessage(),
                List.of(),
                "fetch what is missing (\"git fetch --unshallow\" or \"git fetch --refetch\"), or use a full clone",
                e);
    }

    private byte[] readReport(PushListener listener) throws IOException {
        ByteArrayOutputStream report = new ByteArrayOutputStream();
        boolean bands = capabilities.contains("side-band-64k");
        Packet packet = PacketLine.read(in);
        while (packet.kind() == Packet.Kind.DATA) {
            byte[] bytes = packet.bytes();
            if (!bands) {
                new PacketLineOut(report).writeString(packet.text());
            } else if (bytes.length > 1) {
                byte[] data = Arrays.copyOfRange(bytes, 1, bytes.length);
                switch (bytes[0]) {
                    case 1 -> report.writeBytes(data);
                    case 2 -> listener.output(data);
                    default -> errors.add(data);
                }
            }
            packet = PacketLine.read(in);
        }
        return report.toByteArray();
    }

    private PushResult result(String ref, byte[] report, int status) throws IOException {
        InputStream lines = new ByteArrayInputStream(report);
        @Nullable PushResult result = null;
        for (Packet packet = PacketLine.read(lines);
                packet.kind() == Packet.Kind.DATA;
                packet = PacketLine.read(lines)) {
            String line = packet.text();
            if (line.startsWith("unpack ") && !line.equals("unpack ok")) {
                return new PushResult(PushResult.Status.UNPACK_FAILED, line.substring(7), errors.text());
            }
            if (line.equals("ok " + ref)) {
                result = new PushResult(PushResult.Status.ACCEPTED, "", errors.text());
            } else if (line.startsWith("ng " + ref + " ")) {
                result = new PushResult(PushResult.Status.REJECTED, line.substring(ref.length() + 4), errors.text());
            }
        }
        if (result == null) {
            throw refused(status);
        }
        return result;
    }

    private PocketException refused(int status) {
        List<String> said = errors.text().strip().lines().toList();
        ExitCode code = switch (ExitCode.of(status)) {
            case USAGE, UNREACHABLE, REFUSED -> ExitCode.of(status);
            case OK, UNEXPECTED, FAILED_OLD_SERVES, FAILED_DOWN, PARTIAL, INTERRUPTED ->
                status == 255 ? ExitCode.UNREACHABLE : ExitCode.UNEXPECTED;
        };
        return new PocketException(
                code,
                status == 255 ? "the connection was lost during the push" : "the host refused the push",
                said,
                status == 255
                        ? "check your network, then run the command again"
                        : said.isEmpty()
                                ? "run the command again; if it stays so, \"pocketpaas init host\" repairs the host's programs"
                                : null,
                null);
    }

    private static PocketException interrupted(Exception e) {
        Thread.currentThread().interrupt();
        return new PocketException(ExitCode.INTERRUPTED, "interrupted during the push", List.of(), null, e);
    }

    /** Ends the channel; a push that is under way is given up. */
    @Override
    public void close() {
        process.close();
    }

    /** Collects what the host prints beside the protocol; it must be read, for it shares a window with everything else. */
    private static final class Errors {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private final Thread reader;

        private Errors(InputStream stderr) {
            reader = new Thread(() -> read(stderr), "push-stderr");
            reader.setDaemon(true);
        }

        static Errors of(InputStream stderr) {
            Errors errors = new Errors(stderr);
            errors.reader.start();
            return errors;
        }

        private void read(InputStream stderr) {
            byte[] buffer = new byte[BUFFER];
            try {
                for (int n = stderr.read(buffer); n >= 0; n = stderr.read(buffer)) {
                    add(Arrays.copyOf(buffer, n));
                }
            } catch (IOException e) {
                // Whoever reads the protocol itself sees the same failure and tells it.
                return;
            }
        }

        synchronized void add(byte[] bytes) {
            if (kept.size() < LONGEST_ERRORS) {
                kept.writeBytes(bytes);
            }
        }

        String text() {
            try {
                reader.join(2000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            synchronized (this) {
                return kept.toString(StandardCharsets.UTF_8);
            }
        }
    }
}
