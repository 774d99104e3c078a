package dev.pocketpaas.cli.command.manifest;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.ManifestSchema;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas manifest}. */
@Command(name = "manifest", description = "Check pocketpaas.yml; \"manifest schema\" prints its JSON Schema.")
public final class ManifestCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public ManifestCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return new CheckCommand(context).call();
    }

    @Command(name = "check", description = "Check a manifest and list every problem.")
    public static final class CheckCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "FILE", arity = "0..1", description = "The file to check (default: pocketpaas.yml).")
        private @Nullable String file;

        public CheckCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            String name = file == null ? checkFound() : checkGiven(file);
            context.output().result(name + " is valid", Map.of("file", name, "valid", true));
            return 0;
        }

        private String checkGiven(String given) {
            String text = LocalFile.text(context.environment().resolve(given));
            ManifestReader.read(given, text.getBytes(StandardCharsets.UTF_8));
            return given;
        }

        private String checkFound() {
            ManifestFile found = ManifestFile.find(context.environment().workingDirectory())
                    .orElseThrow(() -> PocketException.usage(
                            "no " + ManifestFile.NAME + " in this directory", "run \"pocketpaas init\" to write one"));
            found.read();
            return found.shown();
        }
    }

    @Command(name = "schema", description = "Print the JSON Schema of pocketpaas.yml, for editors.")
    public static final class SchemaCommand implements Callable<Integer> {
        private final CommandContext context;

        public SchemaCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            context.output().raw(ManifestSchema.json().stripTrailing() + "\n");
            return 0;
        }
    }
}
