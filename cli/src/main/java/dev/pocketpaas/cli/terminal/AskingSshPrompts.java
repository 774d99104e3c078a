package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.core.ssh.SshPrompts;
import java.util.Optional;

/** Asks the questions of SSH on the terminal. Without a terminal nothing is trusted and nothing is unlocked. */
public final class AskingSshPrompts implements SshPrompts {
    private final Prompts prompts;

    /** Asks through {@code prompts}. */
    public AskingSshPrompts(Prompts prompts) {
        this.prompts = prompts;
    }

    @Override
    public boolean trustHost(String host, String keyType, String fingerprint) {
        return prompts.yes("The host " + host + " is unknown. Its " + keyType + " key has the fingerprint\n  "
                + fingerprint + "\nTrust this host?");
    }

    @Override
    public Optional<char[]> passphrase(String keyFile, int attempt) {
        String again = attempt > 1 ? "Wrong passphrase. " : "";
        return prompts.secret(again + "Passphrase of " + keyFile + ": ");
    }
}
