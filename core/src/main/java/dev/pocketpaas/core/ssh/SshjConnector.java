package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import net.schmizz.keepalive.KeepAliveRunner;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.DisconnectReason;
import net.schmizz.sshj.transport.TransportException;
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
        Session session = connect(target, settings);
        return new SshjConnection(session.client(), session.key(), session.way(), target);
    }

    /** A host that we are logged in at, and what leads there. */
    private record Session(SSHClient client, Optional<String> key, Way way) {}

    private Session connect(SshTarget target, SshSettings own) {
        if (!target.onlyOpenSsh().isEmpty()) {
            throw new NeedsOpenSsh(
                    target, "your ssh configuration says " + String.join(", ", target.onlyOpenSsh()), List.of(), null);
        }
        List<Path> files = new ArrayList<>(target.trust().userKnownHosts());
        files.addAll(target.trust().globalKnownHosts());
        KnownHosts known = KnownHosts.read(files);
        RevokedKeys revoked = revoked(target);
        HostKeyCheck check = new HostKeyCheck(known, revoked, target, null);
        Way way = way(target);
        boolean done = false;
        try {
            Session session;
            try {
                session = open(target, own, way, check);
            } catch (Untrusted e) {
                byte[] key = confirm(target, check);
                session = open(target, own, way, new HostKeyCheck(known, revoked, target, key));
            }
            done = true;
            return session;
        } finally {
            if (!done) {
                way.close();
            }
        }
    }

    private Way way(SshTarget target) {
        SshTarget jump = target.network().jump();
        if (jump != null) {
            Session hop = connect(jump, settings.withIdentityFile(null));
            return Way.through(target, hop.client(), jump, hop.way());
        }
        String command = target.network().proxyCommand();
        return command == null ? Way.direct(target) : Way.command(target, command, settings, prompts);
    }

    private static @Nullable RevokedKeys revoked(SshTarget target) {
        Path file = target.trust().revoked();
        if (file == null) {
            return null;
        }
        try {
            return RevokedKeys.read(file)
                    .orElseThrow(() -> new NeedsOpenSsh(
                            target, "RevokedHostKeys is a file of OpenSSH's binary form", List.of(), null));
        } catch (IOException e) {
            throw refuse(
                    "no host can be trusted: the file of revoked keys " + file + " cannot be read",
                    "correct RevokedHostKeys in ~/.ssh/config",
                    List.of());
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
                        "the key of " + target.display() + " is marked as revoked"
                                + (answer.entry() == null ? " (" + check.problem() + ")" : at(answer.entry())),
                        "do not connect until you know why it was revoked",
                        List.of(type + " " + fingerprint));
            case AUTHORITY_ONLY, TRUSTED, UNKNOWN -> {
                if (target.trust().newHosts() != SshTarget.NewHosts.ASK
                        || !target.credentials().mayAsk()) {
                    throw unknown(target, check, type, fingerprint);
                }
            }
        }
        String problem = check.problem();
        if (problem != null) {
            prompts.tell("warning: " + target.display() + ": " + problem);
        }
        if (!prompts.trustHost(target.display(), type, fingerprint)) {
            throw unknown(target, check, type, fingerprint);
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

    private static PocketException unknown(SshTarget target, HostKeyCheck check, String type, String fingerprint) {
        KnownHosts.Answer answer = check.answer();
        boolean authority = answer != null && answer.verdict() == KnownHosts.Verdict.AUTHORITY_ONLY;
        List<String> details = new ArrayList<>(List.of("it shows " + type + " " + fingerprint));
        String problem = check.problem();
        if (authority) {
            details.add(
                    problem != null
                            ? problem
                            : "a certificate authority is known for it" + at(answer.entry())
                                    + ", but it shows no certificate of that authority");
        }
        return refuse(
                "the host " + target.display() + " is not known",
                authority
                        ? "have a certificate made for the host by that authority, or add the host's own key to known_hosts"
                        : "compare the fingerprint with the one on the host, then run the command on a terminal and answer yes,"
                                + " or add --accept-new-host-key",
                details);
    }

    private static PocketException refuse(String what, String cure, List<String> details) {
        return new PocketException(ExitCode.UNREACHABLE, what, details, cure, null);
    }

    private static String at(KnownHosts.@Nullable Entry entry) {
        return entry == null ? "" : " (" + entry.place() + ", " + entry.type() + ")";
    }

    private Session open(SshTarget target, SshSettings own, Way way, HostKeyCheck check) {
        Algorithms algorithms = new Algorithms();
        if (!check.findExistingAlgorithms("", 0).isEmpty()
                && SshCertificate.isType(check.findExistingAlgorithms("", 0).get(0))) {
            algorithms.acceptCertificates();
        }
        String empty = algorithms.restrictTo(target.algorithms());
        if (!empty.isEmpty()) {
            throw new NeedsOpenSsh(
                    target,
                    "your ssh configuration's " + empty + " names nothing that PocketPaaS knows",
                    List.of(),
                    null);
        }
        SSHClient client = new SSHClient(algorithms);
        AtomicReference<String> farewell = new AtomicReference<>("");
        boolean done = false;
        Duration limit = target.network().loginTimeout();
        if (limit == null && way.needsWatch()) {
            limit = greeting.plus(HANDSHAKE);
        }
        Patience patience = limit == null ? null : Patience.start(limit, way::drop);
        try {
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
            keepAlive.setKeepAliveInterval(
                    (int) target.network().aliveInterval().toSeconds());
            keepAlive.setMaxAliveCount(target.network().aliveCount());
            handshake(target, way, check, client, farewell, patience);
            remember(target, check);
            client.getTransport().setTimeoutMs((int) LOGIN.toMillis());
            Optional<String> key;
            SshPrompts asking = patience == null ? prompts : patience.around(prompts);
            try (Identities identities = new Identities(own, target, asking)) {
                key = new Login(target, client, asking, farewell::get).run(identities);
            } catch (PocketException e) {
                throw patience != null && patience.isExpired() ? Handshakes.tooSlow(target, way, limit, e) : e;
            }
            client.getConnection().setTimeoutMs((int) CHANNEL.toMillis());
            done = true;
            return new Session(client, key, way);
        } finally {
            if (patience != null) {
                patience.close();
            }
            if (!done) {
                SshjConnection.disconnect(client);
                way.drop();
            }
        }
    }

    private void handshake(
            SshTarget target,
            Way way,
            HostKeyCheck check,
            SSHClient client,
            AtomicReference<String> farewell,
            @Nullable Patience patience) {
        try {
            connect(way, client);
        } catch (IOException e) {
            KnownHosts.Answer answer = check.answer();
            if (answer != null && answer.verdict() != KnownHosts.Verdict.TRUSTED && isHostKeyFailure(e)) {
                throw new Untrusted(e);
            }
            if (patience != null && patience.isExpired()) {
                throw Handshakes.tooSlow(target, way, target.network().loginTimeout(), e);
            }
            throw Handshakes.failed(target, way, farewell.get(), greeting, e);
        }
    }

    private static void connect(Way way, SSHClient client) throws IOException {
        try {
            way.connect(client);
        } catch (IllegalStateException e) {
            // What came first has ended the connection before the client had begun: the transport knows by what.
            client.getTransport().join(1, TimeUnit.SECONDS);
            throw new IOException(e.getMessage(), e);
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
                || target.trust().userKnownHosts().isEmpty()) {
            return;
        }
        try {
            KnownHosts.append(
                    target.trust().userKnownHosts().get(0),
                    target.keyName(),
                    target.keyPort(),
                    SshWire.typeOf(key),
                    key,
                    target.trust().hashNames());
        } catch (IOException e) {
            // A home that cannot be written only means that the question comes again, as with ssh.
            return;
        }
    }

    /** The host key is not one that is trusted; {@link HostKeyCheck} knows which and why. */
    private static final class Untrusted extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Untrusted(Throwable cause) {
            super(cause);
        }
    }
}
