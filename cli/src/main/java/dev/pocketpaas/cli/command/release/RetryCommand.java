package dev.pocketpaas.cli.command.release;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.release.Releases;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas releases retry}. */
@Command(
        name = "retry",
        description = "Deploy the source of a failed release again, from the host's copy.",
        footer = {
            "",
            "Its settings are those of that release; environment variables are the current ones. Without RELEASE it"
                    + " retries the newest release, which must have failed."
        })
public final class RetryCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "RELEASE", arity = "0..1", description = "For example v12.")
    private @Nullable String release;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public RetryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<ReleaseNumber> number = Optional.ofNullable(release).map(ReleaseNumber::parse);
        AppName app = context.app();
        return context.operate(
                "deploy",
                app + " is deployed",
                (host, listener) -> new Releases(host).retry(app, number, handover.handover(), listener));
    }
}
