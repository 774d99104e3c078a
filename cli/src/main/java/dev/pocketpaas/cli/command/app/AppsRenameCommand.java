package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.core.app.Apps;
import dev.pocketpaas.core.name.AppName;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code pocketpaas apps rename}. */
@Command(
        name = "rename",
        description = "Give an app another name, with all that it has.",
        footer = {
            "",
            "The app serves all the time: its processes start under the new name before the old ones end. Its default "
                    + "address changes with the name; its domains stay.",
            "After an interruption run the same command again: it continues.",
            "Example: pocketpaas apps rename shop store"
        })
public final class AppsRenameCommand implements Callable<Integer> {
    private final CommandContext context;

    @Mixin
    private TwoNames names = new TwoNames();

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public AppsRenameCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName old = names.app(context);
        AppName next = names.other(old);
        HostResolver.ResolvedHost place = context.target().host();
        int code = context.operate(
                "change",
                old + " is called " + next + " now",
                (host, listener) -> new Apps(host).rename(old, next, handover.handover(), listener));
        new RenamedProject(context, place).follow(old, next);
        return code;
    }
}
