package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.ScriptedHost;
import dev.pocketpaas.cli.completion.CommandModel;
import dev.pocketpaas.cli.completion.CompletionScripts;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.environment.Interruption;
import dev.pocketpaas.cli.render.Paragraph;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Everything that is made from the command tree and checked in. */
final class GeneratedFiles {
    private static final int WIDTH = 100;
    private static final Map<String, List<String>> SECTIONS = new LinkedHashMap<>();

    static {
        SECTIONS.put("Begin", List.of("init", "sandbox", "deploy", "wait", "local", "import"));
        SECTIONS.put(
                "Configure",
                List.of("env", "services", "backups", "domains", "ssl", "auth", "nginx", "scale", "manifest"));
        SECTIONS.put(
                "Operate",
                List.of(
                        "status",
                        "open",
                        "ps",
                        "logs",
                        "run",
                        "runs",
                        "exec",
                        "console",
                        "cp",
                        "tunnel",
                        "cron",
                        "restart",
                        "stop",
                        "start",
                        "maintenance",
                        "releases",
                        "rollback",
                        "previews",
                        "promote",
                        "apps",
                        "eject",
                        "destroy"));
        SECTIONS.put(
                "Hosts and this program",
                List.of(
                        "doctor",
                        "host",
                        "hosts",
                        "prune",
                        "keys",
                        "registries",
                        "buildpacks",
                        "shell",
                        "completion",
                        "version",
                        "upgrade"));
    }

    private final CommandLine tree;

    GeneratedFiles() {
        Environment environment = new Environment(
                Map.of(),
                Path.of("").toAbsolutePath(),
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                Environment.Terminals.NONE,
                Clock.systemUTC(),
                new Interruption());
        tree = new CommandTree(environment, new ScriptedHost()).whole();
    }

    /** The whole tree of commands. */
    CommandLine tree() {
        return tree;
    }

    /** Paths from the top of the repository, with what should be in them. */
    Map<String, String> all() {
        Map<String, String> files = new LinkedHashMap<>();
        CompletionScripts scripts = new CompletionScripts(CommandModel.of(tree));
        files.put("completions/pocketpaas.bash", scripts.bash());
        files.put("completions/pocketpaas.zsh", scripts.zsh());
        files.put("completions/pocketpaas.fish", scripts.fish());
        files.put("cli/src/main/resources/dev/pocketpaas/cli/help.txt", help());
        files.put("docs/commands.md", commandsPage());
        return files;
    }

    private String help() {
        StringBuilder text = new StringBuilder();
        text.append(tree.getCommandSpec().usageMessage().description()[0]).append("\n\n");
        text.append("Usage: pocketpaas COMMAND [OPTIONS]\n");
        List<String> missing = new ArrayList<>(CommandTree.words());
        SECTIONS.forEach((title, words) -> {
            text.append('\n').append(title).append(":\n");
            for (String word : words) {
                CommandLine command = tree.getSubcommands().get(word);
                if (command != null) {
                    missing.remove(word);
                    text.append(String.format("  %-13s%s%n", word, description(command.getCommandSpec())));
                }
            }
        });
        if (!missing.isEmpty()) {
            throw new AssertionError("in no section of the help: " + missing);
        }
        text.append("\nEverywhere:\n");
        for (OptionSpec option : tree.getCommandSpec().options()) {
            String names =
                    String.join(", ", option.names()) + (option.arity().max() == 0 ? "" : " " + option.paramLabel());
            text.append(String.format("  %-24s%s%n", names, option.description()[0]));
        }
        text.append("\nExit codes: 0 done, 1 unexpected, 2 usage, 3 unreachable, 4 refused, "
                + "5 failed (the old release serves), 6 failed (the app is down), "
                + "7 live on some machines only, 130 interrupted.\n");
        text.append("\nMore about a command: pocketpaas help COMMAND.\n");
        return text.toString();
    }

    private String commandsPage() {
        StringBuilder page = new StringBuilder();
        page.append("# Commands\n\n");
        page.append("Made from the program itself; `pocketpaas help COMMAND` prints the same.\n\n");
        String help = help().lines()
                .flatMap(line -> Paragraph.entry(line, WIDTH).stream())
                .collect(Collectors.joining("\n", "", "\n"));
        page.append("```\n").append(help).append("```\n");
        for (CommandLine command : tree.getSubcommands().values()) {
            append(page, command, "##");
        }
        page.append("\n## Environment variables\n\n| variable | what it does |\n|---|---|\n");
        for (EnvironmentVariable variable : EnvironmentVariable.values()) {
            page.append("| `")
                    .append(variable.name())
                    .append("` | ")
                    .append(variable.documentation())
                    .append(" |\n");
        }
        return page.toString();
    }

    private static void append(StringBuilder page, CommandLine command, String heading) {
        page.append('\n')
                .append(heading)
                .append(' ')
                .append(command.getCommandSpec().qualifiedName())
                .append("\n\n```\n");
        page.append(command.getUsageMessage(CommandLine.Help.Ansi.OFF).replace("\r", ""))
                .append("```\n");
        for (CommandLine below : command.getSubcommands().values()) {
            append(page, below, heading + "#");
        }
    }

    private static String description(CommandSpec spec) {
        return spec.usageMessage().description()[0];
    }
}
