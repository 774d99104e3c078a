package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas env pull}. */
@Command(
        name = "pull",
        description = "Write the variables set with \"env set\" to a new dotenv file.",
        footer = {
            "",
            "Only you can read the file (mode 600). A file that exists is never overwritten. Keep it out of git: "
                    + "\"deploy --dirty\" would send it along."
        })
public final class EnvPullCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "FILE", arity = "0..1", description = "Where to; .env if it is left out.")
    @Completes(Values.FILES)
    private String file = ".env";

    @Option(names = "--all", description = "Include variables from pocketpaas.yml and shared ones.")
    private boolean all;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    /** Acts through {@code context}. */
    public EnvPullCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Path path = context.environment().resolve(file).normalize();
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(path);
        }
        SortedMap<String, Secret> values = ExportedVariables.of(target, context, all);
        write(path, Dotenv.write(values).getBytes(StandardCharsets.UTF_8));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("file", path.toString());
        document.put("variables", List.copyOf(values.keySet()));
        String count = values.size() + (values.size() == 1 ? " variable" : " variables");
        context.output().result(count + " of " + target.name(context) + " written to " + file, document);
        return 0;
    }

    /** Nobody else can open it at any moment; what cannot be written whole is not left there. */
    private static void write(Path path, byte[] text) {
        try {
            Files.createFile(path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw exists(path);
        } catch (IOException e) {
            throw cannotWrite(path, e);
        }
        try {
            Files.write(path, text);
        } catch (IOException e) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            throw cannotWrite(path, e);
        }
    }

    private static PocketException exists(Path path) {
        return PocketException.refused(
                path + " exists; nothing was written", "delete it, or name another file: pocketpaas env pull FILE");
    }

    private static PocketException cannotWrite(Path path, IOException e) {
        return PocketException.unexpected("cannot write " + path, "check the directory and the space on the disk", e);
    }
}
