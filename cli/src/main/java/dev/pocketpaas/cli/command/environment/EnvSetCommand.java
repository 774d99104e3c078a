package dev.pocketpaas.cli.command.environment;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HandoverOption;
import dev.pocketpaas.core.environment.EnvironmentChange;
import dev.pocketpaas.core.environment.ValueSource;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas env set}. */
@Command(
        name = "set",
        description = "Set environment variables, in one release.",
        footer = {
            "",
            "KEY=@file reads the value from a file. KEY=- reads it from standard input, without echo on a "
                    + "terminal, so that it stays out of your shell history. KEY=@@text sets the text \"@text\"."
        })
public final class EnvSetCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "KEY=VALUE", arity = "1..*", description = "A variable and its value.")
    private List<String> words = List.of();

    @Option(names = "--no-restart", description = "Store them for the next release; restart nothing.")
    private boolean later;

    @Mixin
    private EnvironmentTarget target = new EnvironmentTarget();

    @Mixin
    private HandoverOption handover = new HandoverOption();

    /** Acts through {@code context}. */
    public EnvSetCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        // Java puts this character where the command line was not UTF-8: the value would be wrong.
        if (words.stream().anyMatch(word -> word.indexOf('\ufffd') >= 0)) {
            throw PocketException.usage("a value is not UTF-8 text", "pass it as KEY=@file");
        }
        return target.change(
                context, EnvironmentChange.set(words, new Source(context)), "set", later, handover.handover());
    }

    private record Source(CommandContext context) implements ValueSource {
        @Override
        public byte[] file(String name) throws IOException {
            return Files.readAllBytes(context.environment().resolve(name));
        }

        @Override
        public byte[] standardInput() throws IOException {
            Environment environment = context.environment();
            if (!environment.terminals().stdin()) {
                return environment.stdin().readAllBytes();
            }
            char[] typed = context.prompts()
                    .secret("Value (not shown): ")
                    .orElseThrow(() ->
                            new PocketException(ExitCode.INTERRUPTED, "no value was given", List.of(), null, null));
            return new String(typed).getBytes(StandardCharsets.UTF_8);
        }
    }
}
