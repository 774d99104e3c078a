package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The host, or the configuration, wants something that only OpenSSH can do. */
final class NeedsOpenSsh extends PocketException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /**
     * @param reason what it is, as the end of a sentence that begins with "because"
     */
    NeedsOpenSsh(SshTarget target, String reason, List<String> details, @Nullable Throwable cause) {
        super(
                ExitCode.UNREACHABLE,
                "PocketPaaS itself cannot connect to " + target.displayWithUser() + ": " + reason,
                details,
                "install OpenSSH's ssh, which can, or use --transport openssh",
                cause);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }
}
