package dev.pocketpaas.core.image;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The engine by its own client, which knows the user's contexts, and where the engine listens. */
public final class DockerClient implements LocalEngine {
    private static final int MOST_ERRORS = 8192;

    private final Map<String, String> variables;
    private final String program;

    /** A client with these environment variables. */
    public DockerClient(Map<String, String> variables) {
        this(variables, "docker");
    }

    DockerClient(Map<String, String> variables, String program) {
        this.variables = Map.copyOf(variables);
        this.program = program;
    }

    @Override
    public Saving save(String reference) {
        ProcessBuilder builder = new ProcessBuilder(program, "save", reference)
                .redirectInput(Path.of("/dev/null").toFile());
        builder.environment().clear();
        builder.environment().putAll(variables);
        try {
            return new Running(reference, builder.start());
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE,
                    "the program docker cannot be started: " + e.getMessage(),
                    List.of(),
                    "install Docker here, or run an image of a registry: pocketpaas deploy --image",
                    e);
        }
    }

    private static final class Running implements Saving {
        private final String reference;
        private final Process process;
        private final InputStream tar;
        private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
        private final Thread listener;

        Running(String reference, Process process) {
            this.reference = reference;
            this.process = process;
            this.tar = new BufferedInputStream(process.getInputStream(), 1 << 16);
            this.listener = new Thread(this::listen, "docker-errors");
            listener.setDaemon(true);
            listener.start();
        }

        private void listen() {
            byte[] buffer = new byte[1024];
            try (InputStream in = process.getErrorStream()) {
                int got = in.read(buffer);
                while (got >= 0) {
                    synchronized (errors) {
                        errors.write(buffer, 0, Math.min(got, MOST_ERRORS - errors.size()));
                    }
                    got = in.read(buffer);
                }
            } catch (IOException e) {
                // It was ended; what it has said by then is all there is.
                return;
            }
        }

        @Override
        public InputStream tar() {
            return tar;
        }

        @Override
        public void finish() {
            try {
                int status = process.waitFor();
                listener.join(2000);
                if (status != 0) {
                    throw failed(status);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
            }
        }

        private PocketException failed(int status) {
            String said;
            synchronized (errors) {
                said = errors.toString(StandardCharsets.UTF_8).strip();
            }
            String last = said.substring(said.lastIndexOf('\n') + 1);
            return PocketException.refused(
                    "docker cannot give out the image " + Printable.of(reference) + ": "
                            + (last.isEmpty() ? "exit code " + status : Printable.of(last)),
                    "\"docker image ls\" shows the images of this machine");
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
