package dev.pocketpaas.core.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The kinds of services. What else a host has to know of one is in the directory of its name below {@code services} of the host programs: {@code
 * type.json}, and the scripts that run inside its container.
 */
public final class ServiceTypes {
    private static final List<ServiceTypeRule> ALL = List.of(
            new ServiceTypeRule("postgres", "postgres", List.of("18", "17", "16", "15", "14"), List.of("DATABASE_URL")),
            new ServiceTypeRule(
                    "mariadb", "mariadb", List.of("12.3", "11.8", "11.4", "10.11"), List.of("DATABASE_URL")),
            new ServiceTypeRule("mysql", "mysql", List.of("9.7", "8.4"), List.of("DATABASE_URL")),
            new ServiceTypeRule("redis", "redis", List.of("8", "7"), List.of("REDIS_URL")),
            new ServiceTypeRule("valkey", "valkey/valkey", List.of("9", "8"), List.of("REDIS_URL")),
            new ServiceTypeRule("mongodb", "mongo", List.of("8", "7", "6"), List.of("MONGODB_URI", "MONGO_URL")));

    private ServiceTypes() {}

    /** All of them. */
    public static List<ServiceTypeRule> all() {
        return ALL;
    }

    /** Their names, in a sentence. */
    public static String names() {
        return ALL.stream().map(ServiceTypeRule::name).collect(Collectors.joining(", "));
    }

    /** The type of that name. */
    public static Optional<ServiceTypeRule> named(String name) {
        return ALL.stream().filter(type -> type.name().equals(name)).findFirst();
    }

    /** The name that was probably meant: in another case, longer or shorter ({@code postgresql}, {@code mongo}), or as people abbreviate it. */
    public static Optional<String> meant(String name) {
        String word = name.toLowerCase(Locale.ROOT);
        if (word.equals("pg") || word.equals("psql")) {
            return Optional.of("postgres");
        }
        return ALL.stream()
                .map(ServiceTypeRule::name)
                .filter(type -> word.startsWith(type) || (word.length() > 2 && type.startsWith(word)))
                .findFirst();
    }

    static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        ALL.forEach(type -> all.put(type.name(), type.forHost()));
        return Collections.unmodifiableMap(all);
    }
}
