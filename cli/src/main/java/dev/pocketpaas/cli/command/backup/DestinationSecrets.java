package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.backup.BackupDestination;
import dev.pocketpaas.core.backup.Backups.BucketKey;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * What nobody but the host may hear of a destination: typed on a terminal, else lines of standard input.
 *
 * @param key of a bucket
 * @param passphrase of a destination that holds backups
 */
record DestinationSecrets(Optional<BucketKey> key, Optional<Secret> passphrase) {
    /** Asks for the key of a bucket, and for the passphrase of a destination that holds backups ({@code existing}). */
    static DestinationSecrets ask(CommandContext context, BackupDestination destination, boolean existing) {
        Deque<String> lines = lines(context, destination.isBucket() || existing);
        Optional<BucketKey> key = destination.isBucket()
                ? Optional.of(new BucketKey(
                        secret(context, "Key id: ", "key's id", lines),
                        secret(context, "Secret: ", "key's secret", lines)))
                : Optional.empty();
        Optional<Secret> passphrase =
                existing ? Optional.of(secret(context, "Passphrase: ", "passphrase", lines)) : Optional.empty();
        if (!lines.isEmpty()) {
            throw PocketException.usage("there are too many lines on standard input", "pass only what is asked for");
        }
        return new DestinationSecrets(key, passphrase);
    }

    private static Deque<String> lines(CommandContext context, boolean needed) {
        if (context.prompts().canAsk() || !needed) {
            return new ArrayDeque<>();
        }
        try {
            String text = new String(context.environment().stdin().readAllBytes(), StandardCharsets.UTF_8);
            return new ArrayDeque<>(text.strip().lines().map(String::strip).toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Secret secret(CommandContext context, String question, String what, Deque<String> lines) {
        String text = context.prompts().canAsk()
                ? new String(context.prompts().secret(question).orElse(new char[0]))
                : Optional.ofNullable(lines.poll()).orElse("");
        if (text.isEmpty()) {
            throw PocketException.usage(
                    "the " + what + " is missing", "type it, or pass it as a line of standard input");
        }
        return Secret.of(text);
    }
}
