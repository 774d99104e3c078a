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
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas rollback}. */
@Command(
        name = "rollback",
        description = "Go back to an earlier release and its environment, without a build.",
        footer = {"", "Without RELEASE it goes back to the newest good release that differs from the live one."})
public final class RollbackCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "RELEASE", arity = "0..1", description = "For example v12.")
    private @Nullable String release;

    @Option(names = "--keep-env", description = "Keep the current environment.")
    private boolean keepEnvironment;

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public RollbackCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<ReleaseNumber> number = Optional.ofNullable(release).map(ReleaseNumber::parse);
        AppName app = context.app();
        return context.operate(
                "rollback",
                app + " rolled back",
                (host, listener) ->
                        new Releases(host).rollback(app, number, keepEnvironment, handover.handover(), listener));
    }
}
