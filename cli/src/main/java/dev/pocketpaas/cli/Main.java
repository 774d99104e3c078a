package dev.pocketpaas.cli;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.core.ssh.SshWarmUp;
import java.util.List;
import java.util.Set;

/** The program's entry. */
public final class Main {
    /** First words of commands that contact no host. */
    private static final Set<String> LOCAL =
            Set.of("help", "completion", "manifest", "hosts", "sandbox", "__train", "--help", "-h", "-V", "version");

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
        if (args.length > 0 && !LOCAL.contains(args[0])) {
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
}
