package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.rules.HostDefaults;
import dev.pocketpaas.installer.init.InitOptions.Buildpack;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The settings of a host, as the files below {@code host/} (docs/protocol.md). */
final class HostSettings {
    private static final String STACK = "heroku/heroku:24";
    private static final String OFFICIAL =
            OfficialBuildpacks.LIST.stream().map(Buildpack::toString).collect(Collectors.joining("\n"));
    private static final String LETS_ENCRYPT = "https://acme-v02.api.letsencrypt.org/directory";

    private HostSettings() {}

    /** Name and content of each. What the user leaves out keeps what is there. */
    static SortedMap<String, String> of(HostFacts facts, Wanted wanted) {
        InitOptions options = wanted.options();
        SortedMap<String, String> settings = new TreeMap<>();
        settings.put("address", wanted.address());
        choose(settings, facts, "name", options.name(), name(facts.value("hostname")));
        choose(settings, facts, "domain", options.domain(), defaultDomain(wanted.address()));
        choose(settings, facts, "public-port", text(options.publicPort()), "80");
        choose(
                settings,
                facts,
                InitOptions.ACME_DIRECTORY,
                options.settings().get(InitOptions.ACME_DIRECTORY),
                LETS_ENCRYPT);
        choose(settings, facts, "stack", options.stack(), STACK);
        choose(settings, facts, "build-image", options.buildImage(), STACK + "-build");
        choose(settings, facts, "subnets", options.subnets(), HostDefaults.SUBNETS);
        choose(settings, facts, InitOptions.METADATA, options.settings().get(InitOptions.METADATA), "closed");
        choose(settings, facts, "buildpacks", lines(options.buildpacks()), OFFICIAL);
        putGiven(settings, "ca-certificates.pem", options.caCertificates());
        putGiven(settings, "proxy", options.proxy());
        for (Map.Entry<String, String> more : options.settings().entrySet()) {
            settings.putIfAbsent(more.getKey(), more.getValue());
        }
        return settings;
    }

    /** Whether the host gets certificates by itself. */
    static boolean asksAnAuthority(HostFacts facts, Wanted wanted) {
        return !InitOptions.NO_ACME.equals(of(facts, wanted).get(InitOptions.ACME_DIRECTORY));
    }

    /** The name that sslip.io resolves to {@code address}: dashes stand for dots and colons. */
    static String defaultDomain(String address) {
        String bare = address.replaceAll("%.*", "").replaceAll("^\\[|]$", "");
        if (!bare.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
            return bare;
        }
        return bare.replace('.', '-').replace(':', '-') + ".sslip.io";
    }

    private static void putGiven(SortedMap<String, String> settings, String name, @Nullable String value) {
        if (value != null) {
            settings.put(name, value);
        }
    }

    private static void choose(
            SortedMap<String, String> settings,
            HostFacts facts,
            String name,
            @Nullable String given,
            String otherwise) {
        String earlier = facts.value("host/" + name);
        settings.put(name, given != null ? given : earlier.isEmpty() ? otherwise : earlier);
    }

    private static @Nullable String text(@Nullable Integer number) {
        return number == null ? null : number.toString();
    }

    private static @Nullable String lines(@Nullable List<Buildpack> buildpacks) {
        return buildpacks == null
                ? null
                : buildpacks.stream().map(Buildpack::toString).collect(Collectors.joining("\n"));
    }

    /** A machine's name as a host's. */
    static String name(String hostname) {
        String valid = hostname.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9.-]", "-")
                .replaceAll("^[.-]+|(?<=^.{63}).*|[.-]+$", "");
        return valid.isEmpty() ? "host" : valid;
    }
}
