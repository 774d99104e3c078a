package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import org.jspecify.annotations.Nullable;

/** Connections by SSHJ. */
final class SshjConnector implements SshConnector {
    /** A server that accepts and stays silent would hang the greeting for ever. */
    private static final Duration GREETING = Duration.ofSeconds(15);

    private static final Duration HANDSHAKE = Duration.ofSeconds(30);
    /** How long a login may take while the user looks for a passphrase; the host itself gives up after two minutes. */
    private static final Duration LOGIN = Duration.ofMinutes(3);
    /** The same value limits how long a write waits until the far side reads, so it must outlast a busy program. */
    private static final Duration CHANNEL = Duration.ofMinutes(30);

    private final SshSettings settings;
    private final SshPrompts prompts;
    private final Duration greeting;

    SshjConnector(SshSettings settings, SshPrompts prompts) {
        this(settings, prompts, GREETING);
    }

    SshjConnector(SshSettings settings, SshPrompts prompts, Duration greeting) {
        this.settings = settings;
        this.prompts = prompts;
        this.greeting = greeting;
    }

    @Override
    public SshConnection connect(HostAddress address) {
        SshTarget target = new SshConfig(settings).resolve(address);
        List<Path> files = new ArrayList<>(target.userKnownHosts());
        files.addAll(target.globalKnownHosts());
        KnownHosts known = KnownHosts.read(files);
        HostKeyCheck check = new HostKeyCheck(known, target, null);
        try {
            return open(target, check);
        } catch (Untrusted e) {
            byte[] key = confirm(target, check);
            return open(target, new HostKeyCheck(known, target, key));
        }
    }

    /** Asks about a host that was never seen, files the answer, and gives back the key; throws where there is nothing to ask about. */
    private byte[] confirm(SshTarget target, HostKeyCheck check) {
        byte[] key = check.seen();
        KnownHosts.Answer answer = check.answer();
        if (key == null || answer == null) {
            throw new IllegalStateException("no key was seen");
        }
        String type = SshWire.typeOf(key);
        String fingerprint = SshWire.fingerprint(key);
        switch (answer.verdict()) {
            case CHANGED -> throw changed(target, answer.entry(), type, fingerprint);
            case REVOKED ->
                throw refuse(
                        "the key of " + target.display() + " is marked as revoked" + at(answer.entry()),
                        "do not connect until you know why it was revoked",
                        List.of(type + " " + fingerprint));
            case AUTHORITY_ONLY ->
                throw refuse(
                        target.display() + " is known only by a certificate authority" + at(answer.entry())
                                + ", which PocketPaaS cannot check yet",
                        "connect once with \"ssh " + target.alias() + "\" and add the host's own key to known_hosts",
                        List.of());
            case TRUSTED, UNKNOWN -> {
                if (target.newHosts() == SshTarget.NewHosts.REFUSE) {
                    throw unknown(target, type, fingerprint);
                }
            }
        }
        if (!prompts.trustHost(target.display(), type, fingerprint)) {
            throw unknown(target, type, fingerprint);
        }
        return key;
    }

    private static PocketException changed(
            SshTarget target, KnownHosts.@Nullable Entry entry, String type, String fingerprint) {
        String name = KnownHosts.nameOf(target.keyName(), target.keyPort());
        String file =
                entry == null ? "" : entry.place().substring(0, entry.place().lastIndexOf(':'));
        return refuse(
                "the key of " + target.display() + " is not the one that is known" + at(entry),
                "if the machine was set up anew, forget the old key with \"ssh-keygen -R '" + name + "' -f '" + file
                        + "'\"; else somebody may be listening in, do not connect",
                List.of("it shows " + type + " " + fingerprint));
    }

    private static PocketException unknown(SshTarget target, String type, String fingerprint) {
        return refuse(
                "the host " + target.display() + " is not known",
                "compare the fingerprint with the one on the host, then run the command on a terminal and answer yes, or add"
                        + " --accept-new-host-key",
                List.of("it shows " + type + " " + fingerprint));
    }

    private static PocketException refuse(String what, String cure, List<String> details) {
        return new PocketException(ExitCode.UNREACHABLE, what, details, cure, null);
    }

    private static String at(KnownHosts.@Nullable Entry entry) {
        return entry == null ? "" : " (" + entry.place() + ", " + entry.type() + ")";
    }

    private SshConnection open(SshTarget target, HostKeyCheck check) {
        Socket socket = Dial.open(target);
        SSHClient client = new SSHClient(new Algorithms());
        AtomicReference<String> farewell = new AtomicReference<>("");
        boolean done = false;
        try {
            client.setSocketFactory(new Dial.Connected(socket));
            client.setTimeout((int) greeting.toMillis());
            client.getTransport().setTimeoutMs((int) HANDSHAKE.toMillis());
            client.getTransport().setDisconnectListener((reason, message) -> {
                if (reason != DisconnectReason.BY_APPLICATION && message != null) {
                    farewell.compareAndSet("", message);
                }
            });
            client.addHostKeyVerifier(check);
            KeepAliveRunner keepAlive = (KeepAliveRunner) client.getConnection().getKeepAlive();
            // Set later, it would do nothing.
            keepAlive.setKeepAliveInterval((int) target.aliveInterval().toSeconds());
            keepAlive.setMaxAliveCount(target.aliveCount());
            handshake(target, check, client);
            remember(target, check);
            String key = logIn(target, client, farewell);
            client.getConnection().setTimeoutMs((int) CHANNEL.toMillis());
            SshConnection connection =
                    new SshjConnection(client, key, socket.getInetAddress().getHostAddress(), target.display());
            done = true;
            return connection;
        } finally {
            if (!done) {
                SshjConnection.disconnect(client);
                Dial.closeQuietly(socket);
            }
        }
    }

    private static void handshake(SshTarget target, HostKeyCheck check, SSHClient client) {
        try {
            client.connect(target.hostName(), target.port());
        } catch (IOException e) {
            KnownHosts.Answer answer = check.answer();
            if (answer != null && answer.verdict() != KnownHosts.Verdict.TRUSTED && isHostKeyFailure(e)) {
                throw new Untrusted(e);
            }
            throw PocketException.unreachable(
                    target.display() + " answers on port " + target.port() + ", but not as an SSH server should: "
                            + e.getMessage(),
                    "check the port; \"ssh -v " + target.alias() + "\" shows more",
                    e);
        }
    }

    private static boolean isHostKeyFailure(IOException e) {
        return e instanceof TransportException t && t.getDisconnectReason() == DisconnectReason.HOST_KEY_NOT_VERIFIABLE;
    }

    /** Files a key that was unknown and is now trusted; only now, so that a key nobody could prove to own is never filed. */
    private static void remember(SshTarget target, HostKeyCheck check) {
        KnownHosts.Answer answer = check.answer();
        byte[] key = check.seen();
        if (answer == null
                || key == null
                || answer.verdict() != KnownHosts.Verdict.UNKNOWN
                || target.userKnownHosts().isEmpty()) {
            return;
        }
        try {
            KnownHosts.append(
                    target.userKnownHosts().get(0),
                    target.keyName(),
                    target.keyPort(),
                    SshWire.typeOf(key),
                    key,
                    target.hashNames());
        } catch (IOException e) {
            // A home that cannot be written only means that the question comes again, as with ssh.
            return;
        }
    }

    private String logIn(SshTarget target, SSHClient client, AtomicReference<String> farewell) {
        client.getTransport().setTimeoutMs((int) LOGIN.toMillis());
        List<String> tried = new ArrayList<>();
        AtomicReference<@Nullable Identity> accepted = new AtomicReference<>();
        try (Identities identities = new Identities(settings, target, prompts)) {
            boolean in = identities.offerAll(identity -> {
                if (!client.isConnected()) {
                    return false;
                }
                accepted.set(identity);
                return offer(target, client, identity, tried);
            });
            Identity key = accepted.get();
            if (!in || key == null) {
                throw denied(target, client, farewell.get(), tried, identities.notes());
            }
            return key.type() + " " + java.util.Base64.getEncoder().encodeToString(key.blob());
        }
    }

    private static boolean offer(SshTarget target, SSHClient client, Identity identity, List<String> tried) {
        try {
            client.auth(target.user(), new PublicKeyLogin(identity));
            return true;
        } catch (UserAuthException e) {
            // The first cause that is not the summary tells why a key was not even offered.
            Throwable reason = e.getCause();
            tried.add(identity.describe() + (reason == null ? "" : ": " + reason.getMessage()));
            return false;
        } catch (TransportException | IllegalStateException e) {
            // The host has hung up, perhaps since the question a line ago whether it had.
            tried.add(identity.describe());
            return false;
        }
    }

    private static PocketException denied(
            SshTarget target, SSHClient client, String farewell, List<String> tried, List<String> notes) {
        List<String> details = new ArrayList<>();
        tried.forEach(key -> details.add("tried " + key));
        details.addAll(notes);
        String who = target.user() + "@" + target.display();
        if (farewell.contains("Too many authentication failures")) {
            return new PocketException(
                    ExitCode.UNREACHABLE,
                    who + " hung up after too many keys",
                    details,
                    "name the right key: set POCKETPAAS_SSH_KEY, or IdentityFile and IdentitiesOnly in ~/.ssh/config",
                    null);
        }
        if (!farewell.isEmpty() || !client.isConnected()) {
            return new PocketException(
                    ExitCode.UNREACHABLE,
                    target.display() + " closed the connection during the login"
                            + (farewell.isEmpty() ? "" : ": " + farewell),
                    details,
                    "try again; the SSH server's log on the host says why",
                    null);
        }
        if (details.isEmpty()) {
            return new PocketException(
                    ExitCode.UNREACHABLE,
                    "there is no SSH key to show to " + who,
                    List.of("looked for ~/.ssh/id_ed25519, id_ecdsa, id_rsa and an ssh-agent"),
                    "make one with \"ssh-keygen -t ed25519\" and have its public half added to the host",
                    null);
        }
        return new PocketException(
                ExitCode.UNREACHABLE,
                who + " accepts none of your SSH keys",
                details,
                "have one of these public keys added on the host, or name the right one with POCKETPAAS_SSH_KEY",
                null);
    }

    /** The host key is not one that is trusted; {@link HostKeyCheck} knows which and why. */
    private static final class Untrusted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Untrusted(Throwable cause) {
            super(cause);
        }
    }
}
