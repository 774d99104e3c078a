package dev.pocketpaas.installer.host;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Runs host programs, or pieces of shell on top of their libraries, with a state directory of the test's own. */
final class HostShell {
    private static final String LIBRARIES = """
            set -euo pipefail
            host=$1
            shift
            for part in state events work source keys programs client app; do source "$host/lib/$part.bash"; done
            """;

    private final Path root;
    private final Map<String, String> environment = new TreeMap<>();

    /** A host whose state is in {@code root}. */
    HostShell(Path root) {
        this.root = root;
        environment.put("PATH", Objects.requireNonNull(System.getenv("PATH")));
        environment.put("PP_ROOT", root.toString());
        environment.put("PP_LOG", root.toString());
        environment.put("HOME", root.toString());
    }

    /** What came of it. */
    record Result(int code, byte[] out, String err) {
        /** Standard output as text. */
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    /** The directory of the programs. */
    static Path programs() {
        URL lib = Objects.requireNonNull(HostShell.class.getResource("/dev/pocketpaas/installer/host/lib/state.bash"));
        try {
            return Path.of(lib.toURI()).resolve("../..").normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The state directory. */
    Path root() {
        return root;
    }

    /** Adds a variable to the environment of what is run. */
    HostShell with(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Runs {@code script} with every library sourced. */
    Result script(String script, String... arguments) {
        return script(new byte[0], script, arguments);
    }

    /** Runs {@code script} with every library sourced and {@code input} on standard input. */
    Result script(byte[] input, String script, String... arguments) {
        List<String> command = new ArrayList<>(
                List.of("bash", "-c", LIBRARIES + script, "test", programs().toString()));
        Collections.addAll(command, arguments);
        return run(input, command);
    }

    /** Runs a host program. */
    Result program(byte[] input, String name, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("bash", programs().resolve(name).toString()));
        Collections.addAll(command, arguments);
        return run(input, command);
    }

    /** Runs a command of the machine, which has to succeed. */
    String machine(Path directory, String... command) {
        List<String> whole = new ArrayList<>(List.of("env", "-C", directory.toString()));
        Collections.addAll(whole, command);
        Result result = run(new byte[0], whole);
        if (result.code() != 0) {
            throw new IllegalStateException(String.join(" ", command) + ": " + result.err());
        }
        return result.text().strip();
    }

    private Result run(byte[] input, List<String> command) {
        try {
            Path out = Files.createTempFile("host-shell", ".out");
            Path err = Files.createTempFile("host-shell", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            try (InputStream from = new ByteArrayInputStream(input);
                    OutputStream to = process.getOutputStream()) {
                from.transferTo(to);
            } catch (IOException e) {
                // What refuses does not read to the end; its exit code is what matters.
            }
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("still running: " + command);
            }
            Result result = new Result(process.exitValue(), Files.readAllBytes(out), Files.readString(err));
            Files.delete(out);
            Files.delete(err);
            return result;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
