package dev.pocketpaas.core.process;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.rules.Words;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A place where logs are sent. An HTTPS address may hold a secret in its login, its path or its query, so {@code toString} shows
 * its host alone.
 */
public final class DrainTarget {
    private static final String HTTPS = "https://";

    private final String text;

    private DrainTarget(String text) {
        this.text = text;
    }

    /** The place that {@code text} names. */
    public static DrainTarget parse(String text) {
        if (text.startsWith("http:")) {
            throw PocketException.usage("logs are not sent by HTTP, which does not encrypt", "use https://");
        }
        if (text.startsWith(HTTPS) && !text.matches(Patterns.DRAIN_URL)) {
            throw PocketException.usage(
                    "the HTTPS address is not valid",
                    "write https://HOST/PATH; percent-encode other characters; leave out a #fragment");
        }
        if (!text.startsWith(HTTPS) && !text.matches(Patterns.DRAIN_TARGET)) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" is not a place where logs can be sent",
                    "write syslog+tls://HOST:PORT, https://HOST/PATH, or syslog+tcp://HOST:PORT without encryption");
        }
        return new DrainTarget(text);
    }

    /** Whether lines go there by HTTPS. */
    public boolean isHttps() {
        return text.startsWith(HTTPS);
    }

    /** Whether it holds a user and a password. */
    public boolean hasLogin() {
        return isHttps() && authority().contains("@");
    }

    /** What the host gets. */
    public String reveal() {
        return text;
    }

    /**
     * Headers of a file, a line {@code Name: value} each, as the host takes them.
     *
     * @throws PocketException if one is not valid
     */
    public static String headers(String file) {
        Map<String, String> found = new LinkedHashMap<>();
        int number = 0;
        for (String line : file.lines().toList()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? "" : line.substring(0, colon).strip();
            String value = line.substring(colon + 1).strip();
            if (!(name + ":" + value).matches(Patterns.DRAIN_HEADER)) {
                throw PocketException.usage(
                        "line " + number + " of the headers is not valid", "write Name: value, in ASCII");
            }
            if (Words.DRAIN_HEADERS.contains(name.toLowerCase(Locale.ROOT))) {
                throw PocketException.usage("the header " + name + " is set by PocketPaaS", "leave it out");
            }
            if (found.keySet().stream().anyMatch(name::equalsIgnoreCase)) {
                throw PocketException.usage("the header " + name + " is there twice", "leave one of them out");
            }
            found.put(name, value);
        }
        if (found.isEmpty() || found.size() > 5) {
            throw PocketException.usage("there are " + found.size() + " headers", "write one to five, a line each");
        }
        StringBuilder text = new StringBuilder();
        found.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append('\n'));
        return text.toString();
    }

    @Override
    public String toString() {
        String place = authority();
        place = place.substring(place.lastIndexOf('@') + 1);
        return !isHttps() || text.equals(HTTPS + place) ? text : HTTPS + place + "/...";
    }

    private String authority() {
        String rest = text.substring(text.indexOf("://") + 3);
        int end = 0;
        while (end < rest.length() && rest.charAt(end) != '/' && rest.charAt(end) != '?') {
            end++;
        }
        return rest.substring(0, end);
    }
}
