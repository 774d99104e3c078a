package dev.pocketpaas.core.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

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
 * @param changing whether it changes the host or an app
 * @param reading words with which a changing verb only reads, in the place after the app
 */
public record VerbRule(
        String name,
        Rights rights,
        AppArgument app,
        int least,
        int most,
        boolean outside,
        boolean notices,
        boolean changing,
        Set<String> reading) {
    /**
     * Whose key may use a verb: any, one for the app, an admin's, or that of another machine of the cluster. A key for
     * previews of an app is one for each of them.
     */
    public enum Rights {
        /** Any key of the host. */
        ANY,
        /** A key that may look at the app, or more. */
        READ,
        /** A key that may make previews of the app, or deploy it, or an admin's. */
        PREVIEW,
        /** A key that may deploy the app, or an admin's. */
        DEPLOY,
        /** An admin's key. */
        ADMIN,
        /** The key of another machine of the cluster, and no key of a person. */
        NODE
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
        return new VerbRule(name, rights, app, least, most, true, true, false, Set.of());
    }

    /** A verb that changes something, whatever its arguments are. */
    VerbRule alwaysChanging() {
        return changingUnless();
    }

    /** A verb that changes something, except with one of the words. */
    VerbRule changingUnless(String... words) {
        return new VerbRule(name, rights, app, least, most, outside, notices, true, Set.of(words));
    }

    /** Whether the verb changes something when it is asked for with these arguments. */
    public boolean changes(List<String> arguments) {
        int first = app == AppArgument.NONE ? 0 : 1;
        return changing && (arguments.size() <= first || !reading.contains(arguments.get(first)));
    }

    VerbRule fromInside() {
        return new VerbRule(name, rights, app, least, most, false, notices, changing, reading);
    }

    VerbRule withoutNotices() {
        return new VerbRule(name, rights, app, least, most, outside, false, changing, reading);
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
