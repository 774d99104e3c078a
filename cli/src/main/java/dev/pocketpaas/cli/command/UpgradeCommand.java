package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.cli.installation.Installation;
import dev.pocketpaas.cli.installation.Releases;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "upgrade",
        description = "Print how to upgrade this program.",
        footer = {"", "It changes nothing: what installed the program upgrades it, too."})
final class UpgradeCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--check", description = "Ask whether there is a newer version.")
    private boolean check;

    UpgradeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Installation installation = Installation.at(System.getProperty("pocketpaas.home", ""));
        String ours = Version.text();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", ours);
        document.put("installed_by", installation.channel().word());
        if (!check) {
            document.put("upgrade", installation.channel().upgrade());
            context.output()
                    .result(
                            "pocketpaas " + ours + " (" + installation.channel().shown() + "). To upgrade, "
                                    + installation.channel().upgrade() + ".",
                            document);
            return 0;
        }
        String newest = new Releases(address()).newest();
        boolean newer = Releases.isNewer(newest, ours);
        String upgrade = installation.channel().upgrade().replace("VERSION", newest);
        document.put("newest", newest);
        document.put("newer", newer);
        if (newer) {
            document.put("upgrade", upgrade);
        }
        context.output()
                .result(
                        newer
                                ? "pocketpaas " + newest + " is available; this is " + ours + ". To upgrade, " + upgrade
                                        + "."
                                : "pocketpaas " + ours + " is the newest version.",
                        document);
        return 0;
    }

    private String address() {
        String address = context.environment()
                .get(EnvironmentVariable.POCKETPAAS_RELEASES)
                .orElse(Version.releases())
                .replaceFirst("/+$", "");
        if (address.isEmpty()) {
            throw PocketException.refused(
                    "this build does not know where its releases are published",
                    "ask where you got it, or set POCKETPAAS_RELEASES to the address of the releases");
        }
        return address;
    }
}
