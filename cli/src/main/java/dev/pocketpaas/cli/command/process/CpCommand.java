package dev.pocketpaas.cli.command.process;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.process.ContainerPath;
import dev.pocketpaas.core.process.FileCopies;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas cp}. */
@Command(
        name = "cp",
        description = "Copy files into or out of the container of a running process.",
        footer = {
            "",
            "One of the two is PROCESS:PATH, for example web.1:/app/tmp; web alone means its first process. Directories are "
                    + "copied whole, \"DIR/.\" means what is in it. What is copied in belongs to the app's user. A file that is "
                    + "copied into a container is gone with the next deploy, unless it is in a volume.",
            "Example: pocketpaas cp ./seed.sql web.1:/app/tmp/",
            "Example: pocketpaas cp web.1:/app/log ."
        })
public final class CpCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "SOURCE", description = "What to copy: a path here, or PROCESS:PATH.")
    @Completes(Values.FILES)
    private String source = "";

    @Parameters(index = "1", paramLabel = "DESTINATION", description = "Where to: a path here, or PROCESS:PATH.")
    @Completes(Values.FILES)
    private String destination = "";

    /** Acts through {@code context}. */
    public CpCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<ContainerPath> from = ContainerPath.of(source);
        Optional<ContainerPath> to = ContainerPath.of(destination);
        if (from.isPresent() == to.isPresent()) {
            throw PocketException.usage(
                    from.isPresent() ? "both paths are in a container" : "neither path is in a container",
                    "write one of them as PROCESS:PATH, for example web.1:/app/tmp; a file here whose name looks so: ./web:1");
        }
        AppName app = context.app();
        Environment environment = context.environment();
        FileCopies.Copied copied = environment
                .interruption()
                .during("Interrupted. What was copied so far may be incomplete.", () -> {
                    try (Progress progress = context.progress();
                            HostClient host = context.open()) {
                        FileCopies copies = new FileCopies(host);
                        return from.isPresent()
                                ? copies.get(app, from.get(), environment.resolve(destination), progress)
                                : copies.put(app, to.orElseThrow(), environment.resolve(source), progress);
                    }
                });
        context.output().document(text(copied), document(copied));
        copied.leftOut().forEach(context.output()::warn);
        if (copied.leftOutCount() == 0) {
            return 0;
        }
        context.output().warn(copied.leftOutCount() + (copied.leftOutCount() == 1 ? " was" : " were") + " left out");
        return ExitCode.REFUSED.code();
    }

    private static String text(FileCopies.Copied copied) {
        return copied.place() + ": " + copied.files() + (copied.files() == 1 ? " file, " : " files, ")
                + Bytes.text(String.valueOf(copied.bytes()));
    }

    private static Map<String, Object> document(FileCopies.Copied copied) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("place", copied.place());
        document.put("files", copied.files());
        document.put("bytes", copied.bytes());
        document.put("left_out", copied.leftOutCount());
        return document;
    }
}
