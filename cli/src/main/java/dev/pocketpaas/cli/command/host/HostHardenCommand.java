package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.installer.init.HostHardener;
import dev.pocketpaas.installer.init.HostHardener.Measure;
import dev.pocketpaas.installer.init.HostHardener.Plan;
import dev.pocketpaas.installer.init.HostHardener.Wanted;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas host harden}. */
@Command(
        name = "harden",
        description = "Protect a host: no SSH passwords, a firewall, fail2ban. Choose what.",
        footer = {
            "",
            "Logs in as root, or as a user with passwordless sudo. After the change it logs in once more. If that fails, "
                    + "the host takes the change back within a minute, by itself.",
            "Example: pocketpaas host harden root@203.0.113.10 --ssh-keys-only --firewall"
        })
public final class HostHardenCommand implements Callable<Integer> {
    private static final String GOES_ON = "Interrupted. The host takes a change back by itself within a minute of it.";

    private final CommandContext context;

    @Parameters(
            paramLabel = "HOST",
            arity = "0..1",
            description = "[user@]address[:port] or a known name; the user is root by default.")
    private @Nullable String address;

    @Option(names = "--ssh-keys-only", description = "Turn off passwords for SSH.")
    private boolean keysOnly;

    @Option(names = "--firewall", description = "Let in only SSH, HTTP and HTTPS (ufw).")
    private boolean firewall;

    @Option(names = "--allow", paramLabel = "PORT", description = "Let in this port, too. Repeatable.")
    @Completes(Values.NOTHING)
    private List<Integer> allow = new ArrayList<>();

    @Option(names = "--fail2ban", description = "Keep out addresses that fail to log in by SSH.")
    private boolean fail2ban;

    @Option(names = "--plan", description = "Show what would change; change nothing.")
    private boolean plan;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean yes;

    /** Acts through {@code context}. */
    public HostHardenCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Wanted wanted = wanted();
        return RootLogin.to(address, context, "host harden").trying(root -> run(root, wanted));
    }

    private Wanted wanted() {
        SortedSet<Measure> measures = new TreeSet<>();
        if (keysOnly) {
            measures.add(Measure.SSH_KEYS_ONLY);
        }
        if (firewall) {
            measures.add(Measure.FIREWALL);
        }
        if (fail2ban) {
            measures.add(Measure.FAIL2BAN);
        }
        if (measures.isEmpty()) {
            throw PocketException.usage(
                    "nothing to do was chosen", "add --ssh-keys-only, --firewall or --fail2ban, or several of them");
        }
        if (!allow.isEmpty() && !firewall) {
            throw PocketException.usage("--allow needs --firewall", "add --firewall");
        }
        for (int port : allow) {
            if (port < 1 || port > 65535) {
                throw PocketException.usage(port + " is not a port", "use a number from 1 to 65535");
            }
        }
        return new Wanted(measures, new TreeSet<>(allow));
    }

    private int run(RootLogin root, Wanted wanted) {
        HostHardener hardener = new HostHardener(HostPrograms.bundled());
        String name = root.place().shown();
        try (Progress progress = context.setUpProgress();
                SshConnection connection = root.connect(progress)) {
            Plan found = hardener.plan(connection, wanted);
            if (plan || found.todo().isEmpty()) {
                show(found, name);
                return 0;
            }
            ask(found, name, progress);
            return context.environment().interruption().during(GOES_ON, () -> {
                hardener.apply(connection, wanted, progress);
                confirm(root, hardener, progress);
                show(found, name);
                return 0;
            });
        }
    }

    private void ask(Plan found, String name, Progress progress) {
        if (yes) {
            return;
        }
        List<String> lines =
                found.todo().stream().map(measure -> "  " + found.text(measure)).toList();
        String question = "On " + name + ":\n" + String.join("\n", lines) + "\nDo this?";
        try (Progress.Pause pause = progress.pause()) {
            if (!context.prompts().yes(question)) {
                throw new PocketException(
                        ExitCode.REFUSED, "nothing was changed", lines, "add --yes to do it without a question", null);
            }
        }
    }

    /** A login that began after the change proves that it lets us in. */
    private void confirm(RootLogin root, HostHardener hardener, Progress progress) {
        progress.on(new OperationEvent.Step("harden-login", OperationEvent.Step.State.START, root.login() + ""));
        try (SshConnection fresh = root.connectAnew()) {
            hardener.confirm(fresh, progress);
        } catch (PocketException e) {
            progress.on(new OperationEvent.Step("harden-login", OperationEvent.Step.State.FAIL, ""));
            List<String> why = new ArrayList<>(List.of(e.what()));
            why.addAll(e.details());
            throw new PocketException(
                    ExitCode.REFUSED,
                    "the host does not let us in any more; it takes the change back within a minute",
                    why,
                    "wait a minute, then look what is in the way: pocketpaas host audit",
                    e);
        }
        progress.on(new OperationEvent.Step("harden-login", OperationEvent.Step.State.DONE, root.login() + ""));
    }

    private void show(Plan found, String name) {
        List<String> changes = found.todo().stream().map(Measure::word).toList();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("event", "result");
        document.put("host", name);
        document.put("plan", plan);
        document.put("changes", changes);
        document.put("unchanged", plan || changes.isEmpty());
        if (changes.isEmpty()) {
            context.output().event("Nothing to do: " + name + " is protected that way.", document);
            return;
        }
        List<String> lines = found.todo().stream().map(found::text).toList();
        context.output().event(name + (plan ? " would change: " : ": ") + String.join("; ", lines), document);
        if (plan) {
            context.output().say("Nothing was changed.");
        }
    }
}
