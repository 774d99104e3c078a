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
            return;
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
        System.exit(Cli.standard(environment).run(List.of(args)));
    }

    private static boolean asksForHelp(String[] args) {
        String last = args[args.length - 1];
        return last.equals("--help") || last.equals("-h") || last.equals("-V");
    }
}
