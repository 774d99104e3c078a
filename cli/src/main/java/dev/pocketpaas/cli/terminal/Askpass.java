package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.EnvironmentVariable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The program that asks in a window, used when {@code ssh} would use it (ssh(1), "SSH_ASKPASS"). */
final class Askpass {
    private static final String USUAL = "/usr/bin/ssh-askpass";

    private final Path program;
    private final boolean preferred;

    private Askpass(Path program, boolean preferred) {
        this.program = program;
        this.preferred = preferred;
    }

    /** The program, where it may be used at all. */
    static @Nullable Askpass of(Environment environment) {
        String required = environment
                .get(EnvironmentVariable.SSH_ASKPASS_REQUIRE)
                .orElse("")
                .toLowerCase(Locale.ROOT);
        boolean display = environment.get(EnvironmentVariable.DISPLAY).isPresent();
        if (required.equals("never") || !(display || required.equals("force"))) {
            return null;
        }
        Path program = Path.of(environment.get(EnvironmentVariable.SSH_ASKPASS).orElse(USUAL));
        boolean preferred = required.equals("force") || required.equals("prefer");
        return Files.isExecutable(program) ? new Askpass(program, preferred) : null;
    }

    /** Whether it is used even where there is a terminal. */
    boolean isPreferred() {
        return preferred;
    }

    /** Asks for a line; nothing where the user gives up. */
    Optional<char[]> line(String question, Environment environment) {
        return ask(question, "", environment).map(String::toCharArray);
    }

    /** Asks for yes or no. */
    boolean yes(String question, Environment environment) {
        return ask(question, "confirm", environment).isPresent();
    }

    private Optional<String> ask(String question, String kind, Environment environment) {
        ProcessBuilder builder =
                new ProcessBuilder(program.toString(), question).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().clear();
        builder.environment().putAll(environment.variables());
        if (!kind.isEmpty()) {
            builder.environment().put("SSH_ASKPASS_PROMPT", kind);
        }
        try {
            Process process = builder.start();
            process.getOutputStream().close();
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? Optional.of(text.lines().findFirst().orElse("")) : Optional.empty();
        } catch (IOException e) {
            environment.stderr().println("SSH_ASKPASS " + program + " cannot be run: " + e.getMessage());
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
