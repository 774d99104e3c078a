package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.core.ssh.SshPrompts;
import java.util.Optional;

/** The questions of the transport, asked on the terminal; where there is none, nothing is trusted and nothing unlocked. */
public final class AskingSshPrompts implements SshPrompts {
    private final Prompts prompts;

    /** Asks through {@code prompts}. */
    public AskingSshPrompts(Prompts prompts) {
        this.prompts = prompts;
    }

    @Override
    public boolean trustHost(String host, String keyType, String fingerprint) {
        return prompts.yes("The host " + host + " was never seen before. Its " + keyType + " key is\n  " + fingerprint
                + "\nTrust it from now on?");
    }

    @Override
    public Optional<char[]> passphrase(String keyFile, int attempt) {
        String again = attempt > 1 ? "That was not it. " : "";
        return prompts.secret(again + "Passphrase of " + keyFile + ": ");
    }
}
