package dev.pocketpaas.core.routing;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Waits until the domains of an app lead to the host, or have certificates. */
public final class Waiting {
    private final Duration pause;
    private final LongSupplier nanoTime;

    /** Asks again after {@code pause}. */
    public Waiting(Duration pause, LongSupplier nanoTime) {
        this.pause = pause;
        this.nanoTime = nanoTime;
    }

    /**
     * Why each of {@code domains} that does not lead to the host does not, by the domain; empty where all do. The host fetches a page of its own through
     * each name.
     *
     * @param domains all of the app's where none is named
     * @throws PocketException refused, where one is not the app's
     */
    public static Map<String, String> domains(HostClient host, AppName app, List<Domain> domains) {
        List<String> wanted = wanted(
                new Domains(host).list(app).stream().map(Domains.Entry::name).toList(), app, domains);
        ValueTree answer = host.query(Verb.of("checkup", app));
        Map<String, String> left = new LinkedHashMap<>();
        wanted.forEach(
                domain -> left.put(domain, domain + " was not looked at: the app does not run, or nginx does not"));
        for (String number : answer.children("finding")) {
            ValueTree finding = answer.under("finding/" + number);
            String domain = finding.text("domain").orElse("");
            if (!left.containsKey(domain)) {
                continue;
            }
            if (finding.text("state").orElse("").equals("ok")) {
                left.remove(domain);
            } else {
                left.put(domain, finding.text("text").orElse(""));
            }
        }
        return left;
    }

    /** The same for certificates: why a domain has none that is valid. */
    public static Map<String, String> certificates(HostClient host, AppName app, List<Domain> domains) {
        List<Certificates.Entry> entries = new Certificates(host).list(app);
        List<String> wanted =
                wanted(entries.stream().map(Certificates.Entry::domain).toList(), app, domains);
        Map<String, String> left = new LinkedHashMap<>();
        for (Certificates.Entry entry : entries) {
            if (wanted.contains(entry.domain()) && entry.notAfter().isEmpty()) {
                String why = entry.problem().isEmpty() ? "" : ": " + entry.problem();
                left.put(entry.domain(), entry.domain() + " has no certificate yet" + why);
            }
        }
        return left;
    }

    private static List<String> wanted(List<String> known, AppName app, List<Domain> domains) {
        for (Domain domain : domains) {
            if (!known.contains(domain.value())) {
                throw PocketException.refused(
                        domain + " is not a domain of " + app, "pocketpaas domains add " + domain);
            }
        }
        return domains.isEmpty() ? known : domains.stream().map(Domain::value).toList();
    }

    /**
     * Asks until nothing is left, or the time is over.
     *
     * @param left what is still missing, a sentence for each thing
     * @param told hears a sentence when it is first given
     * @return what is missing at the end; empty where nothing is
     */
    public Map<String, String> until(Duration timeout, Supplier<Map<String, String>> left, Consumer<String> told) {
        long end = nanoTime.getAsLong() + timeout.toNanos();
        List<String> known = new ArrayList<>();
        while (true) {
            Map<String, String> missing = left.get();
            for (String sentence : missing.values()) {
                if (!known.contains(sentence)) {
                    known.add(sentence);
                    told.accept(sentence);
                }
            }
            long remaining = end - nanoTime.getAsLong();
            if (missing.isEmpty() || remaining <= 0) {
                return missing;
            }
            try {
                Thread.sleep(Math.min(
                        pause.toMillis(),
                        Math.max(1, Duration.ofNanos(remaining).toMillis())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return missing;
            }
        }
    }
}
