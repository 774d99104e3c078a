package dev.pocketpaas.core.ssh;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Fills in what stands for something in a value of the ssh configuration (ssh_config(5), "TOKENS" and "ENVIRONMENT VARIABLES"): {@code %h} and
 * the like, <code>${NAME}</code>, {@code ~} and {@code ~user}.
 */
final class Tokens {
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]+)}");
    private static final Pattern TILDE = Pattern.compile("~([^/]*)(/.*)?");

    private final SshSettings settings;
    private final String alias;
    private final String hostName;
    private final int port;
    private final String user;
    private final String keyName;

    Tokens(SshSettings settings, String alias, String hostName, int port, String user, @Nullable String hostKeyAlias) {
        this.settings = settings;
        this.alias = alias;
        this.hostName = hostName;
        this.port = port;
        this.user = user;
        this.keyName = hostKeyAlias == null ? alias : hostKeyAlias;
    }

    /** A value cannot be filled in; the message says what of it is not known. */
    static final class Unknown extends Exception {
        private static final long serialVersionUID = 1L;

        Unknown(String message) {
            super(message);
        }
    }

    /** The path that {@code text} means. */
    Path path(String text) throws Unknown {
        String filled = percent(variables(text));
        Matcher tilde = TILDE.matcher(filled);
        if (!tilde.matches()) {
            return Path.of(filled);
        }
        Path home = tilde.group(1).isEmpty() ? settings.home() : homeOf(tilde.group(1));
        return tilde.group(2) == null ? home : home.resolve(tilde.group(2).substring(1));
    }

    /** The value of {@code $NAME}, which only IdentityAgent takes. */
    Optional<String> variable(String name) {
        return Optional.ofNullable(settings.variables().get(name)).filter(value -> !value.isEmpty());
    }

    /** {@code text} with its tokens filled in. */
    String percent(String text) throws Unknown {
        StringBuilder filled = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '%') {
                filled.append(c);
            } else if (++i < text.length()) {
                filled.append(token(text.charAt(i)));
            } else {
                throw new Unknown("a % at the end of \"" + text + "\"");
            }
        }
        return filled.toString();
    }

    private String token(char name) throws Unknown {
        return switch (name) {
            case '%' -> "%";
            case 'h' -> hostName;
            case 'n' -> alias;
            case 'p' -> Integer.toString(port);
            case 'r' -> user;
            case 'u' -> settings.localUser();
            case 'd' -> settings.home().toString();
            case 'k' -> keyName;
            case 'j' -> "";
            case 'i' -> userId();
            case 'l' -> localHost();
            case 'L' -> localHost().replaceFirst("\\..*", "");
            case 'C' -> digest(localHost() + hostName + port + user);
            default -> throw new Unknown("%" + name + " is not known");
        };
    }

    private String variables(String text) throws Unknown {
        Matcher m = VARIABLE.matcher(text);
        StringBuilder filled = new StringBuilder();
        while (m.find()) {
            String name = m.group(1);
            String value =
                    variable(name).orElseThrow(() -> new Unknown("the environment variable " + name + " is not set"));
            m.appendReplacement(filled, Matcher.quoteReplacement(value));
        }
        return m.appendTail(filled).toString();
    }

    private static Path homeOf(String login) throws Unknown {
        try {
            // Latin-1 takes any byte.
            List<String> lines = Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1);
            return lines.stream()
                    .map(line -> line.split(":"))
                    .filter(fields -> fields.length > 5 && fields[0].equals(login))
                    .map(fields -> Path.of(fields[5]))
                    .findFirst()
                    .orElseThrow(() -> new Unknown("there is no user " + login));
        } catch (IOException e) {
            throw new Unknown("the home of the user " + login + " is not known");
        }
    }

    private String userId() throws Unknown {
        try {
            return String.valueOf(Files.getAttribute(settings.home(), "unix:uid"));
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
            throw new Unknown("%i is not known here");
        }
    }

    private static String localHost() throws Unknown {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            throw new Unknown("the name of this machine is not known");
        }
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}
