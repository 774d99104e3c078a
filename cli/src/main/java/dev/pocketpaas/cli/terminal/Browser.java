package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Opens an address in the user's browser: that of BROWSER, else the system's. */
public final class Browser {
    private static final String ADDRESS = "%s";

    private final Environment environment;
    private final String system;

    /** The browser in {@code environment}; {@code system} is Java's name of the operating system. */
    public Browser(Environment environment, String system) {
        this.environment = environment;
        this.system = system.toLowerCase(Locale.ROOT);
    }

    /**
     * Opens {@code address}.
     *
     * @return why no browser could be started, a line for each that was tried; empty where one was
     */
    public List<String> open(String address) {
        List<String> failures = new ArrayList<>();
        for (List<String> command : commands(address)) {
            String failure = start(command);
            if (failure.isEmpty()) {
                return List.of();
            }
            failures.add(failure);
        }
        return failures;
    }

    private List<List<String>> commands(String address) {
        List<List<String>> commands = new ArrayList<>();
        environment
                .get(EnvironmentVariable.BROWSER)
                .ifPresent(list -> Arrays.stream(list.split(":"))
                        .filter(words -> !words.isBlank())
                        .forEach(words -> commands.add(filled(words, address))));
        if (environment.get(EnvironmentVariable.WSL_DISTRO_NAME).isPresent()) {
            commands.add(List.of("wslview", address));
        }
        commands.add(List.of(system.startsWith("mac") ? "open" : "xdg-open", address));
        return commands;
    }

    private static List<String> filled(String words, String address) {
        List<String> command = new ArrayList<>();
        Arrays.stream(words.strip().split("\\s+"))
                .map(word -> word.replace(ADDRESS, address))
                .forEach(command::add);
        if (!words.contains(ADDRESS)) {
            command.add(address);
        }
        return command;
    }

    /** Why it does not start, or fails; empty where it does not. A browser for terminals has ours until it ends. */
    private String start(List<String> command) {
        Optional<Path> program = environment.program(command.get(0));
        if (program.isEmpty()) {
            return command.get(0) + " is not installed";
        }
        List<String> words = new ArrayList<>(command);
        words.set(0, program.get().toString());
        ProcessBuilder builder = new ProcessBuilder(words).inheritIO();
        builder.environment().clear();
        builder.environment().putAll(environment.variables());
        try {
            int status = builder.start().waitFor();
            return status == 0 ? "" : command.get(0) + " ended with status " + status;
        } catch (IOException e) {
            return command.get(0) + " cannot be started: " + e.getMessage();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return command.get(0) + " was interrupted";
        }
    }
}
