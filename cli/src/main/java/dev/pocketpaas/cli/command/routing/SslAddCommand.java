package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.GivenInput;
import dev.pocketpaas.core.certificate.CertificateChain;
import dev.pocketpaas.core.certificate.CertificateCheck;
import dev.pocketpaas.core.certificate.CertificateProbe;
import dev.pocketpaas.core.certificate.PublicAuthorities;
import dev.pocketpaas.core.certificate.ServerKey;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.routing.Certificates;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas ssl add}. */
@Command(
        name = "add",
        description = "Add your own certificate; without --cert, request one now.",
        footer = {
            "",
            "The certificate is checked here, tested on the host, and then fetched from here. If visitors "
                    + "would not get it, the old one comes back.",
            "FILE can be \"-\" for standard input, with certificate and key in one."
        })
public final class SslAddCommand implements Callable<Integer> {
    private static final Duration LOOK = Duration.ofSeconds(10);

    private final CommandContext context;

    @Parameters(
            paramLabel = "DOMAIN",
            arity = "0..1",
            description = "The domain (default: all that the certificate covers).")
    private @Nullable String domain;

    @Option(names = "--cert", paramLabel = "FILE", description = "The certificate chain (PEM, fullchain).")
    private @Nullable String certificate;

    @Option(names = "--key", paramLabel = "FILE", description = "Its private key in PEM (default: in the --cert file).")
    private @Nullable String key;

    @Option(names = "--no-probe", description = "Do not check from here that the certificate is served.")
    private boolean noProbe;

    /** Acts through {@code context}. */
    public SslAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Optional<Domain> only = Optional.ofNullable(domain).map(Domain::parse);
        if (certificate == null) {
            return automatic(app, only);
        }
        return own(app, only, certificate);
    }

    private int automatic(AppName app, Optional<Domain> only) {
        if (key != null) {
            throw PocketException.usage("--key needs --cert", "pass --cert, too");
        }
        return context.operate(
                "change of certificates",
                app + " is served over HTTPS",
                (host, listener) ->
                        new Certificates(host).automatic(app, only.stream().toList(), listener));
    }

    private int own(AppName app, Optional<Domain> only, String certificate) {
        GivenInput input = new GivenInput(certificate);
        GivenInput keyInput = key == null ? input : new GivenInput(key);
        byte[] file = input.bytes(context.environment());
        CertificateChain chain = CertificateChain.read(file, input.shown());
        ServerKey serverKey = ServerKey.read(
                keyInput.equals(input) ? file : keyInput.bytes(context.environment()),
                keyInput.shown(),
                (name, attempt) -> context.prompts()
                        .secret((attempt == 1 ? "" : "Wrong passphrase. ") + "Passphrase of the key in " + name
                                + ": "));
        CertificateCheck check = new CertificateCheck(
                PublicAuthorities.load(), context.environment().clock().instant());
        Optional<CertificateProbe> probe = noProbe ? Optional.empty() : Optional.of(new CertificateProbe(LOOK));
        return context.operate(
                "change of certificates",
                app + " is served with the certificate of " + chain.issuer() + " until "
                        + chain.notAfter().toString().substring(0, 10),
                (host, listener) -> new Certificates(host).add(app, only, chain, serverKey, check, probe, listener));
    }
}
