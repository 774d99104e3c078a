package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;

/** Access to the outside world; tests use fakes. */
public interface Collaborators {
    /**
     * How hosts are reached.
     *
     * @param settings the user's ssh, as the environment and the options have it
     * @param prompts asks the user, if there is a terminal
     */
    SshConnector connector(SshSettings settings, SshPrompts prompts);

    /** Runs programs on this machine. */
    Commands commands();
}
