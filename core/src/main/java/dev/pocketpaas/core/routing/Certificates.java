package dev.pocketpaas.core.routing;

import dev.pocketpaas.core.certificate.CertificateChain;
import dev.pocketpaas.core.certificate.CertificateCheck;
import dev.pocketpaas.core.certificate.CertificateProbe;
import dev.pocketpaas.core.certificate.ServerCertificate;
import dev.pocketpaas.core.certificate.ServerKey;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The certificates of an app's domains. */
public final class Certificates {
    private final HostClient host;

    /** Certificates on {@code host}. */
    public Certificates(HostClient host) {
        this.host = host;
    }

    /**
     * A domain and the certificate it is served with.
     *
     * @param domain the domain
     * @param issuer who issued it; empty where it has none
     * @param notAfter until when it is valid; nothing where it has none
     * @param source {@code own} (brought by a command), {@code automatic}, or empty where it has none and will have none
     * @param names the names that it is for
     * @param serial its serial number, hexadecimal
     * @param answers whether the app answers to the domain
     * @param problem what keeps it from having an automatic one, or from renewing it; empty without any
     * @param nextTry when the host tries again; nothing without a problem
     */
    public record Entry(
            String domain,
            String issuer,
            Optional<Instant> notAfter,
            String source,
            List<String> names,
            String serial,
            boolean answers,
            String problem,
            Optional<Instant> nextTry) {}

    /** Every domain of {@code app}, with and without a certificate, and certificates of domains that were removed. */
    public List<Entry> list(AppName app) {
        ValueTree answer = ask(app);
        List<String> domains = answer.lines("domains");
        List<Entry> entries = new ArrayList<>();
        for (String domain : domains) {
            entries.add(entry(domain, answer, directory(domain), true));
        }
        for (String directory : answer.children("certificate")) {
            ValueTree certificate = answer.under("certificate/" + directory);
            String domain = certificate.text("domain").orElse("");
            if (!domains.contains(domain)) {
                entries.add(entry(domain, answer, directory, false));
            }
        }
        return entries;
    }

    private static Entry entry(String domain, ValueTree answer, String directory, boolean answers) {
        ValueTree certificate = answer.under("certificate/" + directory);
        ValueTree waiting = answer.under("waiting/" + directory);
        String otherwise = answer.lines("automatic").contains(domain) ? "automatic" : "";
        return new Entry(
                domain,
                certificate.text("info/issuer").orElse(""),
                certificate.text("info/not-after").map(Certificates::instant),
                certificate.text("info/source").orElse(otherwise),
                certificate.lines("info/names"),
                certificate.text("info/serial").orElse(""),
                answers,
                waiting.text("error").orElse(""),
                waiting.text("next").map(Certificates::instant));
    }

    private static Instant instant(String seconds) {
        return Instant.ofEpochSecond(Long.parseLong(seconds));
    }

    /** Lets the host ask its authority for a certificate of each of {@code domains} now; of all the app's public ones where none is named. */
    public OperationResult automatic(AppName app, List<Domain> domains, OperationListener listener) {
        ValueTree input = ValueTree.builder()
                .putLines("domains", domains.stream().map(Domain::value).toList())
                .build();
        return host.operate(Verb.of("ssl", app, "automatic"), input, listener);
    }

    /**
     * Puts a certificate in use, once it has passed every check, and looks at it as a visitor would: where the visitor sees another one, what
     * was there before comes back.
     *
     * @param domain the one domain that it is for, or nothing for all of the app's that it covers
     * @param probe what looks, or nothing where nobody shall
     */
    public OperationResult add(
            AppName app,
            Optional<Domain> domain,
            CertificateChain chain,
            ServerKey key,
            CertificateCheck check,
            Optional<CertificateProbe> probe,
            OperationListener listener) {
        ValueTree state = ask(app);
        ServerCertificate certificate =
                check.check(chain, key, app.value(), domain.map(Domain::value), state.lines("domains"));
        certificate.warnings().forEach(warning -> listener.on(new OperationEvent.Warning(warning)));
        OperationResult result = host.operate(Verb.of("ssl", app, "add"), input(certificate), listener);
        if (probe.isPresent() && !result.facts("url").isEmpty()) {
            look(app, certificate, probe.get(), port(state), listener);
        }
        return result;
    }

    /** Takes the certificates of {@code domains} away: plain HTTP again. */
    public OperationResult remove(AppName app, List<Domain> domains, OperationListener listener) {
        ValueTree input = ValueTree.builder()
                .putLines("domains", domains.stream().map(Domain::value).toList())
                .build();
        return host.operate(Verb.of("ssl", app, "remove"), input, listener);
    }

    private ValueTree ask(AppName app) {
        return host.query(Verb.of("show", app, "ssl"));
    }

    private static int port(ValueTree state) {
        return state.text("host/public-https-port")
                .filter(text -> text.matches("[0-9]{1,5}"))
                .map(Integer::parseInt)
                .orElse(443);
    }

    private static ValueTree input(ServerCertificate certificate) {
        CertificateChain chain = certificate.chain();
        return ValueTree.builder()
                .putLines("domains", certificate.domains())
                .put("id", chain.id())
                .put("fullchain.pem", chain.pem())
                .put("key.pem", certificate.key().pem().revealText())
                .put("info/issuer", chain.issuer())
                .putLines("info/names", chain.names())
                .put("info/not-before", seconds(chain.leaf().getNotBefore().toInstant()))
                .put("info/not-after", seconds(chain.notAfter()))
                .put("info/serial", chain.serial())
                .put("info/source", "own")
                .build();
    }

    private static String seconds(Instant instant) {
        return Long.toString(instant.getEpochSecond());
    }

    private void look(
            AppName app, ServerCertificate certificate, CertificateProbe probe, int port, OperationListener listener) {
        listener.on(new OperationEvent.Step("probe", OperationEvent.Step.State.START, ""));
        // Not the name that was typed: it may be one that only ssh knows.
        String address = host.connection().peer();
        List<String> wrong = new ArrayList<>();
        List<String> seen = new ArrayList<>();
        for (String domain : certificate.domains()) {
            CertificateProbe.Seen look =
                    probe.look(address, port, domain, certificate.chain().leaf());
            (look.same() ? seen : wrong).add(look.text());
        }
        if (wrong.isEmpty()) {
            listener.on(new OperationEvent.Step("probe", OperationEvent.Step.State.DONE, seen.get(0)));
            return;
        }
        listener.on(new OperationEvent.Step("probe", OperationEvent.Step.State.FAIL, ""));
        ValueTree back = ValueTree.builder()
                .putLines("domains", certificate.domains())
                .put("id", certificate.chain().id())
                .build();
        host.operate(Verb.of("ssl", app, "revert"), back, listener);
        List<String> details = new ArrayList<>(wrong.subList(1, wrong.size()));
        details.add("the previous certificate is in use again");
        throw new PocketException(
                ExitCode.FAILED_OLD_SERVES,
                "the certificate is not what visitors see: " + wrong.get(0),
                details,
                "open port " + port + " in the provider's firewall; --no-probe skips this check",
                null);
    }

    /** The name of a domain's directory on the host: an asterisk is no character of a path. */
    private static String directory(String domain) {
        return domain.startsWith("*") ? "_" + domain.substring(1) : domain;
    }
}
