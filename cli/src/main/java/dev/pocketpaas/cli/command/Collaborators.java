package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;

/** The ways out of the process; tests put fakes in. */
public interface Collaborators {
    /**
     * How hosts are reached.
     *
     * @param environment variables, home directory
     * @param prompts asks where somebody can answer
     * @param acceptNewHostKey trust a host that was never seen without asking
     */
    SshConnector connector(Environment environment, SshPrompts prompts, boolean acceptNewHostKey);
}
