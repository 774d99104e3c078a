package dev.pocketpaas.core.ssh;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything that is known about a host before connecting to it.
 *
 * @param alias the name as the user typed it
 * @param hostName the name or address to connect to
 * @param port the port
 * @param user the login
 * @param identityFiles keys that the configuration names, in its order; empty when it names none
 * @param identitiesOnly whether only those keys may be offered
 * @param userKnownHosts files of known hosts; the first takes new ones
 * @param globalKnownHosts files of known hosts that are only read
 * @param hostKeyAlias the name that the host key is filed under, or null for the host's
 * @param newHosts what to do about a host that was never seen
 * @param hashNames whether names are hashed in known_hosts
 * @param connectTimeout how long one address may take to answer
 * @param aliveInterval the pause between two questions whether the host is still there
 * @param aliveCount how many of them may stay unanswered
 * @param agentSocket the agent to ask, or null
 */
record SshTarget(
        String alias,
        String hostName,
        int port,
        String user,
        List<Path> identityFiles,
        boolean identitiesOnly,
        List<Path> userKnownHosts,
        List<Path> globalKnownHosts,
        @Nullable String hostKeyAlias,
        NewHosts newHosts,
        boolean hashNames,
        Duration connectTimeout,
        Duration aliveInterval,
        int aliveCount,
        @Nullable Path agentSocket) {

    /** StrictHostKeyChecking. A changed key is refused whatever it says. */
    enum NewHosts {
        ASK,
        ACCEPT,
        REFUSE
    }

    SshTarget {
        identityFiles = List.copyOf(identityFiles);
        userKnownHosts = List.copyOf(userKnownHosts);
        globalKnownHosts = List.copyOf(globalKnownHosts);
    }

    /** The host as a user would write it: with the port where it is not ssh's own. */
    String display() {
        String shown = alias.indexOf(':') >= 0 ? "[" + alias + "]" : alias;
        return port == 22 ? shown : shown + ":" + port;
    }

    /** The name that the host key is filed under, without a port. */
    String keyName() {
        return hostKeyAlias != null ? hostKeyAlias : hostName;
    }

    /** The port that belongs to {@link #keyName()}: an alias stands for the host, port and all. */
    int keyPort() {
        return hostKeyAlias != null ? 22 : port;
    }
}
