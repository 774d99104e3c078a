package dev.pocketpaas.cli.terminal;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Secret;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/** A command line of this machine whose output is a secret: it is kept, not shown. */
public final class CapturedCommand {
    private static final int LONGEST = 256 * 1024;

    private CapturedCommand() {}

    /**
     * How it ended.
     *
     * @param status its exit code
     * @param output what it printed, without one line end
     */
    public record Outcome(int status, Secret output) {}

    /** Runs {@code command} by the shell. It may ask on the terminal; its complaints are shown. */
    public static Outcome run(String command, Environment environment) {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", command);
        builder.directory(environment.workingDirectory().toFile());
        builder.environment().clear();
        builder.environment().putAll(environment.variables());
        if (environment.terminals().stdin()) {
            builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
        }
        try {
            Process process = builder.start();
            if (!environment.terminals().stdin()) {
                process.getOutputStream().close();
            }
            Thread errors = PipedProcess.daemon(
                    "stderr", () -> PipedProcess.copy(process.getErrorStream(), environment.stderr()));
            byte[] output = process.getInputStream().readNBytes(LONGEST);
            process.getInputStream().close();
            errors.join();
            return new Outcome(process.waitFor(), Secret.of(withoutLineEnd(output)));
        } catch (IOException e) {
            throw PocketException.refused("cannot start the command: /bin/sh is missing", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        }
    }

    private static byte[] withoutLineEnd(byte[] bytes) {
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
        }
        return Arrays.copyOf(bytes, length);
    }
}
