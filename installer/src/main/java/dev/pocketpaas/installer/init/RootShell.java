package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.Exchange;
import dev.pocketpaas.core.host.ToldEvents;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.SshConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

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

    /** Unpacks the value tree on standard input into a new spool and runs {@code programs/setup} from it. */
    static final String SET_UP = fromSpool("setup", "");

    /** The same with {@code programs/uninstall}, which tells what it does. */
    static final String UNINSTALL = fromSpool("uninstall", "");

    /** The same where it only answers. */
    static final String LOOK_FOR_OURS = fromSpool("uninstall", "echo " + BEGINS + "; ");

    /** The same with {@code programs/harden}, which tells what it does. */
    static final String HARDEN = fromSpool("harden", "");

    /** The same where it only answers. */
    static final String LOOK_TO_HARDEN = fromSpool("harden", "echo " + BEGINS + "; ");

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

    /** From a pipe bash reads NUL-separated values byte by byte, so the tree goes into a file first. */
    private static String fromSpool(String program, String before) {
        return asRoot(
                "bash -c \"$s\"",
                "exit 4",
                before
                        + "s='set -euo pipefail; umask 077; export LC_ALL=C; d=$(mktemp -d /var/lib/pocketpaas-init.XXXXXXXX); "
                        + "cat >\"$d/tree\"; mapfile -d \"\" -t t <\"$d/tree\"; rm \"$d/tree\"; n=${#t[@]}; "
                        + "if ((n < 2)) || [[ ${t[n-2]}/${t[n-1]} != ./end ]]; then rm -rf \"$d\"; exit 2; fi; "
                        + "for ((i = 0; i < n - 2; i += 2)); do p=./${t[i]}; "
                        + "[[ -d $d/${p%/*} ]] || mkdir -p \"$d/${p%/*}\"; printf %s \"${t[i+1]}\" >\"$d/$p\"; "
                        + "done; chmod -R u+x \"$d/programs\"; exec \"$d/programs/" + program + "\" \"$d\"'; ");
    }

    /** Runs {@code command} with {@code input} and keeps what it prints. */
    Answer capture(byte[] input, String command) {
        Exchange.Ended ended = exchange(command).capture(out -> out.write(input));
        return Answer.of(ended.status(), ended.output(), ended.errors());
    }

    /** Runs {@code command} with {@code input}; each line it prints is an event. {@code noun} is what it is, for messages. */
    void operate(byte[] input, String command, String noun, OperationListener listener) {
        ToldEvents told = new ToldEvents(listener);
        Exchange.Ended ended = exchange(command).lines(out -> out.write(input), told::take);
        if (ended.status() != 0) {
            throw failure(ended, told, noun);
        }
    }

    private Exchange exchange(String command) {
        return new Exchange(connection, RemoteCommand.of(command), Exchange.GOES_ON_UNLESS_DOWN);
    }

    private static PocketException failure(Exchange.Ended ended, ToldEvents told, String noun) {
        boolean lost = ended.status() == Exchange.LOST;
        List<String> details = new ArrayList<>();
        told.failures().stream().skip(1).map(OperationEvent.Failure::text).forEach(details::add);
        details.addAll(told.lastOutput());
        ended.errors().lines().limit(MOST_LINES).forEach(details::add);
        String otherwise = lost
                ? "the connection to the host was lost; the " + noun + " continues"
                : "the " + noun + " ended with status " + ended.status();
        return new PocketException(
                ExitCode.of(lost ? ExitCode.UNREACHABLE.code() : ended.status()),
                told.failures().isEmpty() ? otherwise : told.failures().get(0).text(),
                details,
                told.hints().isEmpty()
                        ? "run the same command again"
                        : told.hints().get(0),
                null);
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
