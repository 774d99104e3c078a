package dev.pocketpaas.cli.command.manifest;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.manifest.ManifestFile;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code pocketpaas init}. */
@Command(
        name = "init",
        description = "Write pocketpaas.yml for this directory; \"init host\" sets up a host.",
        footer = {"", "It never overwrites an existing file."})
public final class InitCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public InitCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path written = new ManifestWriter(context).write();
        context.output()
                .result(
                        "wrote " + ManifestFile.NAME + "; next: pocketpaas deploy",
                        Map.of("written", written.toString()));
        return 0;
    }
}
