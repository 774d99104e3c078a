package dev.pocketpaas.core.app;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** Previews of an app: apps of their own that end by themselves. The host chooses their names. */
public final class Previews {
    /** Settings that are the app's alone (on the host: change/preview_settings.py). */
    private static final List<String> NOT_OF_PREVIEWS =
            List.of("domains", "http/redirects", "branch", "previews", "services");

    private final HostClient host;

    /** Previews on {@code host}. */
    public Previews(HostClient host) {
        this.host = host;
    }

    /**
     * A preview that can be deployed.
     *
     * @param app its app
     * @param isNew whether it was just made
     * @param leftOut variables of the app that it does not have, as they may be secrets
     * @param ends when it ends; UTC, ISO 8601
     */
    public record Opened(AppName app, boolean isNew, List<String> leftOut, String ends) {}

    /**
     * A preview in a listing.
     *
     * @param app its app
     * @param label the branch, or what somebody called it
     * @param state as of an app
     * @param release number of the live release, empty before the first
     * @param commit the live commit, empty before the first
     * @param url where it answers, empty where it does not
     * @param created UTC, ISO 8601
     * @param renewed when it was deployed or extended last; UTC, ISO 8601
     * @param ends UTC, ISO 8601
     * @param who the key that deployed last
     */
    public record Summary(
            AppName app,
            String label,
            String state,
            String release,
            String commit,
            String url,
            String created,
            String renewed,
            String ends,
            String who) {
        /** Whether nobody has deployed or extended it since {@code time}. */
        public boolean renewedBefore(Instant time) {
            return isBefore(renewed, time);
        }

        /** Whether it is over at {@code time}. */
        public boolean endsBefore(Instant time) {
            return isBefore(ends, time);
        }

        private static boolean isBefore(String text, Instant time) {
            try {
                return Instant.parse(text).isBefore(time);
            } catch (DateTimeException e) {
                return false;
            }
        }
    }

    /** The label in {@code text}: a branch, or any name; anything else is a usage error. */
    public static String label(String text) {
        if (!text.matches(Patterns.BRANCH) || !NumberLimit.BRANCH_LENGTH.holds(text)) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" cannot be the name of a preview",
                    "use letters, digits and . _ - /; at most " + NumberLimit.BRANCH_LENGTH.most() + " characters");
        }
        return text;
    }

    /** The previews of {@code app}, by name. */
    public List<Summary> list(AppName app) {
        ValueTree answer = host.query(Verb.of("previews", app));
        List<Summary> previews = new ArrayList<>();
        for (String name : answer.children("preview")) {
            ValueTree preview = answer.under("preview/" + name);
            previews.add(new Summary(
                    AppName.parse(name),
                    preview.text("label").orElse(""),
                    preview.text("state").orElse("unknown"),
                    preview.text("live").orElse(""),
                    preview.text("commit").orElse(""),
                    preview.text("url").orElse(""),
                    preview.text("created").orElse(""),
                    preview.text("renewed").orElse(""),
                    preview.text("ends").orElse(""),
                    preview.text("who").orElse("")));
        }
        return previews;
    }

    /** Makes the preview of {@code app} with that label where there is none, and lets it last its whole time again. */
    public Opened open(AppName app, String label) {
        return opened(host.query(Verb.of("preview", app, "open", label)));
    }

    /** Lets a preview last its whole time again, or {@code time} from now on and after each deploy. */
    public Opened extend(AppName app, String label, Optional<Duration> time) {
        Verb verb = time.isPresent()
                ? Verb.of("preview", app, "extend", label, time.get().toSeconds())
                : Verb.of("preview", app, "extend", label);
        return opened(host.query(verb));
    }

    /** The app of the preview with that label, or the one that it would get. */
    public AppName name(AppName app, String label) {
        return opened(host.query(Verb.of("preview", app, "name", label))).app();
    }

    /**
     * What a preview is, or would be.
     *
     * @param app its app
     * @param exists whether there is one
     * @param ends when it ends; UTC, ISO 8601; empty for one that does not exist
     * @param ttl how long it lasts after each deploy
     * @param environment the names of the variables that a new one gets
     * @param leftOut variables of the app that a new one does not get, as they may be secrets
     * @param own the variables that have a value of their own in previews
     * @param services what it gets of each service of the app: {@code new}, {@code copy}, {@code share} or {@code none}
     * @param runsJobs whether cron jobs run in it
     * @param blocked why there can be no new one
     */
    public record Planned(
            AppName app,
            boolean exists,
            String ends,
            Duration ttl,
            List<String> environment,
            List<String> leftOut,
            List<String> own,
            SortedMap<String, String> services,
            boolean runsJobs,
            Optional<String> blocked) {
        /** Whether {@code setting} of the branch is not the preview's. */
        public boolean isOfTheApp(String setting) {
            return (!runsJobs && setting.startsWith("cron/"))
                    || NOT_OF_PREVIEWS.stream().anyMatch(one -> setting.equals(one) || setting.startsWith(one + "/"));
        }
    }

    /** What {@link #open} would come to; nothing is changed. */
    public Planned plan(AppName app, String label) {
        ValueTree answer = host.query(Verb.of("preview", app, "plan", label));
        SortedMap<String, String> services = new TreeMap<>();
        answer.children("service")
                .forEach(name ->
                        services.put(name, answer.text("service/" + name).orElse("")));
        return new Planned(
                AppName.parse(answer.text("app").orElse("")),
                answer.text("exists").orElse("no").equals("yes"),
                answer.text("ends").orElse(""),
                Duration.ofSeconds(Long.parseLong(answer.text("ttl").orElse("0"))),
                answer.lines("env"),
                answer.lines("left-out"),
                answer.lines("variables"),
                services,
                answer.text("cron").orElse("no").equals("yes"),
                answer.text("blocked"));
    }

    /** Deletes a preview with all its data. */
    public OperationResult remove(AppName app, String label, OperationListener listener) {
        return host.operate(Verb.of("preview", app, "remove", label), ValueTree.empty(), listener);
    }

    private static Opened opened(ValueTree answer) {
        return new Opened(
                AppName.parse(answer.text("app").orElse("")),
                answer.text("new").isPresent(),
                answer.lines("left-out"),
                answer.text("ends").orElse(""));
    }
}
