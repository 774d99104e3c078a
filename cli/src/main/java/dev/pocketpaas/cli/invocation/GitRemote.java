package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.name.HostAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * App and host from the URL of a git remote.
 *
 * @param host the host
 * @param app the app
 */
public record GitRemote(HostAddress host, String app) {
    private static final Pattern URL = Pattern.compile("ssh://([^/]+)/~?/?([^/]+?)(?:\\.git)?/?");
    private static final Pattern SCP = Pattern.compile("([^/:]+@[^/:]+):([^/]+?)(?:\\.git)?/?");

    /** Reads {@code url}; empty if it is not one of ours. */
    static Optional<GitRemote> parse(String url) {
        for (Pattern form : new Pattern[] {URL, SCP}) {
            Matcher m = form.matcher(url);
            if (m.matches()) {
                return Optional.of(new GitRemote(HostAddress.parse(m.group(1)), m.group(2)));
            }
        }
        return Optional.empty();
    }

    /** The URL for git. */
    public static String url(HostAddress door, String app) {
        return "ssh://" + door.withUser(Target.DOOR) + "/" + app;
    }
}
