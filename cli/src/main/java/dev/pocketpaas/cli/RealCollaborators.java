package dev.pocketpaas.cli;

import dev.pocketpaas.cli.command.Collaborators;
import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;

/** The ways out as users have them. */
final class RealCollaborators implements Collaborators {
    @Override
    public SshConnector connector(Environment environment, SshPrompts prompts, boolean acceptNewHostKey) {
        throw new UnsupportedOperationException("not connected yet");
    }
}
