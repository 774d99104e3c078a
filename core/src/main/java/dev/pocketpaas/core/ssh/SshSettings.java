package dev.pocketpaas.core.ssh;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the transport is told by its surroundings; core itself reads neither the environment nor the home directory.
 *
 * @param home the user's home directory, for {@code ~/.ssh}
 * @param localUser the login used where neither the address nor the configuration names one
 * @param identityFile the one key to use instead of all others (POCKETPAAS_SSH_KEY), or null
 * @param knownHosts known_hosts files instead of the configured ones (POCKETPAAS_KNOWN_HOSTS); empty for those
 * @param acceptNewHostKeys whether a host that was never seen is trusted without a question
 * @param agentSocket the socket of the ssh-agent, or null
 * @param configSource where the configuration of a host comes from
 * @param sshProgram the {@code ssh} to ask for its effective configuration, or null where there is none
 * @param configFile a configuration file instead of {@code ~/.ssh/config} and the system's, or null
 * @param connectTimeout how long one address may take to answer, where the configuration says nothing
 * @param variables the environment variables, for <code>${NAME}</code> in the configuration
 * @param transport what makes the connections
 */
public record SshSettings(
        Path home,
        String localUser,
        @Nullable Path identityFile,
        List<Path> knownHosts,
        boolean acceptNewHostKeys,
        @Nullable Path agentSocket,
        ConfigSource configSource,
        @Nullable Path sshProgram,
        @Nullable Path configFile,
        Duration connectTimeout,
        Map<String, String> variables,
        Transport transport) {

    /** Where the configuration of a host comes from. */
    public enum ConfigSource {
        /** What {@code ssh -G} answers; our own small reader where there is no {@code ssh}. */
        SSH,
        /** Our own small reader of the configuration file. */
        FILE,
        /** No configuration at all. */
        NONE
    }

    /** What makes the connections. */
    public enum Transport {
        /** Our own, and the system's {@code ssh} where that is not enough. */
        AUTO,
        /** Our own only. */
        BUILT_IN,
        /** The system's {@code ssh}. */
        OPENSSH
    }

    /** Copies the collections. */
    public SshSettings {
        knownHosts = List.copyOf(knownHosts);
        variables = Map.copyOf(variables);
    }

    /** The settings of somebody with this home: the user's configuration, no agent, ten seconds to connect, new hosts are asked about. */
    public static SshSettings of(Path home, String localUser) {
        return new SshSettings(
                home,
                localUser,
                null,
                List.of(),
                false,
                null,
                ConfigSource.SSH,
                null,
                null,
                Duration.ofSeconds(10),
                Map.of(),
                Transport.AUTO);
    }

    /** The first executable {@code ssh} in {@code searchPath} (the value of PATH), or null. */
    public static @Nullable Path findSsh(String searchPath) {
        for (String directory : searchPath.split(java.io.File.pathSeparator)) {
            if (!directory.isEmpty()) {
                Path candidate = Path.of(directory, "ssh");
                if (Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
                    return candidate;
                }
            }
        }
        return null;
    }

    /** The same with one key that is used instead of all others. */
    public SshSettings withIdentityFile(@Nullable Path file) {
        Copy copy = new Copy(this);
        copy.identityFile = file;
        return copy.make();
    }

    /** The same with other known_hosts files; the first one takes new hosts. */
    public SshSettings withKnownHosts(Path... files) {
        Copy copy = new Copy(this);
        copy.knownHosts = List.of(files);
        return copy.make();
    }

    /** The same, trusting new hosts without a question or not. */
    public SshSettings withAcceptNewHostKeys(boolean accept) {
        Copy copy = new Copy(this);
        copy.acceptNewHostKeys = accept;
        return copy.make();
    }

    /** The same with an agent. */
    public SshSettings withAgentSocket(@Nullable Path socket) {
        Copy copy = new Copy(this);
        copy.agentSocket = socket;
        return copy.make();
    }

    /** The same with another source of configuration, the {@code ssh} program to ask, and a file to read instead of the usual ones. */
    public SshSettings withConfig(ConfigSource source, @Nullable Path program, @Nullable Path file) {
        Copy copy = new Copy(this);
        copy.configSource = source;
        copy.sshProgram = program;
        copy.configFile = file;
        return copy.make();
    }

    /** The same with another connect timeout. */
    public SshSettings withConnectTimeout(Duration timeout) {
        Copy copy = new Copy(this);
        copy.connectTimeout = timeout;
        return copy.make();
    }

    /** The same with these environment variables. */
    public SshSettings withVariables(Map<String, String> environment) {
        Copy copy = new Copy(this);
        copy.variables = environment;
        return copy.make();
    }

    /** The same with another transport. */
    public SshSettings withTransport(Transport other) {
        Copy copy = new Copy(this);
        copy.transport = other;
        return copy.make();
    }

    /** One to change before it is made. */
    private static final class Copy {
        private final SshSettings from;
        private @Nullable Path identityFile;
        private List<Path> knownHosts;
        private boolean acceptNewHostKeys;
        private @Nullable Path agentSocket;
        private ConfigSource configSource;
        private @Nullable Path sshProgram;
        private @Nullable Path configFile;
        private Duration connectTimeout;
        private Map<String, String> variables;
        private Transport transport;

        Copy(SshSettings from) {
            this.from = from;
            identityFile = from.identityFile;
            knownHosts = from.knownHosts;
            acceptNewHostKeys = from.acceptNewHostKeys;
            agentSocket = from.agentSocket;
            configSource = from.configSource;
            sshProgram = from.sshProgram;
            configFile = from.configFile;
            connectTimeout = from.connectTimeout;
            variables = from.variables;
            transport = from.transport;
        }

        SshSettings make() {
            return new SshSettings(
                    from.home,
                    from.localUser,
                    identityFile,
                    knownHosts,
                    acceptNewHostKeys,
                    agentSocket,
                    configSource,
                    sshProgram,
                    configFile,
                    connectTimeout,
                    variables,
                    transport);
        }
    }
}
