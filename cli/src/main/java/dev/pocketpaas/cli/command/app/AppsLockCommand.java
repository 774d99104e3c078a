package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas apps lock}. */
@Command(
        name = "lock",
        description = "Refuse every deploy of an app, until \"apps unlock\".",
        footer = {
            "",
            "A push is refused, too. What is live stays, and other commands work: rollback, env, scale.",
            "Example: pocketpaas apps lock --reason \"sale until Monday\""
        })
public final class AppsLockCommand implements Callable<Integer> {
    private static final int MOST_REASON = 200;

    private final CommandContext context;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Shown to everybody whose deploy is refused.")
    @Completes(Values.NOTHING)
    private String reason = "";

    /** Acts through {@code context}. */
    public AppsLockCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        if (reason.length() > MOST_REASON) {
            throw PocketException.usage(
                    "the reason has " + reason.length() + " characters, and it is shown in one line",
                    "use " + MOST_REASON + " characters at most");
        }
        return context.operate(
                "change",
                "deploys of " + app + " are locked",
                (host, listener) -> new Apps(host).lock(app, reason, listener));
    }

    /** {@code pocketpaas apps unlock}. */
    @Command(name = "unlock", description = "Allow deploys of an app again.")
    public static final class UnlockCommand implements Callable<Integer> {
        private final CommandContext context;

        public UnlockCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            return context.operate(
                    "change",
                    "deploys of " + app + " are allowed again",
                    (host, listener) -> new Apps(host).unlock(app, listener));
        }
    }
}
