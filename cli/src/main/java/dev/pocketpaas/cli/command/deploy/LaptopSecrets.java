package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.terminal.CapturedCommand;
import dev.pocketpaas.core.deploy.LocalSecrets;
import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.environment.ImportedVariables;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.FileStatus;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.Secret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Secrets on this laptop: environment variables, a file that git ignores, and commands that the user approves. */
final class LaptopSecrets implements LocalSecrets {
    /** The file, next to the manifest. */
    static final String FILE = ".env.pocketpaas";

    private final CommandContext context;
    private final boolean agreed;
    private final SortedMap<EnvName, EnvironmentValue> file;

    private LaptopSecrets(CommandContext context, boolean agreed, SortedMap<EnvName, EnvironmentValue> file) {
        this.context = context;
        this.agreed = agreed;
        this.file = file;
    }

    /**
     * @param repository the repository that is deployed
     * @param directory the path of the manifest's directory in it; empty for the top
     * @param agreed whether the user has already approved the commands
     */
    static LaptopSecrets of(CommandContext context, LocalRepository repository, String directory, boolean agreed) {
        return new LaptopSecrets(context, agreed, read(repository, directory));
    }

    @Override
    public Optional<Secret> find(EnvName name) {
        Environment environment = context.environment();
        return Optional.ofNullable(environment.variables().get(name.value()))
                .filter(value -> !value.isEmpty())
                .map(Secret::of)
                .or(() -> Optional.ofNullable(file.get(name)).map(EnvironmentValue::value));
    }

    @Override
    public Optional<Secret> ask(EnvName name, String description) {
        String more = description.isBlank() ? "" : " (" + Printable.of(description.strip()) + ")";
        return context.prompts()
                .secret("app.json requires " + name + more + ", not shown: ")
                .filter(typed -> typed.length > 0)
                .map(typed -> Secret.of(new String(typed)));
    }

    @Override
    public SortedMap<EnvName, Secret> run(SortedMap<EnvName, String> commands) {
        if (!agreed) {
            StringBuilder question =
                    new StringBuilder("pocketpaas.yml defines commands for secrets, to be run on this machine:\n");
            commands.forEach((name, command) -> question.append("  ")
                    .append(name)
                    .append(": ")
                    .append(Printable.of(command))
                    .append('\n'));
            if (!context.prompts().yes(question + "Run " + (commands.size() == 1 ? "it?" : "them?"))) {
                throw new PocketException(
                        ExitCode.REFUSED,
                        "the value of " + Words.joined(List.copyOf(commands.keySet()))
                                + " comes from a command in pocketpaas.yml, which runs only with your consent",
                        List.of("nothing was changed"),
                        "check the command, then add --run-secret-commands; or set the value: pocketpaas env set "
                                + commands.firstKey() + "=-",
                        null);
            }
        }
        SortedMap<EnvName, Secret> values = new TreeMap<>();
        commands.forEach((name, command) -> values.put(name, value(name, command)));
        return values;
    }

    private Secret value(EnvName name, String command) {
        CapturedCommand.Outcome outcome = CapturedCommand.run(command, context.environment());
        if (outcome.status() != 0) {
            throw PocketException.refused(
                    "the command for the secret " + name + " failed with exit code " + outcome.status(),
                    "run it yourself: " + Printable.of(command));
        }
        if (outcome.output().reveal().length == 0) {
            throw PocketException.refused(
                    "the command for the secret " + name + " printed nothing",
                    "run it yourself: " + Printable.of(command));
        }
        return outcome.output();
    }

    private static SortedMap<EnvName, EnvironmentValue> read(LocalRepository repository, String directory) {
        Path path = repository.workTree().resolve(directory).resolve(FILE);
        if (!Files.exists(path)) {
            return Collections.emptySortedMap();
        }
        FileStatus standing = repository.standing(directory.isEmpty() ? FILE : directory + "/" + FILE);
        if (standing == FileStatus.TRACKED) {
            throw PocketException.refused(
                    FILE + " is committed to git: everybody with access to the repository can read the secrets",
                    "git rm --cached " + FILE + "; add it to .gitignore, commit, and replace the secrets");
        }
        if (standing == FileStatus.UNTRACKED) {
            throw PocketException.refused(
                    FILE + " is not ignored by git: the next commit, or --dirty, would include the secrets",
                    "echo " + FILE + " >> .gitignore");
        }
        try {
            return ImportedVariables.read(FILE, Files.readAllBytes(path)).values();
        } catch (IOException e) {
            throw new PocketException(ExitCode.USAGE, "cannot read " + FILE, List.of(), "check its permissions", e);
        }
    }
}
