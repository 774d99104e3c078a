package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.init.HostContents;
import dev.pocketpaas.installer.init.HostRemover;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host uninstall}. */
@Command(
        name = "uninstall",
        description = "Remove PocketPaaS from a host: apps, programs, state, user. Packages stay.",
        footer = {
            "",
            "Logs in as root, or as a user with passwordless sudo. It shows what goes and asks for the host's name. "
                    + "What \"init host\" changed in the configuration of nginx, Docker and systemd is put back. "
                    + "If it is cut off, run it again.",
            "Example: pocketpaas host uninstall root@203.0.113.10 --plan"
        })
public final class HostUninstallCommand implements Callable<Integer> {
    private static final String GOES_ON =
            "Interrupted. If the removal has started, it continues on the host. Run the same command again to check.";
    private static final int FEW = 4;

    private final CommandContext context;

    @Parameters(
            paramLabel = "HOST",
            arity = "0..1",
            description = "[user@]address[:port] or a known name; the user is root by default.")
    private @Nullable String address;

    @Option(names = "--confirm", paramLabel = "NAME", description = "The host's name or address, to confirm.")
    @Completes(Values.HOSTS)
    private @Nullable String confirmation;

    @Option(names = "--with-data", description = "Delete volumes and services with their data, too.")
    private boolean data;

    @Option(names = "--plan", description = "Show what would go; change nothing.")
    private boolean plan;

    @Option(names = "--verify", description = "Check that nothing is left (exit code 4 if something is).")
    private boolean verify;

    /** Acts through {@code context}. */
    public HostUninstallCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (plan && verify) {
            throw PocketException.usage("--plan and --verify cannot be combined", "remove one of them");
        }
        return RootLogin.to(address, context, "host uninstall").trying(this::run);
    }

    private int run(RootLogin root) {
        HostRemover remover = new HostRemover(HostPrograms.bundled());
        HostContents found;
        try (Progress progress = context.progress();
                SshConnection connection = root.connect(progress)) {
            progress.waiting("Looking");
            found = remover.look(connection);
        }
        String name = root.place().shown();
        if (plan || verify) {
            show(found, name);
            return verify && !found.isEmpty() ? ExitCode.REFUSED.code() : 0;
        }
        if (!found.isEmpty()) {
            remove(root, remover, found);
        } else {
            context.output()
                    .event("Nothing to do: " + name + " has nothing of PocketPaaS.", ended(name, true, found.stays()));
        }
        forget(root);
        return 0;
    }

    private void remove(RootLogin root, HostRemover remover, HostContents found) {
        String name = root.place().shown();
        if (!found.data().isEmpty() && !data) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "there is data on " + name + "; nothing was changed",
                    found.data().stream().map(HostUninstallCommand::shown).toList(),
                    "keep what you need (services dump, backups create), then add --with-data to delete it",
                    null);
        }
        context.output().say("This goes from " + name + ":");
        found.left().forEach((kind, names) -> {
            if (!names.isEmpty()) {
                context.output().say("  " + kind + " (" + names.size() + "): " + few(names));
            }
        });
        String apps = found.apps().isEmpty() ? "" : " with " + Words.joined(found.apps());
        context.confirm("removing PocketPaaS from " + name + apps, name, confirmation);
        List<String> stays = context.environment().interruption().during(GOES_ON, () -> {
            try (Progress progress = context.setUpProgress();
                    SshConnection connection = root.connect(progress)) {
                return remover.remove(connection, data, progress);
            }
        });
        String text = "PocketPaaS is removed from " + name + ". What stays:\n  " + String.join("\n  ", stays);
        context.output().event(text, ended(name, false, stays));
    }

    private static Map<String, Object> ended(String name, boolean unchanged, List<String> stays) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("host", name);
        document.put("unchanged", unchanged);
        document.put("stays", stays);
        return document;
    }

    /** This machine need not know it any more; a sandbox it does, until that is gone. */
    private void forget(RootLogin root) {
        context.names(root.place()).forget();
        context.forgetPrograms(root.place());
        if (root.place().known() != null && root.place().known().ownIdentity().isEmpty()) {
            root.hosts().registry().remove(root.place().known().name());
        }
    }

    // ------------------------------------------------------------ what is there

    private void show(HostContents found, String name) {
        if (context.options().json()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("host", name);
            document.put("empty", found.isEmpty());
            document.put("apps", found.apps());
            document.put("services", found.services());
            document.put("found", found.left());
            List<Map<String, Object>> volumes = new ArrayList<>();
            found.data().forEach(volume -> volumes.add(Map.of("name", volume.name(), "bytes", volume.bytes())));
            document.put("data", volumes);
            document.put("stays", found.stays());
            context.output().result("", document);
            return;
        }
        context.output().listing(rows(found), name + " has nothing of PocketPaaS.");
        if (!found.data().isEmpty()) {
            context.output().say("Data, deleted only with --with-data:");
            found.data().forEach(volume -> context.output().say("  " + shown(volume)));
        }
        context.output().say(found.isEmpty() ? "On the machine:" : "What would stay:");
        found.stays().forEach(text -> context.output().say("  " + text));
        context.output().say("Nothing was changed.");
    }

    private static Listing rows(HostContents found) {
        Listing.Builder listing = Listing.of("kind", "count", "what");
        found.left().forEach((kind, names) -> {
            if (!names.isEmpty()) {
                listing.row(kind, String.valueOf(names.size()), few(names));
            }
        });
        return listing.build();
    }

    private static String few(List<String> names) {
        String more = names.size() > FEW ? " …" : "";
        return String.join(" ", names.subList(0, Math.min(FEW, names.size()))) + more;
    }

    private static String shown(HostContents.Volume volume) {
        return volume.name() + (volume.bytes() < 0 ? "" : " (" + Bytes.text(String.valueOf(volume.bytes())) + ")");
    }
}
