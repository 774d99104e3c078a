import dev.pocketpaas.core.git.GitPush;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.git.PushResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.RemoteProcess;
import dev.pocketpaas.core.ssh.SshConnection;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Our transport alone, as one process: {@code Transport DIRECTORY PORT commands N} runs {@code true} N times on one connection, {@code Transport
 * DIRECTORY PORT push REPOSITORY COMMIT} pushes. DIRECTORY has the key and the known hosts. At the end it adds its peak memory in MB to
 * DIRECTORY/memory.
 */
public final class Transport {
    private Transport() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        SshSettings settings = SshSettings.of(directory, System.getProperty("user.name"))
                .withConfig(SshSettings.ConfigSource.NONE, null, null)
                .withTransport(SshSettings.Transport.BUILT_IN)
                .withIdentityFile(directory.resolve("key"))
                .withKnownHosts(directory.resolve("known_hosts"))
                .withAcceptNewHostKeys(true);
        try (SshConnection connection = SshConnector.create(settings, SshPrompts.refusing())
                .connect(HostAddress.parse("127.0.0.1:" + arguments[1]))) {
            if (arguments[2].equals("commands")) {
                for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                    run(connection);
                }
            } else {
                push(connection, Path.of(arguments[3]), arguments[4]);
            }
        }
        String memory = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("VmHWM: 0 kB")
                .replaceAll("[^0-9]", "");
        Files.writeString(directory.resolve("memory"), Long.parseLong(memory) / 1024 + "\n");
    }

    private static void run(SshConnection connection) throws Exception {
        try (RemoteProcess process = connection.start(RemoteCommand.of("true"))) {
            process.stdin().close();
            process.stdout().readAllBytes();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("true failed");
            }
        }
    }

    private static void push(SshConnection connection, Path repository, String commit) {
        try (LocalRepository local = LocalRepository.discover(repository).orElseThrow();
                GitPush push = GitPush.open(local, connection, AppName.parse("target"))) {
            PushResult result = push.push(commit, "refs/heads/main", true, bytes -> {});
            if (result.status() != PushResult.Status.ACCEPTED) {
                throw new IllegalStateException(String.valueOf(result));
            }
        }
    }
}
