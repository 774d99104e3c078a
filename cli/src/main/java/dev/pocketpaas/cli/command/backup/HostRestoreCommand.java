package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.backup.BackupDestination;
import dev.pocketpaas.core.backup.BackupName;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.backup.KeyFingerprint;
import dev.pocketpaas.core.backup.RcloneRemote;
import dev.pocketpaas.core.host.OperationResult;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host restore}. */
@Command(
        name = "restore",
        description = "Restore a whole host from its backups onto a new machine.",
        footer = {
            "",
            "The machine needs \"pocketpaas init host\" first, and no apps. It asks for the key of a bucket and the "
                    + "passphrase, or reads them from standard input, a line each.",
            "With SFTP the new machine has a key of its own; if it is not let in, the command prints it.",
            "After an interruption run the same command again: it continues. While it runs, it shows it from its start.",
            "Example: pocketpaas host restore 203.0.113.20 --from s3:https://s3.example.com/my-bucket"
        })
public final class HostRestoreCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(arity = "0..1", paramLabel = "HOST", description = "The new machine (default: --host).")
    private @Nullable String machine;

    @Option(
            names = "--from",
            required = true,
            paramLabel = "PLACE",
            description = "/DIR, s3:https://HOST/BUCKET, sftp:USER@HOST/DIR or rclone:REMOTE:DIR.")
    @Completes(Values.NOTHING)
    private String place = "";

    @Option(names = "--of", paramLabel = "NAME", description = "The host's name there, if several use the place.")
    @Completes(Values.NOTHING)
    private @Nullable String name;

    @Option(
            names = "--confirm",
            paramLabel = "NAME",
            description = "Replace this service or app, which has changed since the last try. Repeatable.")
    @Completes(Values.SERVICES)
    private List<String> confirmed = List.of();

    @Option(
            names = "--keep",
            paramLabel = "NAME",
            description = "Leave this service or app as it is, or out. Repeatable.")
    @Completes(Values.SERVICES)
    private List<String> kept = List.of();

    @Mixin
    private DestinationOptions options = new DestinationOptions();

    /** Acts through {@code context}. */
    public HostRestoreCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (machine != null) {
            context.options().set("--host", machine);
        }
        BackupDestination destination = new BackupDestination(place);
        List<BackupName> replaced = names(confirmed);
        List<BackupName> left = names(kept);
        Optional<KeyFingerprint> wanted = options.fingerprint(destination);
        boolean set = isSet(destination);
        Optional<RcloneRemote> remote = set ? Optional.empty() : options.remote(context, destination);
        Optional<DestinationSecrets> secrets =
                set ? Optional.empty() : Optional.of(DestinationSecrets.ask(context, destination, true));
        AtomicReference<OperationResult> ended = new AtomicReference<>();
        int code = context.operate("restore", "restored", (host, listener) -> {
            Backups backups = new Backups(host);
            secrets.ifPresent(one -> backups.useToRestore(
                    destination, one.key(), remote, wanted, one.passphrase().orElseThrow(), listener));
            OperationResult result = backups.restoreHost(Optional.ofNullable(name), replaced, left, listener);
            ended.set(result);
            return result;
        });
        tell(ended.get().facts("dns"));
        return code;
    }

    private static List<BackupName> names(List<String> given) {
        return given.stream().map(BackupName::new).toList();
    }

    /** What an earlier try has set up is not asked for again. */
    private boolean isSet(BackupDestination destination) {
        return context.ask(host -> new Backups(host).settings()).destination().equals(destination.location());
    }

    /** With {@code --json} they are in the result. */
    private void tell(List<String> names) {
        if (names.isEmpty() || context.options().json()) {
            return;
        }
        context.output().say("Point these DNS records at the new host:");
        names.forEach(record -> context.output().raw(record.replace(" ", "  ") + "\n"));
    }
}
