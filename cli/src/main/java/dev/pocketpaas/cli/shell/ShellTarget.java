package dev.pocketpaas.cli.shell;

import dev.pocketpaas.cli.invocation.HostResolver;
import java.util.Optional;

/**
 * What commands in the shell act on.
 *
 * @param app the app, if one is given
 * @param host the host, if one is given
 */
record ShellTarget(Optional<String> app, Optional<HostResolver.ResolvedHost> host) {
    /** The prompt that shows it. */
    String prompt() {
        String place = host.map(HostResolver.ResolvedHost::shown).orElse("");
        if (app.isEmpty()) {
            return (place.isEmpty() ? "pocketpaas" : place) + "> ";
        }
        return app.get() + (place.isEmpty() ? "" : "@" + place) + "> ";
    }
}
