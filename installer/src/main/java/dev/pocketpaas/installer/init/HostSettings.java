package dev.pocketpaas.installer.init;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The settings of a host, as the files below {@code host/} (docs/protocol.md). */
final class HostSettings {
    private HostSettings() {}

    /** Name and content of each. What the user leaves out keeps what is there. */
    static SortedMap<String, String> of(HostFacts facts, Wanted wanted) {
        InitOptions options = wanted.options();
        SortedMap<String, String> settings = new TreeMap<>();
        settings.put("name", chosen(options.name(), facts.value("host/name"), facts.value("hostname")));
        settings.put("domain", chosen(options.domain(), facts.value("host/domain"), defaultDomain(wanted.address())));
        settings.put("public-port", Integer.toString(options.publicPort()));
        settings.put("address", wanted.address());
        settings.put("stack", options.stack());
        settings.put("build-image", options.buildImage());
        settings.put("subnets", options.subnets());
        settings.put(
                "buildpacks",
                String.join(
                        "\n",
                        options.buildpacks().stream()
                                .map(InitOptions.Buildpack::toString)
                                .toList()));
        putGiven(settings, "ca-certificates.pem", options.caCertificates());
        putGiven(settings, "proxy", options.proxy());
        for (Map.Entry<String, String> more : options.settings().entrySet()) {
            settings.putIfAbsent(more.getKey(), more.getValue());
        }
        return settings;
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

    private static String chosen(@Nullable String given, String earlier, String otherwise) {
        if (given != null) {
            return given;
        }
        return earlier.isEmpty() ? otherwise : earlier;
    }
}
