package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.cli.installation.Installation;
import dev.pocketpaas.cli.invocation.CommandContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the version of this program, and how it was installed.")
final class VersionCommand implements Callable<Integer> {
    private final CommandContext context;

    VersionCommand(CommandContext context) {
        this.context = context;
    }

    /** The version alone. */
    int tellShort() {
        context.output().result("pocketpaas " + Version.text(), Map.of("version", Version.text()));
        return 0;
    }

    @Override
    public Integer call() {
        Installation installation = Installation.at(System.getProperty("pocketpaas.home", ""));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("version", Version.text());
        document.put("commit", Version.commit());
        document.put("java", installation.java());
        document.put("java_home", installation.javaHome().toString());
        document.put("own_java", installation.ownJava());
        document.put("installed_by", installation.channel().word());
        installation.directory().ifPresent(directory -> document.put("directory", directory.toString()));
        String java =
                installation.ownJava() ? "its own" : installation.javaHome().toString();
        String place =
                installation.directory().map(directory -> ", in " + directory).orElse("");
        context.output()
                .result(
                        "pocketpaas " + Version.text()
                                + "\ncommit     " + Version.commit()
                                + "\nJava       " + installation.java() + " (" + java + ")"
                                + "\ninstalled  " + installation.channel().shown() + place,
                        document);
        return 0;
    }
}
