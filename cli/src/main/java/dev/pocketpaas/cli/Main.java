package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.CommandTree;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.core.ssh.SshWarmUp;
import java.util.List;

/** The program's entry. */
public final class Main {
    private Main() {}

    /** Runs the program and ends the process with its exit code. */
    public static void main(String[] args) {
        // Before anything else: what scripts ask for most should cost no more than starting Java.
        if (args.length == 1 && args[0].equals("--version")) {
            System.out.println("pocketpaas " + Version.text());
            if (!System.out.checkError()) {
                return;
            }
        }
        if (args.length > 0 && !asksForHelp(args) && CommandTree.contactsHost(args[0])) {
            SshWarmUp.start();
        }
        Environment environment = Environment.ofProcess();
        Thread farewell = new Thread(
                () -> environment
                        .interruption()
                        .sentence()
                        .ifPresent(sentence -> environment.stderr().println(System.lineSeparator() + sentence)),
                "farewell");
        Runtime.getRuntime().addShutdownHook(farewell);
        Cli cli = Cli.standard(environment);
        int code = cli.run(List.of(args));
        end(code, cli.startedNothing());
    }

    /**
     * Ends the process. {@code System.exit} of Java 21 and newer first looks for a logger in every jar, which takes longer than many commands: it is left
     * out where the process ends by itself, or where there is nothing that has to be ended.
     */
    private static void end(int code, boolean startedNothing) {
        if (code == 0 && isAlone()) {
            return;
        }
        if (startedNothing) {
            Runtime.getRuntime().halt(code);
        }
        System.exit(code);
    }

    /** Whether no other thread keeps the process from ending. */
    private static boolean isAlone() {
        Thread[] threads = new Thread[Thread.activeCount() + 8];
        int count = Thread.enumerate(threads);
        for (int i = 0; i < count; i++) {
            if (threads[i] != Thread.currentThread() && !threads[i].isDaemon()) {
                return false;
            }
        }
        return count < threads.length;
    }

    private static boolean asksForHelp(String[] args) {
        String last = args[args.length - 1];
        return last.equals("--help") || last.equals("-h") || last.equals("-V");
    }
}
