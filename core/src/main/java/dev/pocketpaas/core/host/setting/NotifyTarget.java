package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.failure.PocketException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/**
 * Where a host tells people what they have to know: a URL that gets JSON, or a command for the host's root that gets text on its standard input. A URL of
 * this kind is as good as a password, and a command may hold one, so {@link #value()} goes to the host and nowhere else.
 */
public final class NotifyTarget {
    private static final String OFF = "none";
    private static final int LONGEST = 2000;
    private static final Pattern URL = Pattern.compile("(?i)https?://.*");
    private static final Pattern OTHER_SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*://.*");
    private static final String CURE = "pass a URL (https://…), a command in quotes, or none";

    private final String value;

    private NotifyTarget(String value) {
        this.value = value;
    }

    /**
     * What {@code text} means.
     *
     * @throws PocketException when it can be neither; the message does not repeat it
     */
    public static NotifyTarget of(String text) {
        if (text.isBlank()) {
            throw PocketException.usage("--notify is empty", CURE);
        }
        if (text.length() > LONGEST
                || text.chars().anyMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c))) {
            throw PocketException.usage("--notify must be one line of at most " + LONGEST + " characters", CURE);
        }
        NotifyTarget target = new NotifyTarget(text);
        if (target.isUrl()) {
            target.checkUrl();
        } else if (OTHER_SCHEME.matcher(text).matches()) {
            throw PocketException.usage("--notify takes https:// and http:// URLs only", CURE);
        }
        return target;
    }

    /** The whole of it, for the host alone. */
    public String value() {
        return value;
    }

    /** Whether nobody is to be told. */
    public boolean isOff() {
        return value.equals(OFF);
    }

    /** What may be seen of it: the host of a URL, and of a command that it is one. */
    public String shown() {
        if (!isUrl()) {
            return isOff() ? OFF : "the command";
        }
        return value.replaceFirst("^[^:]*://", "").replaceFirst("[/?#].*$", "").replaceFirst("^.*@", "");
    }

    private boolean isUrl() {
        return URL.matcher(value).matches();
    }

    private void checkUrl() {
        // The host's curl reads it from a quoted text.
        boolean plain = value.matches("[!-~&&[^\"\\\\]]+");
        if (!plain || !hasHost()) {
            throw PocketException.usage(
                    "--notify is not a valid URL", "it looks like https://hooks.example.com/services/…");
        }
    }

    private boolean hasHost() {
        try {
            return new URI(value).getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** Never the value. */
    @Override
    public String toString() {
        return shown();
    }
}
