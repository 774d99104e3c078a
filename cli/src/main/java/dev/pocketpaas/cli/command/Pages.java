package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.cli.render.Style;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/** Writes what is made from the command tree while the program is built: a page of help and a manual page for each command. */
public final class Pages {
    private Pages() {}

    /**
     * Runs in the build.
     *
     * @param arguments the directory for the pages of help, that for the manual pages, the version, and the file for the commands' names as a pattern
     *     of the shell
     */
    public static void main(String[] arguments) throws IOException {
        CommandLine tree = tree();
        write(Path.of(arguments[0]), help(tree));
        write(Path.of(arguments[1]), new ManualPages(arguments[2]).of(tree));
        Files.writeString(Path.of(arguments[3]), String.join(" | ", CommandTree.words()));
    }

    /** The whole tree; its commands are never run. */
    static CommandLine tree() {
        return new CommandTree(Environment.ofProcess(), new Nobody()).whole();
    }

    /** Names of files with their text, unwrapped. */
    static Map<String, String> help(CommandLine tree) {
        Map<String, String> pages = new LinkedHashMap<>();
        help(pages, "", tree);
        return pages;
    }

    private static void help(Map<String, String> pages, String before, CommandLine line) {
        line.getSubcommands().forEach((word, command) -> {
            pages.put(before + word + ".txt", page(command));
            help(pages, before + word + "-", command);
        });
    }

    private static String page(CommandLine command) {
        return new HelpText(Style.of(false), 0).of(command.getCommandSpec());
    }

    private static void write(Path directory, Map<String, String> files) throws IOException {
        Files.createDirectories(directory);
        for (Map.Entry<String, String> file : files.entrySet()) {
            Files.writeString(directory.resolve(file.getKey()), file.getValue());
        }
    }

    /** Help is written by the build, where no command runs: whoever asks for a host or a program here is at fault. */
    private static final class Nobody implements Collaborators {
        @Override
        public SshConnector connector(SshSettings settings, SshPrompts prompts) {
            throw new IllegalStateException("pages are written without running a command");
        }

        @Override
        public Commands commands() {
            throw new IllegalStateException("pages are written without running a command");
        }
    }
}
