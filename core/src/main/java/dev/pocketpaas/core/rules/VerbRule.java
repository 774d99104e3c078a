package dev.pocketpaas.core.rules;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a verb of the host needs (docs/protocol.md).
 *
 * @param name the verb
 * @param rights whose key may use it
 * @param app what its first argument is
 * @param least how many arguments it has at least
 * @param most how many arguments it has at most
 * @param outside whether it can be asked for from outside; the others are the host's own
 * @param notices whether what the host has noticed is told after it; not where its streams are somebody else's
 */
public record VerbRule(
        String name, Rights rights, AppArgument app, int least, int most, boolean outside, boolean notices) {
    /** Whose key may use a verb: any, one for the app, or an admin's. */
    public enum Rights {
        /** Any key of the host. */
        ANY,
        /** A key for the app, or an admin's. */
        DEPLOY,
        /** An admin's key. */
        ADMIN
    }

    /** What a verb's first argument is. */
    public enum AppArgument {
        /** Not an app. */
        NONE,
        /** An app that exists. */
        APP,
        /** An app that may exist. */
        NEW,
        /** It may be left out, and the app may not exist. */
        MAYBE
    }

    static VerbRule of(String name, Rights rights, AppArgument app, int least, int most) {
        return new VerbRule(name, rights, app, least, most, true, true);
    }

    VerbRule fromInside() {
        return new VerbRule(name, rights, app, least, most, false, notices);
    }

    VerbRule withoutNotices() {
        return new VerbRule(name, rights, app, least, most, outside, false);
    }

    Map<String, Object> forHost() {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("rights", rights.name().toLowerCase(Locale.ROOT));
        rule.put("app", app.name().toLowerCase(Locale.ROOT));
        rule.put("least", least);
        rule.put("most", most);
        rule.put("outside", outside);
        rule.put("notices", notices);
        return rule;
    }
}
