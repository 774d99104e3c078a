package dev.pocketpaas.cli;

import dev.pocketpaas.cli.invocation.Collaborators;
import dev.pocketpaas.core.ssh.SshConnector;
import dev.pocketpaas.core.ssh.SshPrompts;
import dev.pocketpaas.core.ssh.SshSettings;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.ProcessCommands;

/** The ways out as users have them. */
final class RealCollaborators implements Collaborators {
    @Override
    public SshConnector connector(SshSettings settings, SshPrompts prompts) {
        return SshConnector.create(settings, prompts);
    }

    @Override
    public Commands commands() {
        return new ProcessCommands();
    }
}
