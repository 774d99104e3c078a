package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services upgrade}. */
@Command(
        name = "upgrade",
        description = "Move a service to a later major version, or undo that.",
        footer = {
            "",
            "A new server is filled from the old one and compared with it while the linked apps are in maintenance. Then "
                    + "it takes the old one's place; addresses and passwords stay the same. If anything fails, the old "
                    + "one serves on. It is kept for seven days, for --undo.",
            "--dry-run copies and compares, changes nothing, and says how long the apps would wait. They keep working.",
            "Example: pocketpaas services upgrade db --to 17 --dry-run"
        })
public final class ServicesUpgradeCommand implements Callable<Integer> {
    private static final String VERSION = "[0-9]+([.][0-9]+)?";

    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    @Option(names = "--to", paramLabel = "MAJOR", description = "The new major version, for example 17.")
    @Completes(Values.NOTHING)
    private @Nullable String major;

    @Option(names = "--image", paramLabel = "IMAGE", description = "Use this image instead of the official one.")
    private @Nullable String image;

    @Option(names = "--dry-run", description = "Do all but the switch, and print how long it takes.")
    private boolean trial;

    @Option(names = "--undo", description = "Go back to the version before the last upgrade.")
    private boolean undo;

    @Option(names = "--confirm", paramLabel = "NAME", description = "With --undo: lose what was written since.")
    @Completes(Values.SERVICES)
    private @Nullable String confirmation;

    /** Acts through {@code context}. */
    public ServicesUpgradeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        if (undo) {
            return undo(service);
        }
        if (confirmation != null) {
            throw PocketException.usage(
                    "--confirm goes with --undo: an upgrade loses nothing",
                    "pocketpaas services upgrade " + name + " --to MAJOR");
        }
        String to = version();
        Optional<String> chosen = Optional.ofNullable(image).map(ServicesCreateCommand::checked);
        AtomicReference<String> done = new AtomicReference<>("");
        return context.operate(Subject.SERVICE, "upgrade", done::get, (host, listener) -> {
            OperationResult result = new Services(host).upgrade(service, to, chosen, trial, listener);
            done.set(trial ? tried(result) : upgraded(result));
            return result;
        });
    }

    private String version() {
        if (major == null) {
            throw PocketException.usage(
                    "which version? --to is missing", "pocketpaas services upgrade " + name + " --to 17 --dry-run");
        }
        if (!major.matches(VERSION)) {
            throw PocketException.usage(
                    "\"" + Printable.of(major) + "\" is not a major version", "for example --to 17, or --to 11.8");
        }
        return major;
    }

    private String tried(OperationResult result) {
        return name + " can be upgraded to " + fact(result, "tried", text -> text) + "; its apps would wait about "
                + fact(result, "expected-downtime", text -> text) + " s. Nothing was changed.";
    }

    private String upgraded(OperationResult result) {
        return name + " is " + fact(result, "upgraded", text -> text) + " now; " + fact(result, "kept", text -> text)
                + " is kept until " + fact(result, "kept-until", context::time)
                + ". To go back: pocketpaas services upgrade " + name + " --undo";
    }

    private int undo(ServiceName service) {
        if (major != null || image != null || trial) {
            throw PocketException.usage(
                    "--undo goes without --to, --image and --dry-run",
                    "pocketpaas services upgrade " + name + " --undo");
        }
        if (confirmation != null) {
            context.confirm("losing what was written to " + name + " since its upgrade", name, confirmation);
        }
        AtomicReference<String> done = new AtomicReference<>("");
        return context.operate(Subject.SERVICE, "undo", done::get, (host, listener) -> {
            OperationResult result = new Services(host).undo(service, confirmation != null, listener);
            done.set(name + " is " + fact(result, "undone", text -> text) + " again");
            return result;
        });
    }

    private static String fact(OperationResult result, String key, Function<String, String> shown) {
        return result.fact(key).map(shown).orElse("");
    }
}
