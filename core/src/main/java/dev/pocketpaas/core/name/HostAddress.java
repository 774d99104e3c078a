package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a host is: {@code [user@]name[:port]} or {@code ssh://[user@]name[:port]}. The name is anything that {@code ssh} takes: a DNS name, an
 * alias of the user's ssh configuration, an IPv4 address, or an IPv6 address (in brackets where a port follows).
 *
 * @param user the login, or null for the default
 * @param name the host name or address, without brackets
 * @param port the port, or null for ssh's default
 */
public record HostAddress(
        @Nullable String user, String name, @Nullable Integer port) {
    private static final String SCHEME = "ssh://";
    private static final Pattern BRACKETS = Pattern.compile("\\[([^\\[\\]]+)](?::([0-9]{1,9}))?");
    private static final Pattern IPV6 =
            Pattern.compile("[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*(?:%[0-9A-Za-z._-]+)?");
    private static final Pattern WITH_PORT = Pattern.compile("(.+):([0-9]{1,9})");
    private static final Pattern PERCENT = Pattern.compile("(?:%[0-9a-fA-F]{2})+");
    private static final int LONGEST = 255;

    /** Reads {@code text}; anything else is a usage error. */
    public static HostAddress parse(String text) {
        boolean url = text.startsWith(SCHEME);
        String rest = url ? text.substring(SCHEME.length()).replaceFirst("/$", "") : text;
        if (url && rest.indexOf('/') >= 0) {
            throw invalid(text);
        }
        // A login may hold an @ (bastions take user@target@bastion); a name cannot.
        int at = rest.lastIndexOf('@');
        @Nullable String user = at < 0 ? null : rest.substring(0, at);
        String place = rest.substring(at + 1);
        String name = place;
        @Nullable String port = null;
        Matcher brackets = BRACKETS.matcher(place);
        Matcher withPort = WITH_PORT.matcher(place);
        if (brackets.matches()) {
            name = brackets.group(1);
            port = brackets.group(2);
        } else if (!IPV6.matcher(place).matches() && withPort.matches()) {
            name = withPort.group(1);
            port = withPort.group(2);
        }
        if (url) {
            name = decoded(name);
            user = user == null ? null : decoded(user);
        }
        @Nullable Integer number = port == null ? null : Integer.valueOf(port);
        if (!isName(name) || (user != null && !isUser(user)) || (number != null && (number < 1 || number > 65535))) {
            throw invalid(text);
        }
        return new HostAddress(user, name, number);
    }

    private static PocketException invalid(String text) {
        return PocketException.usage(
                "\"" + Printable.of(text) + "\" is not a valid host",
                "write [user@]address[:port], for example root@203.0.113.10 or droplet.example.com:2222");
    }

    /** What OpenSSH refuses in a name stays out: it could be meant for a shell or as an option. So do the signs of a known_hosts pattern. */
    private static boolean isName(String name) {
        return name.length() <= LONGEST && isPlain(name, "'`\"$\\;&<>|(){}[]@*?!,#");
    }

    private static boolean isUser(String user) {
        return user.length() <= LONGEST
                && isPlain(user, "'`\"$;&<>|(){}/")
                && !user.endsWith("\\")
                && user.chars().allMatch(c -> c < 127);
    }

    private static boolean isPlain(String text, String forbidden) {
        return !text.isEmpty()
                && text.charAt(0) != '-'
                && text.charAt(0) != '.'
                && text.charAt(0) != '/'
                && text.chars()
                        .noneMatch(c -> Character.isWhitespace(c)
                                || Character.isISOControl(c)
                                || Character.getType(c) == Character.FORMAT
                                || forbidden.indexOf(c) >= 0);
    }

    private static String decoded(String text) {
        return PERCENT.matcher(text).replaceAll(m -> Matcher.quoteReplacement(bytes(m.group())));
    }

    private static String bytes(String escapes) {
        ByteBuffer bytes = ByteBuffer.allocate(escapes.length() / 3);
        for (int i = 0; i < escapes.length(); i += 3) {
            bytes.put((byte) Integer.parseInt(escapes.substring(i + 1, i + 3), 16));
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        } catch (CharacterCodingException e) {
            // Not text: stays as it was written.
            return escapes;
        }
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
        boolean bracketed = name.indexOf(':') >= 0;
        return (user == null ? "" : user + "@")
                + (bracketed ? "[" + name + "]" : name)
                + (port == null ? "" : ":" + port);
    }
}
