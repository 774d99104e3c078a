package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.OperationLine;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Root's shell on a machine that nothing of ours is on yet, as root or by sudo. The commands are fixed text; everything that varies travels
 * on standard input.
 */
final class RootShell {
    /** The status when the machine has no bash. */
    static final int NO_BASH = 127;

    /** The line after which the answer begins: start-up files of the login may print something before it. */
    static final String BEGINS = "pocketpaas-begins";

    /**
     * Runs the bash script on standard input with sshd's address as its argument. Without root and sudo it runs as the login: it only looks, and
     * says so. The outer sh is for logins whose shell is something else.
     */
    static final String SCRIPT = asRoot("bash -s -- \"$a\"", "exec bash -s -- \"$a\"", "echo " + BEGINS + "; ");

    /**
     * Unpacks the value tree on standard input into a new spool and runs {@code programs/setup} from it. From a pipe bash reads NUL-separated values
     * byte by byte, so the tree goes into a file first.
     */
    static final String SET_UP = asRoot(
            "bash -c \"$s\"",
            "exit 4",
            "s='set -euo pipefail; umask 077; export LC_ALL=C; d=$(mktemp -d /var/lib/pocketpaas-init.XXXXXXXX); "
                    + "cat >\"$d/tree\"; mapfile -d \"\" -t t <\"$d/tree\"; rm \"$d/tree\"; n=${#t[@]}; "
                    + "if ((n < 2)) || [[ ${t[n-2]}/${t[n-1]} != ./end ]]; then rm -rf \"$d\"; exit 2; fi; "
                    + "for ((i = 0; i < n - 2; i += 2)); do p=./${t[i]}; "
                    + "[[ -d $d/${p%/*} ]] || mkdir -p \"$d/${p%/*}\"; printf %s \"${t[i+1]}\" >\"$d/$p\"; "
                    + "done; chmod -R u+x \"$d/programs\"; exec \"$d/programs/setup\" \"$d\"'; ");

    private static final int MOST_LINES = 12;

    private final SshConnection connection;

    private RootShell(SshConnection connection) {
        this.connection = connection;
    }

    static RootShell on(SshConnection connection) {
        return new RootShell(connection);
    }

    /** The program text is one word in single quotes for the login's shell, whatever that is; single quotes inside are spelled for it. */
    private static String asRoot(String command, String otherwise, String before) {
        String text = "a=${SSH_CONNECTION-}; a=${a% *}; a=${a##* }; " + before
                + "if [ \"$(id -u)\" = 0 ]; then exec " + command + "; "
                + "elif sudo -n true 2>/dev/null; then exec sudo -n " + command + "; "
                + "else " + otherwise + "; fi";
        return "exec sh -c '" + text.replace("'", "'\\''") + "'";
    }

    /** Runs {@code command} with {@code input} and keeps what it prints. */
    Answer capture(byte[] input, String command) {
        try (RemoteProcess process = connection.start(RemoteCommand.of(command))) {
            CompletableFuture<byte[]> errors = drain(process);
            send(process, input);
            byte[] output = process.stdout().readAllBytes();
            int status = process.waitFor();
            return Answer.of(status, output, new String(errors.join(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw lost(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Runs {@code command} with {@code input}; each line it prints is an event. */
    void operate(byte[] input, String command, OperationListener listener) {
        List<OperationEvent> last = new ArrayList<>();
        try (RemoteProcess process = connection.start(RemoteCommand.of(command))) {
            CompletableFuture<byte[]> errors = drain(process);
            send(process, input);
            BufferedReader lines = new BufferedReader(new InputStreamReader(process.stdout(), StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                OperationEvent event = OperationLine.parse(line);
                last.add(event);
                listener.on(event);
            }
            int status = process.waitFor();
            if (status != 0) {
                throw failure(status, last, new String(errors.join(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw lost(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static PocketException failure(int status, List<OperationEvent> events, String errors) {
        List<String> failures = new ArrayList<>();
        List<String> hints = new ArrayList<>();
        List<String> output = new ArrayList<>();
        for (OperationEvent event : events) {
            if (event instanceof OperationEvent.Failure failure) {
                failures.add(failure.text());
            } else if (event instanceof OperationEvent.Hint hint) {
                hints.add(hint.text());
            } else if (event instanceof OperationEvent.Output text) {
                output.add(text.text());
            }
        }
        List<String> details = new ArrayList<>(failures.isEmpty() ? List.of() : failures.subList(1, failures.size()));
        details.addAll(output.subList(Math.max(0, output.size() - 12), output.size()));
        errors.lines().limit(12).forEach(details::add);
        String what = failures.isEmpty() ? "the set-up ended with status " + status : failures.get(0);
        ExitCode code = ExitCode.of(status == 255 ? ExitCode.UNREACHABLE.code() : status);
        return new PocketException(
                code,
                status == 255 && failures.isEmpty()
                        ? "the connection to the host was lost; the set-up continues"
                        : what,
                details,
                hints.isEmpty() ? "run the same command again" : hints.get(0),
                null);
    }

    private static CompletableFuture<byte[]> drain(RemoteProcess process) {
        CompletableFuture<byte[]> all = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try {
                        all.complete(process.stderr().readAllBytes());
                    } catch (IOException e) {
                        all.complete(new byte[0]);
                    }
                },
                "init-stderr");
        thread.setDaemon(true);
        thread.start();
        return all;
    }

    private static void send(RemoteProcess process, byte[] input) {
        try (OutputStream stdin = process.stdin()) {
            stdin.write(input);
        } catch (IOException e) {
            // What refuses does not read to the end. Its status says so, and is 255 where the connection was lost.
            return;
        }
    }

    private static PocketException lost(IOException e) {
        return PocketException.unreachable(
                "the connection to the host was lost",
                "what was started continues on the host; run the same command again",
                e);
    }

    private static PocketException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
    }

    /**
     * What a command left.
     *
     * @param status its exit status
     * @param begun whether it was the command that ran, not something else that the login runs
     * @param before what was printed before it began
     * @param output its standard output
     * @param errors its standard error
     */
    record Answer(int status, boolean begun, String before, byte[] output, String errors) {
        private static Answer of(int status, byte[] output, String errors) {
            // Latin-1 keeps the bytes and their places.
            String text = new String(output, StandardCharsets.ISO_8859_1);
            int begins = text.indexOf(BEGINS + "\n");
            if (begins < 0) {
                return new Answer(status, false, new String(output, StandardCharsets.UTF_8), new byte[0], errors);
            }
            int from = begins + BEGINS.length() + 1;
            return new Answer(
                    status,
                    true,
                    new String(output, 0, begins, StandardCharsets.UTF_8),
                    Arrays.copyOfRange(output, from, output.length),
                    errors);
        }

        /** The lines that a person may want to see. */
        List<String> said() {
            List<String> lines = new ArrayList<>();
            before.lines().filter(line -> !line.isBlank()).limit(MOST_LINES).forEach(lines::add);
            errors.lines().filter(line -> !line.isBlank()).limit(MOST_LINES).forEach(lines::add);
            return lines.stream().map(Printable::line).toList();
        }
    }
}
