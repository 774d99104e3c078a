package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.migration.Blueprint;
import dev.pocketpaas.core.migration.Ejection;
import dev.pocketpaas.core.name.AppName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas eject}. */
@Command(
        name = "eject",
        description = "Write files that run an app with plain Docker, without PocketPaaS.",
        footer = {
            "",
            "A Compose file, nginx's configuration, the variables (readable by you only) and a README that says how to"
                    + " switch. With --stack a file for Docker Swarm instead of the Compose file. Services are part of it, with the data that they have. Nothing on the host is changed.",
            "Example: pocketpaas eject shop-docker"
        })
public final class EjectCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "DIR", description = "Where the files go; it is made.")
    private String target = "";

    @Option(names = "--stack", description = "For Docker Swarm: a file for \"docker stack deploy\".")
    private boolean stack;

    @Option(names = "--force", description = "Overwrite files that are there.")
    private boolean force;

    /** Acts through {@code context}. */
    public EjectCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Path directory = context.environment().resolve(target);
        Blueprint blueprint = context.ask(host -> Blueprint.ask(host, app));
        List<Ejection.EjectedFile> files = stack ? Ejection.stackFiles(blueprint) : Ejection.files(blueprint);
        for (Ejection.EjectedFile file : files) {
            if (!force && Files.exists(directory.resolve(file.name()))) {
                throw PocketException.refused(
                        directory.resolve(file.name()) + " is already there", "name another directory, or add --force");
            }
        }
        files.forEach(file -> write(directory.resolve(file.name()), file));
        List<String> names = files.stream().map(Ejection.EjectedFile::name).toList();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("app", app.value());
        document.put("directory", directory.toString());
        document.put("files", names);
        context.output()
                .result(
                        "wrote " + String.join(", ", names) + " to " + target + "; next: read " + target + "/README.md",
                        document);
        return 0;
    }

    private static void write(Path path, Ejection.EjectedFile file) {
        byte[] bytes = file.text().getBytes(StandardCharsets.UTF_8);
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            if (file.secret()) {
                WrittenFiles.writePrivately(path, bytes);
            } else {
                Files.write(path, bytes);
            }
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE, path + " cannot be written", List.of(), "check the directory's permissions", e);
        }
    }
}
