package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.ssh.SshPrompts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Questions of several logins at once: one after the other on the one terminal, and the passphrase of a key only once. */
final class SharedPrompts implements SshPrompts {
    private final SshPrompts prompts;
    private final Map<String, Optional<char[]>> passphrases = new LinkedHashMap<>();

    SharedPrompts(SshPrompts prompts) {
        this.prompts = prompts;
    }

    @Override
    public synchronized boolean trustHost(String host, String keyType, String fingerprint) {
        return prompts.trustHost(host, keyType, fingerprint);
    }

    @Override
    public synchronized Optional<char[]> passphrase(String keyFile, int attempt) {
        // The answer to a second question is for a first one that was wrong.
        if (attempt > 1 || !passphrases.containsKey(keyFile)) {
            passphrases.put(keyFile, prompts.passphrase(keyFile, attempt));
        }
        return passphrases.get(keyFile).map(char[]::clone);
    }

    @Override
    public synchronized Optional<char[]> password(String login, int attempt) {
        return prompts.password(login, attempt);
    }

    @Override
    public synchronized Optional<char[]> answer(String login, String question, boolean shown) {
        return prompts.answer(login, question, shown);
    }

    @Override
    public boolean canAsk() {
        return prompts.canAsk();
    }

    @Override
    public synchronized void tell(String line) {
        prompts.tell(line);
    }
}
