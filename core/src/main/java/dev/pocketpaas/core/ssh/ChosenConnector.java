package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;

/** Our own transport, and OpenSSH's where ours is not enough or the user wants it. */
final class ChosenConnector implements SshConnector {
    private final SshSettings settings;
    private final SshPrompts prompts;

    ChosenConnector(SshSettings settings, SshPrompts prompts) {
        this.settings = settings;
        this.prompts = prompts;
    }

    @Override
    public SshConnection connect(HostAddress address) {
        return switch (settings.transport()) {
            case BUILT_IN -> builtIn(address);
            case OPENSSH -> new OpenSshConnector(settings, prompts).connect(address);
            case AUTO -> {
                try {
                    yield builtIn(address);
                } catch (NeedsOpenSsh e) {
                    if (settings.sshProgram() == null) {
                        throw e;
                    }
                    prompts.tell("connecting with OpenSSH instead of PocketPaaS's own SSH: " + e.reason());
                    yield new OpenSshConnector(settings, prompts).connect(address);
                }
            }
        };
    }

    private SshConnection builtIn(HostAddress address) {
        return new SshjConnector(settings, prompts).connect(address);
    }

    @Override
    public Optional<String> configuredUser(HostAddress address) {
        return new SshConfig(settings).configuredUser(address);
    }

    @Override
    public SshRoute route(HostAddress address) {
        return SshRoute.of(new SshConfig(settings).resolve(address), settings);
    }
}
