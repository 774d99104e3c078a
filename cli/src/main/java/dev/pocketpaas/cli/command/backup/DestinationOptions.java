package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.backup.BackupDestination;
import dev.pocketpaas.core.backup.KeyFingerprint;
import dev.pocketpaas.core.backup.RcloneRemote;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What is said of a destination beside the place itself. */
final class DestinationOptions {
    @Option(
            names = "--fingerprint",
            paramLabel = "FINGERPRINT",
            description = "The SSH host key that the SFTP server must have.")
    @Completes(Values.NOTHING)
    private @Nullable String fingerprint;

    @Option(
            names = "--rclone-config",
            paramLabel = "FILE",
            description = "The configuration that has the remote (default: rclone's own file).")
    private @Nullable String configuration;

    /** Whether anything is said. */
    boolean isGiven() {
        return fingerprint != null || configuration != null;
    }

    /** The key that the machine of the destination has to show, where somebody says which. */
    Optional<KeyFingerprint> fingerprint(BackupDestination destination) {
        if (fingerprint != null && !destination.isSftp()) {
            throw PocketException.usage("--fingerprint is for SFTP only", "leave it out");
        }
        return Optional.ofNullable(fingerprint).map(KeyFingerprint::new);
    }

    /** The remote of rclone that the destination is behind, as this machine's configuration has it. */
    Optional<RcloneRemote> remote(CommandContext context, BackupDestination destination) {
        if (configuration != null && destination.rcloneRemote().isEmpty()) {
            throw PocketException.usage("--rclone-config is for rclone: only", "leave it out");
        }
        return destination.rcloneRemote().map(name -> RcloneRemote.in(read(context.environment()), name));
    }

    private String read(Environment environment) {
        Path file = configuration == null ? ofRclone(environment) : environment.resolve(configuration);
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw PocketException.usage(
                    "there is no configuration of rclone: " + file,
                    "make a remote (rclone config), or name the file: --rclone-config FILE");
        } catch (IOException e) {
            throw PocketException.usage(
                    "the configuration of rclone cannot be read: " + file + " (" + e.getMessage() + ")",
                    "give what it says of this remote: --rclone-config <(rclone config show REMOTE)");
        }
    }

    /** https://rclone.org/docs/#config-string */
    private static Path ofRclone(Environment environment) {
        return environment
                .get(EnvironmentVariable.RCLONE_CONFIG)
                .map(Path::of)
                .orElseGet(() -> environment
                        .directory(EnvironmentVariable.XDG_CONFIG_HOME, ".config")
                        .resolveSibling("rclone/rclone.conf"));
    }
}
