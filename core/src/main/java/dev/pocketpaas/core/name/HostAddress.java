package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a host is: {@code [user@]name[:port]}, the name being a DNS name, an alias of the user's ssh configuration, an IPv4 address or an
 * IPv6 address in brackets.
 *
 * @param user the login, or null for the default
 * @param name the host name or address, without brackets
 * @param port the port, or null for ssh's default
 */
public record HostAddress(
        @Nullable String user, String name, @Nullable Integer port) {
    private static final Pattern FORM = Pattern.compile(
            "(?:([a-z_][a-z0-9_-]{0,31})@)?(?:\\[([0-9a-fA-F:.%a-z]+)]|([A-Za-z0-9][A-Za-z0-9._-]{0,252}))(?::([0-9]{1,5}))?");

    /** Reads {@code text}; anything else is a usage error. */
    public static HostAddress parse(String text) {
        Matcher m = FORM.matcher(text);
        boolean valid = m.matches();
        @Nullable Integer port = valid && m.group(4) != null ? Integer.valueOf(m.group(4)) : null;
        if (!valid || (port != null && (port < 1 || port > 65535))) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" is not a valid host",
                    "write [user@]address[:port], for example root@203.0.113.10 or droplet.example.com:2222");
        }
        return new HostAddress(m.group(1), m.group(2) != null ? m.group(2) : m.group(3), port);
    }

    /** The login, where one was given. */
    public Optional<String> givenUser() {
        return Optional.ofNullable(user);
    }

    /** The port, where one was given. */
    public OptionalInt givenPort() {
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }

    /** The same host with another login. */
    public HostAddress withUser(String login) {
        return new HostAddress(login, name, port);
    }

    @Override
    public String toString() {
        String bracketed = name.indexOf(':') >= 0 ? "[" + name + "]" : name;
        return (user == null ? "" : user + "@") + bracketed + (port == null ? "" : ":" + port);
    }
}
