package dev.pocketpaas.cli.command;

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

@Command(
        name = "manifest",
        description = "Check the manifest of this directory; \"manifest schema\" prints its JSON Schema.")
final class ManifestCommand implements Callable<Integer> {
    private final CommandContext context;

    ManifestCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        return new CheckCommand(context).call();
    }

    @Command(name = "check", description = "Check a manifest, and name everything that is wrong with it.")
    static final class CheckCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(
                paramLabel = "FILE",
                arity = "0..1",
                description = "Instead of the pocketpaas.yml of this directory.")
        private @Nullable String file;

        CheckCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            String name = file == null ? checkFound() : checkGiven(file);
            context.output().result(name + " is right", Map.of("file", name, "valid", true));
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
                            "there is no " + ManifestFile.NAME + " here", "\"pocketpaas init\" writes one"));
            found.read();
            return found.shown();
        }
    }

    @Command(name = "schema", description = "Print the JSON Schema of the manifest, for editors.")
    static final class SchemaCommand implements Callable<Integer> {
        private final CommandContext context;

        SchemaCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            context.output().raw(ManifestSchema.json().stripTrailing() + "\n");
            return 0;
        }
    }
}
