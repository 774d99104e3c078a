package dev.pocketpaas.core.migration;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The address of a database in a variable.
 *
 * @param scheme what it speaks, for example {@code postgres}
 * @param host the host in it
 */
record ServiceAddress(String scheme, String host) {
    private static final Pattern URL =
            Pattern.compile("(?s)([a-z][a-z0-9+.-]*)://(?:[^/?#@\\s]*@)?([A-Za-z0-9_.-]+)(?::[0-9]+)?(?:[/?#].*)?");

    /** The address that {@code value} is; empty if it is none. */
    static Optional<ServiceAddress> of(String value) {
        Matcher m = URL.matcher(value.strip());
        return m.matches() ? Optional.of(new ServiceAddress(m.group(1), m.group(2))) : Optional.empty();
    }

    /** The kind of service that speaks so; empty if there is none here. */
    Optional<String> type() {
        return switch (scheme.replaceFirst("\\+.*", "")) {
            case "postgres", "postgresql" -> Optional.of("postgres");
            case "mysql", "mysql2" -> Optional.of("mysql");
            case "mariadb" -> Optional.of("mariadb");
            case "redis", "rediss" -> Optional.of("redis");
            case "mongodb" -> Optional.of("mongodb");
            case "valkey" -> Optional.of("valkey");
            default -> Optional.empty();
        };
    }
}
