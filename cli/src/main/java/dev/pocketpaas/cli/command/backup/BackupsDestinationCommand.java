package dev.pocketpaas.cli.command.backup;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.backup.BackupDestination;
import dev.pocketpaas.core.backup.Backups;
import dev.pocketpaas.core.backup.KeyFingerprint;
import dev.pocketpaas.core.backup.RcloneRemote;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationResult;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas backups destination}. */
@Command(
        name = "destination",
        description = "Show or choose where backups go: a directory, an S3 bucket, SFTP, rclone.",
        footer = {
            "",
            "Of a bucket it asks for the key, or reads the key's id and its secret from standard input, a line each.",
            "Of a remote of rclone it takes what rclone's configuration says on this machine.",
            "For SFTP the host has a key of its own: --ssh-key prints what the other machine has to let in.",
            "Backups are encrypted. The passphrase is printed once: keep it, without it nobody can read them.",
            "Example: pocketpaas backups destination s3:https://s3.example.com/my-bucket"
        })
public final class BackupsDestinationCommand implements Callable<Integer> {
    private static final String NONE = "none";

    private final CommandContext context;

    @Parameters(
            arity = "0..1",
            paramLabel = "PLACE",
            description = "/DIR, s3:https://HOST/BUCKET, sftp:USER@HOST/DIR, rclone:REMOTE:DIR or \"none\".")
    @Completes(Values.NOTHING)
    private @Nullable String place;

    @Option(names = "--existing", description = "It holds backups: ask for their passphrase, too (a further line).")
    private boolean existing;

    @Mixin
    private DestinationOptions options = new DestinationOptions();

    @Option(names = "--ssh-key", description = "Print the host's public key for SFTP; made if there is none.")
    private boolean sshKey;

    /** Acts through {@code context}. */
    public BackupsDestinationCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        boolean isPlace = place != null && !place.equals(NONE);
        if (!isPlace && (existing || options.isGiven())) {
            throw PocketException.usage(
                    "--existing, --fingerprint and --rclone-config need a place",
                    "name it: pocketpaas backups destination PLACE --existing");
        }
        if (sshKey) {
            return showKey();
        }
        if (place == null) {
            return show();
        }
        if (!isPlace) {
            return context.operate(
                    Subject.BACKUPS,
                    "change",
                    "backups go nowhere any more; those that were made stay where they are",
                    (host, listener) -> new Backups(host).forget(listener));
        }
        BackupDestination destination = new BackupDestination(place);
        Optional<KeyFingerprint> wanted = options.fingerprint(destination);
        Optional<RcloneRemote> remote = options.remote(context, destination);
        DestinationSecrets secrets = DestinationSecrets.ask(context, destination, existing);
        AtomicReference<OperationResult> ended = new AtomicReference<>();
        int code = context.operate(Subject.BACKUPS, "change", "backups go to " + destination, (host, listener) -> {
            OperationResult result =
                    new Backups(host).use(destination, secrets.key(), remote, wanted, secrets.passphrase(), listener);
            ended.set(result);
            return result;
        });
        ended.get().fact("passphrase").ifPresent(this::tell);
        ended.get()
                .fact("passphrase-kept")
                .ifPresent(file -> context.output()
                        .say("The passphrase of this place is unchanged. On the host, root can read it: " + file));
        return code;
    }

    /** Once: the host keeps it where only root can read it. (With {@code --json} it is in the result.) */
    private void tell(String made) {
        if (!context.options().json()) {
            context.output().raw("Passphrase: " + made + "\n");
            context.output()
                    .say(
                            "Keep it somewhere else than on this host: without it nobody can read the backups, not even you.");
        }
    }

    private int showKey() {
        if (place != null) {
            throw PocketException.usage("--ssh-key takes no place", "run it alone, then choose the place");
        }
        AtomicReference<OperationResult> ended = new AtomicReference<>();
        int code =
                context.operate(Subject.BACKUPS, "change", "let this key in on the other machine", (host, listener) -> {
                    OperationResult result = new Backups(host).sshKey(listener);
                    ended.set(result);
                    return result;
                });
        if (!context.options().json()) {
            ended.get().fact("ssh-key").ifPresent(key -> context.output().raw(key + "\n"));
        }
        return code;
    }

    private int show() {
        String now = context.ask(host -> new Backups(host).settings()).destination();
        context.output().result(now.isEmpty() ? "Backups have no destination yet." : now, Map.of("destination", now));
        return 0;
    }
}
