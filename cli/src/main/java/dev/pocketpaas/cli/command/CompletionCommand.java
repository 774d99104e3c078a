package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.InstalledCompletion;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "Print the completion script for a shell.",
        footer = {
            "",
            "\"pocketpaas completion install\" puts it where your shell looks for it.",
            "The names of apps, releases, variables and so on come from a cache that commands fill with what they "
                    + "see. It holds no values of variables."
        })
final class CompletionCommand implements Callable<Integer> {
    private final CommandContext context;

    @Completes(words = {"bash", "zsh", "fish"})
    @Parameters(paramLabel = "SHELL", arity = "0..1", description = "bash, zsh or fish.")
    private @Nullable String shell;

    CompletionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (shell == null) {
            throw PocketException.usage(
                    "no shell given", "choose bash, zsh or fish, for example: pocketpaas completion bash");
        }
        context.output().raw(InstalledCompletion.script(checked(shell)));
        return 0;
    }

    private static String checked(String shell) {
        if (!InstalledCompletion.SHELLS.contains(shell)) {
            throw PocketException.usage(
                    "no completion for \"" + Printable.of(shell) + "\"", "choose bash, zsh or fish");
        }
        return shell;
    }

    @Command(
            name = "install",
            description = "Install completion for your shell.",
            footer = {
                "",
                "It writes the script below ~/.local/share (fish: ~/.config/fish) and, for bash and zsh, a marked block "
                        + "at the end of ~/.bashrc or ~/.zshrc. Run it again after an upgrade."
            })
    static final class InstallCommand implements Callable<Integer> {
        private final CommandContext context;

        @Completes(words = {"bash", "zsh", "fish"})
        @Parameters(
                paramLabel = "SHELL",
                arity = "0..1",
                description = "bash, zsh or fish (default: your login shell).")
        private @Nullable String shell;

        InstallCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            InstalledCompletion completion = new InstalledCompletion(context.environment());
            String chosen = shell == null
                    ? completion
                            .usersShell()
                            .orElseThrow(() -> PocketException.usage(
                                    "cannot tell which shell you use", "name it: pocketpaas completion install zsh"))
                    : checked(shell);
            List<Path> files = completion.install(chosen);
            context.output()
                    .result(
                            files.isEmpty()
                                    ? "Nothing to do: completion for " + chosen + " is installed."
                                    : "Completion for " + chosen + " is installed: " + joined(files)
                                            + ". Start a new shell to use it.",
                            document(List.of(chosen), files));
            return 0;
        }
    }

    @Command(name = "uninstall", description = "Remove what \"completion install\" wrote.")
    static final class UninstallCommand implements Callable<Integer> {
        private final CommandContext context;

        @Completes(words = {"bash", "zsh", "fish"})
        @Parameters(paramLabel = "SHELL", arity = "0..1", description = "bash, zsh or fish (default: all of them).")
        private @Nullable String shell;

        UninstallCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            InstalledCompletion completion = new InstalledCompletion(context.environment());
            List<String> shells = shell == null ? InstalledCompletion.SHELLS : List.of(checked(shell));
            List<Path> files = new ArrayList<>();
            shells.forEach(each -> files.addAll(completion.uninstall(each)));
            context.output()
                    .result(
                            files.isEmpty()
                                    ? "Nothing to do: completion is not installed."
                                    : "Completion is removed: " + joined(files) + ".",
                            document(shells, files));
            return 0;
        }
    }

    private static String joined(List<Path> files) {
        return String.join(", ", files.stream().map(Path::toString).toList());
    }

    private static Map<String, Object> document(List<String> shells, List<Path> files) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("shells", shells);
        document.put("changed", files.stream().map(Path::toString).toList());
        return document;
    }
}
