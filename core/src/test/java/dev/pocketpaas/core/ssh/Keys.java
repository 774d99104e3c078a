package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Keys made by the real ssh-keygen. */
public final class Keys {
    private Keys() {}

    public static Path generate(Path file, String type, String passphrase, String... more) {
        List<String> command = new ArrayList<>(
                List.of("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-C", "test-" + file.getFileName(), "-f"));
        command.add(file.toString());
        command.addAll(List.of(more));
        run(command);
        return file;
    }

    public static String run(List<String> command) {
        try {
            Path output = Files.createTempFile("run", ".out");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            int status = process.waitFor();
            String text = Files.readString(output);
            Files.delete(output);
            if (status != 0) {
                throw new AssertionError(command + " ended with " + status + ": " + text);
            }
            return text;
        } catch (IOException e) {
            throw new AssertionError(
                    command.get(0) + " cannot be run, install the package openssh-client or git: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
