package dev.pocketpaas.core.ssh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known about a host before connecting to it.
 *
 * @param alias the name as the user typed it
 * @param hostName the name or address to connect to
 * @param port the port
 * @param user the login
 * @param credentials what is shown to the host
 * @param trust which of its keys we believe
 * @param network how it is reached
 * @param algorithms the lists of the configuration by its keyword in lower case; empty for our own
 * @param notes what of the configuration could not be followed
 * @param onlyOpenSsh settings that only OpenSSH can follow
 */
record SshTarget(
        String alias,
        String hostName,
        int port,
        String user,
        Credentials credentials,
        Trust trust,
        Network network,
        Map<String, List<String>> algorithms,
        List<String> notes,
        List<String> onlyOpenSsh) {

    /** StrictHostKeyChecking. A changed key is refused whatever it says. */
    enum NewHosts {
        ASK,
        ACCEPT,
        REFUSE
    }

    /** AddressFamily. */
    enum Family {
        ANY,
        IPV4,
        IPV6
    }

    SshTarget {
        algorithms = Map.copyOf(algorithms);
        notes = List.copyOf(notes);
        onlyOpenSsh = List.copyOf(onlyOpenSsh);
    }

    /**
     * What is shown to a host.
     *
     * @param identityFiles keys that the configuration names, in its order
     * @param usualFiles whether the keys with the usual names are tried: the configuration names none
     * @param certificateFiles certificates for keys
     * @param identitiesOnly whether only the named keys may be offered
     * @param agentSocket the agent to ask, or null
     * @param methods the methods of authentication that may be used, in order
     * @param passwordPrompts how often a password is asked for
     * @param mayAsk whether the user may be asked at all (BatchMode)
     * @param keyAlgorithms the algorithms that keys may sign with; empty for all
     */
    record Credentials(
            List<Path> identityFiles,
            boolean usualFiles,
            List<Path> certificateFiles,
            boolean identitiesOnly,
            @Nullable Path agentSocket,
            List<String> methods,
            int passwordPrompts,
            boolean mayAsk,
            List<String> keyAlgorithms) {
        Credentials {
            identityFiles = List.copyOf(identityFiles);
            certificateFiles = List.copyOf(certificateFiles);
            methods = List.copyOf(methods);
            keyAlgorithms = List.copyOf(keyAlgorithms);
        }
    }

    /**
     * Which keys of a host we believe.
     *
     * @param userKnownHosts files of known hosts; the first takes new ones
     * @param globalKnownHosts files of known hosts that are only read
     * @param hostKeyAlias the name that the host key is filed under, or null for the host's
     * @param newHosts what to do about a host that was never seen
     * @param hashNames whether names are hashed in known_hosts
     * @param revoked a file of keys that are never believed, or null
     */
    record Trust(
            List<Path> userKnownHosts,
            List<Path> globalKnownHosts,
            @Nullable String hostKeyAlias,
            NewHosts newHosts,
            boolean hashNames,
            @Nullable Path revoked) {
        Trust {
            userKnownHosts = List.copyOf(userKnownHosts);
            globalKnownHosts = List.copyOf(globalKnownHosts);
        }
    }

    /**
     * How a host is reached.
     *
     * @param jump the host to go through, or null
     * @param proxyCommand the command whose input and output lead to the host, or null
     * @param family which addresses of the name are tried
     * @param bindAddress the address of this machine to come from, or null
     * @param attempts how often a connection is tried
     * @param connectTimeout how long one address may take to answer
     * @param loginTimeout how long everything up to the end of the login may take, without the time that the user is asked; null for our own limits
     * @param aliveInterval the pause between two questions whether the host is still there
     * @param aliveCount how many of them may stay unanswered
     */
    record Network(
            @Nullable SshTarget jump,
            @Nullable String proxyCommand,
            Family family,
            @Nullable String bindAddress,
            int attempts,
            Duration connectTimeout,
            @Nullable Duration loginTimeout,
            Duration aliveInterval,
            int aliveCount) {}

    /** The host as a user would write it: with the port where it is not ssh's own. */
    String display() {
        String shown = alias.indexOf(':') >= 0 ? "[" + alias + "]" : alias;
        return port == 22 ? shown : shown + ":" + port;
    }

    /** The login and the host. */
    String displayWithUser() {
        return user + "@" + display();
    }

    /** The name that the host key is filed under, without a port. */
    String keyName() {
        String other = trust.hostKeyAlias();
        return other != null ? other : hostName;
    }

    /** The port that belongs to {@link #keyName()}: an alias stands for the host, port and all. */
    int keyPort() {
        return trust.hostKeyAlias() != null ? 22 : port;
    }

    /** How a user calls {@code ssh} for this host and login. */
    String sshWords() {
        return (port == 22 ? "" : "-p " + port + " ") + user + "@" + alias;
    }
}
