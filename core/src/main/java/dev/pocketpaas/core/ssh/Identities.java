package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The keys to try at a host, in order: the one named for this run alone; else keys of the agent that the configuration names, then key files,
 * then the agent's other keys, unless the configuration forbids them. Notes why a key could not be used.
 */
final class Identities implements AutoCloseable {
    private static final List<String> USUAL = List.of("id_ed25519", "id_ecdsa", "id_rsa");
    private static final int ATTEMPTS = 3;

    private final SshSettings settings;
    private final SshTarget target;
    private final SshPrompts prompts;
    private final List<String> notes = new ArrayList<>();
    private @Nullable AgentClient agent;

    Identities(SshSettings settings, SshTarget target, SshPrompts prompts) {
        this.settings = settings;
        this.target = target;
        this.prompts = prompts;
    }

    /** Offers keys to {@code login}, one after the other, until one is accepted. */
    boolean offerAll(Predicate<Identity> login) {
        List<AgentClient.Key> agentKeys = agentKeys();
        List<KeyFile> files = files();
        List<AgentClient.Key> named = agentKeys.stream()
                .filter(key -> files.stream().anyMatch(file -> Arrays.equals(file.knownBlob(), key.blob())))
                .toList();
        for (AgentClient.Key key : named) {
            if (login.test(ofAgent(key))) {
                return true;
            }
        }
        for (KeyFile file : files) {
            boolean inAgent = named.stream().anyMatch(key -> Arrays.equals(file.knownBlob(), key.blob()));
            if (!inAgent && offerFile(file, login)) {
                return true;
            }
        }
        if (settings.identityFile() == null && !target.identitiesOnly()) {
            for (AgentClient.Key key : agentKeys) {
                if (!named.contains(key) && login.test(ofAgent(key))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Why keys could not be used. */
    List<String> notes() {
        return List.copyOf(notes);
    }

    private boolean offerFile(KeyFile file, Predicate<Identity> login) {
        String label = shown(file.path());
        if (file.isPublicOnly()) {
            notes.add(label + ": only a public key, and the ssh-agent does not hold its other half");
            return false;
        }
        byte[] blob = file.knownBlob();
        if (blob == null) {
            // Only its owner can tell what key this is.
            Optional<KeyPair> pair = open(file);
            return pair.isPresent() && login.test(ofPair(label, KeyFile.blobOf(pair.get()), pair.get()));
        }
        return login.test(new Identity(
                label,
                blob,
                data -> Identity.sign(
                        SshWire.typeOf(blob),
                        open(file).orElseThrow(() -> new IOException("the key could not be opened")),
                        data),
                !file.isEncrypted()));
    }

    private Identity ofPair(String label, byte[] blob, KeyPair pair) {
        return new Identity(label, blob, data -> Identity.sign(SshWire.typeOf(blob), pair, data), true);
    }

    private Identity ofAgent(AgentClient.Key key) {
        return new Identity(
                "the ssh-agent's key " + key.comment(),
                key.blob(),
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
        try {
            if (!file.isEncrypted()) {
                return Optional.of(file.load(null));
            }
            for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
                Optional<char[]> passphrase = prompts.passphrase(label, attempt);
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
        boolean configured = !target.identityFiles().isEmpty();
        List<Path> candidates = configured
                ? target.identityFiles()
                : USUAL.stream()
                        .map(name -> settings.home().resolve(".ssh").resolve(name))
                        .toList();
        for (Path path : candidates) {
            // A configured "key" whose private half is elsewhere may still pick a key of the agent by its .pub.
            Path present = Files.exists(path) ? path : Path.of(path + ".pub");
            if (Files.exists(present)) {
                try {
                    files.add(KeyFile.read(present));
                } catch (IOException e) {
                    notes.add(shown(present) + ": " + reason(e));
                }
            } else if (configured) {
                notes.add(shown(path) + ": no such file");
            }
        }
        return files;
    }

    private List<AgentClient.Key> agentKeys() {
        Path socket = target.agentSocket();
        if (socket == null) {
            return List.of();
        }
        try {
            AgentClient client = AgentClient.open(socket);
            agent = client;
            return client.keys();
        } catch (IOException | UnsupportedOperationException e) {
            notes.add("ssh-agent: " + reason(e));
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
