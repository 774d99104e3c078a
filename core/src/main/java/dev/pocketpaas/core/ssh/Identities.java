package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys to try at a host, in order: the one named for this run alone; else keys of the agent that the configuration names, then key files,
 * then the agent's other keys, unless the configuration forbids them. A certificate comes before its key. Notes why a key could not be used.
 */
final class Identities implements AutoCloseable {
    private static final List<String> USUAL =
            List.of("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk");
    private static final int ATTEMPTS = 3;
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private final SshSettings settings;
    private final SshTarget target;
    private final SshPrompts prompts;
    private final List<String> notes = new ArrayList<>();
    private @Nullable AgentClient agent;
    private boolean emptyAgent;

    Identities(SshSettings settings, SshTarget target, SshPrompts prompts) {
        this.settings = settings;
        this.target = target;
        this.prompts = prompts;
    }

    /** The keys, each made when it is its turn; nothing where it turns out to be of no use. */
    List<Supplier<Optional<Identity>>> all() {
        SshTarget.Credentials credentials = target.credentials();
        List<AgentClient.Key> agentKeys = agentKeys();
        List<KeyFile> files = files();
        List<SshCertificate> certificates = certificates(files);
        List<AgentClient.Key> named = agentKeys.stream()
                .filter(key -> files.stream()
                        .anyMatch(file -> Arrays.equals(file.knownBlob(), SshCertificate.plainKey(key.blob()))))
                .toList();
        List<Supplier<Optional<Identity>>> all = new ArrayList<>();
        for (AgentClient.Key key : named) {
            addOfAgent(all, key, certificates);
        }
        for (KeyFile file : files) {
            if (named.stream().noneMatch(key -> Arrays.equals(file.knownBlob(), key.blob()))) {
                addOfFile(all, file, certificates);
            }
        }
        if (settings.identityFile() == null && !credentials.identitiesOnly()) {
            for (AgentClient.Key key : agentKeys) {
                if (!named.contains(key)) {
                    addOfAgent(all, key, certificates);
                }
            }
        }
        return all;
    }

    /** Why keys could not be used. */
    List<String> notes() {
        List<String> all = new ArrayList<>(notes);
        if (emptyAgent) {
            all.add("the ssh-agent shows no keys: none was added (ssh-add), or it is locked (ssh-add -X unlocks it)");
        }
        return all;
    }

    /** The first public key that is the user's own, as the first two fields of an authorized_keys line. */
    Optional<String> firstPublicKey() {
        return java.util.stream.Stream.concat(
                        files().stream()
                                .map(KeyFile::knownBlob)
                                .filter(java.util.Objects::nonNull)
                                .map(java.util.Objects::requireNonNull),
                        agentKeys().stream().map(AgentClient.Key::blob))
                .filter(blob -> !SshCertificate.isType(SshWire.typeOf(blob)))
                .map(SshWire::keyLine)
                .findFirst();
    }

    /** The public key of the user's with {@code fingerprint}, as the first two fields of an authorized_keys line. */
    Optional<String> publicKey(String fingerprint) {
        return java.util.stream.Stream.concat(
                        files().stream()
                                .map(KeyFile::knownBlob)
                                .filter(java.util.Objects::nonNull)
                                .map(java.util.Objects::requireNonNull),
                        agentKeys().stream().map(AgentClient.Key::blob))
                .map(SshCertificate::plainKey)
                .filter(blob -> SshWire.fingerprint(blob).equals(fingerprint))
                .map(SshWire::keyLine)
                .findFirst();
    }

    private void addOfAgent(
            List<Supplier<Optional<Identity>>> all, AgentClient.Key key, List<SshCertificate> certificates) {
        for (SshCertificate certificate : certificates) {
            if (Arrays.equals(certificate.key(), key.blob())) {
                all.add(() -> usable(ofAgent(key, certificate.blob())));
            }
        }
        all.add(() -> usable(ofAgent(key, key.blob())));
    }

    private void addOfFile(List<Supplier<Optional<Identity>>> all, KeyFile file, List<SshCertificate> certificates) {
        String label = shown(file.path());
        byte[] blob = file.knownBlob();
        if (file.isPublicOnly()) {
            notes.add(label + ": only a public key, and the ssh-agent does not hold its other half");
            return;
        }
        if (blob == null) {
            // Only its owner can tell what key this is.
            all.add(() -> open(file)
                    .map(pair -> ofPair(label, KeyFile.blobOf(pair), pair))
                    .flatMap(this::usable));
            return;
        }
        for (SshCertificate certificate : certificates) {
            if (Arrays.equals(certificate.key(), blob)) {
                all.add(() -> usable(ofFile(label, file, certificate.blob())));
            }
        }
        all.add(() -> usable(ofFile(label, file, blob)));
    }

    /** The identity, where the configuration lets its algorithm be used. */
    private Optional<Identity> usable(Identity identity) {
        List<String> accepted = target.credentials().keyAlgorithms();
        if (!accepted.isEmpty() && !accepted.contains(identity.algorithm())) {
            notes.add(identity.describe() + ": PubkeyAcceptedAlgorithms of your ssh configuration leaves out "
                    + identity.algorithm());
            return Optional.empty();
        }
        return Optional.of(identity);
    }

    private Identity ofFile(String label, KeyFile file, byte[] blob) {
        String type = SshWire.typeOf(blob);
        return new Identity(
                label,
                blob,
                data -> {
                    if (Identity.isSecurityKey(type)) {
                        throw new Identity.Unsignable("a security key works through the ssh-agent or OpenSSH only");
                    }
                    return Identity.sign(
                            type, open(file).orElseThrow(() -> new Identity.Locked("the key was not opened")), data);
                },
                !file.isEncrypted() && !Identity.isSecurityKey(type));
    }

    private Identity ofPair(String label, byte[] blob, KeyPair pair) {
        return new Identity(label, blob, data -> Identity.sign(SshWire.typeOf(blob), pair, data), true);
    }

    private Identity ofAgent(AgentClient.Key key, byte[] blob) {
        return new Identity(
                "the ssh-agent's key " + key.comment(),
                blob,
                data -> {
                    AgentClient client = agent;
                    if (client == null) {
                        throw new IOException("the ssh-agent is gone");
                    }
                    return client.sign(key.blob(), data);
                },
                false);
    }

    private Optional<KeyPair> open(KeyFile file) {
        String label = shown(file.path());
        warnOfPermissions(file.path(), label);
        try {
            if (!file.isEncrypted()) {
                return Optional.of(file.load(null));
            }
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Optional<char[]> passphrase =
                        target.credentials().mayAsk() ? prompts.passphrase(label, attempt) : Optional.empty();
                if (passphrase.isEmpty()) {
                    notes.add(label + ": encrypted, and no passphrase was given");
                    return Optional.empty();
                }
                try {
                    return Optional.of(file.load(passphrase.get()));
                } catch (KeyFile.WrongPassphrase e) {
                    // The next attempt, if any is left.
                } finally {
                    Arrays.fill(passphrase.get(), '\0');
                }
            }
            notes.add(label + ": wrong passphrase");
        } catch (IOException e) {
            notes.add(label + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    /** ssh refuses such a key; to use it is kinder, to say nothing would not be. */
    private void warnOfPermissions(Path file, String label) {
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                prompts.tell("warning: other users can read the private key " + label + ": chmod 600 " + label);
            }
        } catch (IOException | UnsupportedOperationException e) {
            // A file system without permissions.
            return;
        }
    }

    private List<KeyFile> files() {
        Path only = settings.identityFile();
        if (only != null) {
            try {
                return List.of(KeyFile.read(only));
            } catch (IOException e) {
                throw PocketException.usage(
                        "the SSH key " + only + " cannot be used: " + reason(e), "check POCKETPAAS_SSH_KEY");
            }
        }
        List<KeyFile> files = new ArrayList<>();
        for (Path path : target.credentials().identityFiles()) {
            read(path, true).ifPresent(files::add);
        }
        if (target.credentials().usualFiles()) {
            for (String name : USUAL) {
                read(settings.home().resolve(".ssh").resolve(name), false).ifPresent(files::add);
            }
        }
        return files;
    }

    private Optional<KeyFile> read(Path path, boolean expected) {
        // A configured "key" whose private half is elsewhere may still pick a key of the agent by its .pub.
        Path present = Files.exists(path) ? path : Path.of(path + ".pub");
        if (Files.exists(present)) {
            try {
                return Optional.of(KeyFile.read(present));
            } catch (IOException e) {
                note(shown(present) + ": " + reason(e));
            }
        } else if (expected) {
            note(shown(path) + ": no such file");
        }
        return Optional.empty();
    }

    private void note(String text) {
        if (!notes.contains(text)) {
            notes.add(text);
        }
    }

    /** Those that the configuration names, and those that lie beside a key; what has expired is only noted. */
    private List<SshCertificate> certificates(List<KeyFile> files) {
        List<SshCertificate> found = new ArrayList<>();
        for (Path file : target.credentials().certificateFiles()) {
            certificate(file, true).ifPresent(found::add);
        }
        for (KeyFile file : files) {
            String name = file.path().toString();
            String base = name.endsWith(".pub") ? name.substring(0, name.length() - 4) : name;
            certificate(Path.of(base + "-cert.pub"), false).ifPresent(found::add);
        }
        return found;
    }

    private Optional<SshCertificate> certificate(Path file, boolean expected) {
        if (!expected && !Files.exists(file)) {
            return Optional.empty();
        }
        try {
            String[] words =
                    Files.readString(file, StandardCharsets.ISO_8859_1).strip().split("\\s+", 3);
            byte[] blob = words.length < 2 ? null : SshWire.keyBlob(words[0], words[1]);
            Optional<SshCertificate> certificate = blob == null ? Optional.empty() : SshCertificate.read(blob);
            if (certificate.isEmpty()) {
                note(shown(file) + ": this is no certificate");
                return certificate;
            }
            String expired = certificate.get().expired(Instant.now());
            if (expired != null) {
                note(shown(file) + ": " + expired);
                return Optional.empty();
            }
            return certificate;
        } catch (IOException e) {
            note(shown(file) + ": " + reason(e));
            return Optional.empty();
        }
    }

    private List<AgentClient.Key> agentKeys() {
        Path socket = target.credentials().agentSocket();
        if (socket == null) {
            return List.of();
        }
        try {
            AgentClient client = agent;
            if (client == null) {
                client = AgentClient.open(socket);
                agent = client;
            }
            List<AgentClient.Key> keys = client.keys();
            emptyAgent = keys.isEmpty();
            return keys;
        } catch (IOException | UnsupportedOperationException e) {
            note("ssh-agent: " + reason(e));
            return List.of();
        }
    }

    private static String reason(Exception e) {
        return e instanceof java.nio.file.NoSuchFileException
                ? "no such file"
                : e instanceof java.nio.file.AccessDeniedException ? "not readable" : String.valueOf(e.getMessage());
    }

    private String shown(Path path) {
        Path absolute = path.toAbsolutePath();
        return absolute.startsWith(settings.home().toAbsolutePath())
                ? "~/" + settings.home().toAbsolutePath().relativize(absolute)
                : absolute.toString();
    }

    @Override
    public void close() {
        AgentClient client = agent;
        if (client != null) {
            try {
                client.close();
            } catch (IOException e) {
                // Nothing depends on it any more.
                return;
            }
        }
    }
}
