package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks the {@code ssh} program for the configuration of a host. */
final class SshQuestion {
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final File NOTHING = new File("/dev/null");

    private final Path program;
    private final @Nullable Path configFile;
    private final Map<String, String> variables;

    /**
     * @param configFile a configuration instead of the user's and the system's, or null
     * @param variables environment variables that the configuration may use
     */
    SshQuestion(Path program, @Nullable Path configFile, Map<String, String> variables) {
        this.program = program;
        this.configFile = configFile;
        this.variables = variables;
    }

    /** The values that hold for {@code address}. */
    Map<String, List<String>> ask(HostAddress address) {
        List<String> options = new ArrayList<>();
        if (configFile != null) {
            options.addAll(List.of("-F", configFile.toString()));
        }
        address.givenUser().ifPresent(user -> options.addAll(List.of("-l", user)));
        address.givenPort().ifPresent(port -> options.addAll(List.of("-p", Integer.toString(port))));
        return answer(options, address.name(), null);
    }

    /** The values that hold for {@code address} by the configuration {@code text}. */
    Map<String, List<String>> ask(HostAddress address, String text) {
        return answer(List.of("-F", "/dev/stdin"), address.name(), text);
    }

    private Map<String, List<String>> answer(List<String> options, String name, @Nullable String input) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-G", "-T"));
        command.addAll(options);
        command.addAll(List.of("--", name));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(variables);
            if (input == null) {
                builder.redirectInput(NOTHING);
            }
            Process process = builder.start();
            if (input != null) {
                try (OutputStream stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
            }
            if (!process.waitFor(ANSWER.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw PocketException.unreachable(
                        "\"ssh -G " + name + "\" did not answer within " + ANSWER.toSeconds() + " s",
                        "look for a \"Match exec\" in ~/.ssh/config",
                        null);
            }
            String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw refused(text, name);
            }
            return parse(text);
        } catch (IOException e) {
            throw PocketException.unexpected(program + " cannot be run: " + e.getMessage(), null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PocketException.unreachable("interrupted", null, e);
        }
    }

    private PocketException refused(String text, String name) {
        String reason = text.strip().lines().findFirst().orElse("no reason given");
        if (reason.startsWith("No user exists for uid")) {
            return PocketException.usage(
                    "ssh does not work here: " + reason, "run this as a user that the system knows (/etc/passwd)");
        }
        if (reason.contains("unknown option -- G")) {
            return PocketException.usage(
                    program + " is too old: it has no option -G",
                    "install OpenSSH 6.8 or newer, or remove it from PATH");
        }
        return PocketException.usage(
                "your ssh configuration has an error: " + reason,
                "correct ~/.ssh/config; \"ssh -G " + name + "\" shows the same");
    }

    /** Reads lines of {@code keyword value}. */
    static Map<String, List<String>> parse(String text) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.computeIfAbsent(line.substring(0, space).toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                        .add(line.substring(space + 1).strip());
            }
        }
        return values;
    }
}
