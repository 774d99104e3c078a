package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.ssh.SshPrompts;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Asks the questions of SSH on the terminal, or by SSH_ASKPASS where ssh would use it. Without either nothing is trusted and nothing is
 * unlocked.
 */
public final class AskingSshPrompts implements SshPrompts {
    private final Environment environment;
    private final Prompts prompts;
    private final @Nullable Askpass askpass;

    /** Asks through {@code prompts}. */
    public AskingSshPrompts(Environment environment, Prompts prompts) {
        this.environment = environment;
        this.prompts = prompts;
        this.askpass = Askpass.of(environment);
    }

    /** The program to ask with, or null for the terminal. */
    private @Nullable Askpass program() {
        return askpass != null && (askpass.isPreferred() || !prompts.canAsk()) ? askpass : null;
    }

    @Override
    public boolean canAsk() {
        return prompts.canAsk() || program() != null;
    }

    @Override
    public boolean trustHost(String host, String keyType, String fingerprint) {
        String question = "The host " + host + " is unknown. Its " + keyType + " key has the fingerprint\n  "
                + fingerprint + "\nTrust this host?";
        Askpass program = program();
        if (program != null) {
            return program.yes(question, environment);
        }
        Optional<String> answer = prompts.line(question + " [y/n/fingerprint] ");
        while (answer.isPresent()) {
            // As with ssh, the fingerprint that somebody was given says yes where it is the same.
            if (answer.get().equals(fingerprint)) {
                return true;
            }
            switch (answer.get().toLowerCase(Locale.ROOT)) {
                case "y", "yes" -> {
                    return true;
                }
                case "n", "no" -> {
                    return false;
                }
                default -> answer = prompts.line("Please answer y or n, or type the fingerprint: ");
            }
        }
        return false;
    }

    @Override
    public Optional<char[]> passphrase(String keyFile, int attempt) {
        return hidden(again(attempt) + "Passphrase of " + keyFile + ": ");
    }

    @Override
    public Optional<char[]> password(String login, int attempt) {
        return hidden(again(attempt) + "Password of " + login + ": ");
    }

    private static String again(int attempt) {
        return attempt > 1 ? "Wrong, try again. " : "";
    }

    @Override
    public Optional<char[]> answer(String login, String question, boolean shown) {
        String text = "(" + login + ") " + Printable.line(question.strip()) + " ";
        Askpass program = program();
        return shown && program == null ? prompts.line(text).map(String::toCharArray) : hidden(text);
    }

    private Optional<char[]> hidden(String question) {
        Askpass program = program();
        return program == null ? prompts.secret(question) : program.line(question, environment);
    }

    @Override
    public void tell(String line) {
        environment.stderr().println(Printable.line(line));
    }
}
