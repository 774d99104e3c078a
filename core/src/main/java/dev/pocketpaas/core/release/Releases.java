package dev.pocketpaas.core.release;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Handover;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The releases of an app. */
public final class Releases {
    private final HostClient host;

    /** Releases on {@code host}. */
    public Releases(HostClient host) {
        this.host = host;
    }

    /**
     * An immutable release.
     *
     * @param number its number
     * @param live whether it serves now
     * @param status {@code pending}, {@code good}, {@code failed}, or {@code stored} (for a stopped app, never started)
     * @param kind what made it: deploy, env, rollback …
     * @param change what changed, in words
     * @param who the key that made it
     * @param when UTC, ISO 8601
     * @param commit the commit it was built from, empty where there is none
     * @param subject first line of the commit's message
     * @param failure why it never went live; empty for a good one, and from a host that does not say
     * @param variables of a release that changed variables, what was done with each; empty from a host that does not say
     */
    public record Release(
            ReleaseNumber number,
            boolean live,
            String status,
            String kind,
            String change,
            String who,
            String when,
            String commit,
            String subject,
            String failure,
            Variables variables) {
        /** What changed, for people: of a deploy the commit's subject. */
        public String whatChanged() {
            if (!variables.isEmpty()) {
                return variables.text();
            }
            return kind.equals("deploy") && !subject.isEmpty() ? subject : change;
        }
    }

    /**
     * What a release did with variables.
     *
     * @param set the names that got a value
     * @param unset the names that were removed
     */
    public record Variables(List<String> set, List<String> unset) {
        boolean isEmpty() {
            return set.isEmpty() && unset.isEmpty();
        }

        /** For example {@code env set A, B; env unset C}. */
        String text() {
            String setText = set.isEmpty() ? "" : "env set " + String.join(", ", set);
            String unsetText = unset.isEmpty() ? "" : "env unset " + String.join(", ", unset);
            return setText + (setText.isEmpty() || unsetText.isEmpty() ? "" : "; ") + unsetText;
        }
    }

    /** Every release of {@code app}, the newest first. */
    public List<Release> list(AppName app) {
        ValueTree answer = host.query(Verb.of("show", app, "releases"));
        String live = answer.text("live").orElse("");
        List<Release> releases = new ArrayList<>();
        for (String name : answer.children("")) {
            if (name.matches("[0-9]+")) {
                releases.add(release(name, live, answer.under(name)));
            }
        }
        releases.sort(Comparator.comparing(Release::number).reversed());
        return releases;
    }

    /** The release {@code number}, as {@code bundle} describes it. */
    public static Release release(String number, String live, ValueTree bundle) {
        return new Release(
                ReleaseNumber.parse(number),
                number.equals(live),
                bundle.text("status").orElse("unknown"),
                bundle.text("kind").orElse(""),
                bundle.text("change").orElse(""),
                bundle.text("who").orElse(""),
                bundle.text("when").orElse(""),
                bundle.text("commit").orElse(""),
                bundle.text("subject").orElse(""),
                bundle.text("failure").orElse(""),
                new Variables(bundle.lines("set"), bundle.lines("unset")));
    }

    /** All of one release's bundle. */
    public ReleaseDetails show(AppName app, ReleaseNumber number) {
        return ReleaseDetails.read(host.query(Verb.of("show", app, "release", number.value())));
    }

    /** Goes back to {@code target}, or to the newest good release that differs from the live one. */
    public OperationResult rollback(
            AppName app,
            Optional<ReleaseNumber> target,
            boolean keepEnvironment,
            Handover handover,
            OperationListener listener) {
        String number = target.map(n -> String.valueOf(n.value())).orElse("-");
        Verb verb = keepEnvironment
                ? handover.verb("rollback", app, number, "keep-env")
                : handover.verb("rollback", app, number);
        return host.operate(verb, ValueTree.empty(), listener);
    }

    /** Deploys the source of {@code release}, else of the newest one, which must have failed, again, with the settings that it had. */
    public OperationResult retry(
            AppName app, Optional<ReleaseNumber> release, Handover handover, OperationListener listener) {
        String number = release.map(n -> String.valueOf(n.value())).orElse("-");
        ValueTree.Builder options = ValueTree.builder();
        options.putLines("options", handover.words());
        return host.operate(Verb.of("retry", app, number), options.build(), listener);
    }

    /**
     * Puts what is live of {@code source} live as {@code target}, without a build.
     *
     * @param creates whether {@code target} is made where there is no such app
     * @param waits whether to wait in line where a deploy of it is at work
     */
    public OperationResult promote(
            AppName source,
            AppName target,
            boolean creates,
            boolean waits,
            Handover handover,
            OperationListener listener) {
        List<String> words = new ArrayList<>(handover.words());
        if (waits) {
            words.add("wait");
        }
        ValueTree.Builder options = ValueTree.builder();
        options.putLines("options", words);
        Verb verb = creates ? Verb.of("promote", target, source, "create") : Verb.of("promote", target, source);
        return host.operate(verb, options.build(), listener);
    }

    /**
     * Makes the app {@code target} as a clone of {@code source}, and puts what is live of that live.
     *
     * @param data whether its services and volumes get a copy of the data
     * @param secrets whether it gets secrets, too
     */
    public OperationResult copy(
            AppName source,
            AppName target,
            boolean data,
            boolean secrets,
            Handover handover,
            OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of(target, source));
        if (data) {
            words.add("data");
        }
        if (secrets) {
            words.add("env");
        }
        ValueTree.Builder options = ValueTree.builder();
        options.putLines("options", handover.words());
        return host.operate(Verb.of("clone", words.toArray()), options.build(), listener);
    }

    /** The build log of a release. */
    public String log(AppName app, ReleaseNumber number) {
        return host.query(Verb.of("log", app, number.value())).text("log").orElse("");
    }
}
