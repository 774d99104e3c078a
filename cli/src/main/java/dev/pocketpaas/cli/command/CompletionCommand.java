package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "completion",
        description = "Print the completion script for a shell.",
        footer = {
            "",
            "bash:  source <(pocketpaas completion bash)      (in ~/.bashrc)",
            "zsh:   source <(pocketpaas completion zsh)       (in ~/.zshrc)",
            "fish:  pocketpaas completion fish >~/.config/fish/completions/pocketpaas.fish"
        })
final class CompletionCommand implements Callable<Integer> {
    private static final List<String> SHELLS = List.of("bash", "zsh", "fish");

    private final CommandContext context;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish.")
    @Completes(words = {"bash", "zsh", "fish"})
    private String shell = "";

    CompletionCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        if (!SHELLS.contains(shell)) {
            throw PocketException.usage(
                    "no completion for \"" + Printable.of(shell) + "\"", "choose bash, zsh or fish");
        }
        // Made from the command tree when the program is built, so that no shell waits for the tree when it starts.
        String name = "/dev/pocketpaas/cli/completions/pocketpaas." + shell;
        try (InputStream in = Objects.requireNonNull(CompletionCommand.class.getResourceAsStream(name))) {
            context.output().raw(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return 0;
    }
}
