package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.name.ServiceVersion;
import dev.pocketpaas.core.rules.ServiceTypes;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image of a database that is a kind of service here.
 *
 * @param version the kind, with the version of the image if it can be had
 * @param exact whether it is the version of the image
 */
record DatabaseImage(ServiceVersion version, boolean exact) {
    private static final Pattern REFERENCE = Pattern.compile(
            "(?:(?:docker\\.io/)?(?:library/)?|(?:docker\\.io/)?(?:valkey|bitnami|postgis|percona)/)"
                    + "(postgres|postgresql|postgis|mysql|mariadb|redis|valkey|mongo|mongodb)(?::([A-Za-z0-9_.-]+))?(?:@.*)?");
    private static final Pattern NUMBER = Pattern.compile("([0-9]+)(?:\\.([0-9]+))?.*");

    /** What the image is here; empty if it is no database that can be had. */
    static Optional<DatabaseImage> of(String reference) {
        Matcher m = REFERENCE.matcher(reference);
        if (!m.matches()) {
            return Optional.empty();
        }
        String name = m.group(1);
        String type = name.startsWith("postg") ? "postgres" : name.startsWith("mongo") ? "mongodb" : name;
        String tag = m.group(2) == null ? "latest" : m.group(2);
        Matcher number = NUMBER.matcher(tag);
        if (!number.matches()) {
            return Optional.of(new DatabaseImage(ServiceVersion.parse(type), true));
        }
        List<String> majors = ServiceTypes.named(type).orElseThrow().majors();
        String whole = number.group(1);
        String both = number.group(2) == null ? whole : whole + "." + number.group(2);
        for (String major : List.of(both, whole)) {
            if (majors.contains(major)) {
                return Optional.of(new DatabaseImage(ServiceVersion.parse(type + ":" + major), true));
            }
        }
        return Optional.of(new DatabaseImage(ServiceVersion.parse(type), false));
    }

    /** What is worth knowing about it, behind the name of the service. */
    String note(String reference) {
        return exact ? "" : " (" + reference + " is not offered; the newest is)";
    }
}
