package dev.pocketpaas.core.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Regular expressions for names and words, each for a whole text; in the part of the language that Java's {@code Pattern} and Python's
 * {@code re} share.
 */
public final class Patterns {
    /** The name of an app: a DNS label of at most 40 characters that begins with a letter. */
    public static final String APP = "[a-z]([a-z0-9-]{0,38}[a-z0-9])?";

    /** A process type. */
    public static final String PROCESS_TYPE = "[A-Za-z][A-Za-z0-9_-]{0,29}";

    /** An environment variable (POSIX "name"). */
    public static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]{0,127}";

    /** A build argument of a Dockerfile. */
    public static final String BUILD_ARGUMENT = "[A-Za-z_][A-Za-z0-9_]{0,127}";

    /** The name of an SSH key. */
    public static final String KEY = "[A-Za-z0-9][A-Za-z0-9._@-]{0,63}";

    /** Who may see an app by HTTP basic auth. */
    public static final String VISITOR = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,63}";

    /** A label of a domain name (RFC 1123). */
    public static final String DOMAIN_LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";

    /** A branch: the rules of git-check-ref-format, and no more letters than anybody uses. */
    public static final String BRANCH = "(?!refs/heads/)(?!.*\\.\\.)(?!.*//)(?!.*/\\.)(?!.*\\.lock(/|$))"
            + "[A-Za-z0-9_]([A-Za-z0-9._/@+-]*[A-Za-z0-9_@+-])?";

    /** The name of a volume. */
    public static final String VOLUME_NAME = "[a-z0-9][a-z0-9_-]{0,39}";

    /** The path of a page. */
    public static final String URL_PATH = "/[\\]!-Z_a-z~\\[]{0,500}";

    /** A status of HTTP, or a range of them. */
    public static final String STATUS_RANGE = "[1-5][0-9][0-9](-[1-5][0-9][0-9])?";

    /** An argument of a verb. */
    public static final String ARGUMENT = "[A-Za-z0-9._:/@=+,-]+";

    private Patterns() {}

    /** All that the host looks at, by the name that it knows them by. */
    static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("app", APP);
        all.put("type", PROCESS_TYPE);
        all.put("variable", VARIABLE);
        all.put("build-argument", BUILD_ARGUMENT);
        all.put("key", KEY);
        all.put("visitor", VISITOR);
        all.put("release", "[1-9][0-9]{0,8}");
        all.put("commit", "[0-9a-f]{40}");
        all.put("sha256", "[0-9a-f]{64}");
        all.put("number", "0|[1-9][0-9]{0,14}");
        all.put("domain", "(\\*\\.)?(" + DOMAIN_LABEL + "\\.)+" + DOMAIN_LABEL);
        all.put("range", "([0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*)(/[0-9]{1,3})?");
        all.put("branch", BRANCH);
        all.put("path", "[A-Za-z0-9_][A-Za-z0-9_.@-]*(/[A-Za-z0-9_][A-Za-z0-9_.@-]*)*");
        all.put("argument", ARGUMENT);
        all.put("image", "sha256:[0-9a-f]{64}");
        all.put("work", "[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}");
        all.put("volume-name", VOLUME_NAME);
        all.put("url-path", URL_PATH);
        all.put("status-range", STATUS_RANGE);
        return Collections.unmodifiableMap(all);
    }
}
