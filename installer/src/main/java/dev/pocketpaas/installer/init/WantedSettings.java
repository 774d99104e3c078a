package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.host.setting.HostSetting;
import dev.pocketpaas.core.host.setting.HostSettings;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the files below {@code host/} shall hold (docs/protocol.md). A setting that the host has and this program does not know stays as it is. */
final class WantedSettings {
    private WantedSettings() {}

    /** Name and content of each file that has to be there. What the user leaves out keeps what is there. */
    static SortedMap<String, String> of(HostFacts facts, Wanted wanted) {
        SortedMap<String, String> files = new TreeMap<>();
        for (HostSetting<?> setting : HostSettings.ALL) {
            content(setting, facts, wanted).ifPresent(text -> files.put(setting.name(), text));
        }
        return files;
    }

    /** What the file of {@code setting} shall hold; the empty text as good as no file; nothing where it is left alone. */
    private static Optional<String> content(HostSetting<?> setting, HostFacts facts, Wanted wanted) {
        if (setting == HostSettings.ADDRESS) {
            return Optional.of(wanted.address());
        }
        String earlier = facts.value("host/" + setting.name());
        Optional<String> given = wanted.options().given(setting);
        if (given.isPresent() && given.get().isEmpty()) {
            return initial(setting, facts, wanted).or(() -> given.filter(none -> !earlier.isEmpty()));
        }
        if (given.isPresent() || !setting.isKept()) {
            return given;
        }
        return earlier.isEmpty() ? initial(setting, facts, wanted) : Optional.of(earlier);
    }

    /** What a new host gets. */
    private static Optional<String> initial(HostSetting<?> setting, HostFacts facts, Wanted wanted) {
        if (setting == HostSettings.NAME) {
            return Optional.of(name(facts.value("hostname")));
        }
        return setting == HostSettings.DOMAIN ? Optional.of(defaultDomain(wanted.address())) : setting.initial();
    }

    /** Whether the host gets certificates by itself. */
    static boolean asksAnAuthority(HostFacts facts, Wanted wanted) {
        return !HostSettings.NO_ACME.equals(of(facts, wanted).get(HostSettings.ACME_DIRECTORY.name()));
    }

    /** The name that sslip.io resolves to {@code address}: dashes stand for dots and colons. */
    static String defaultDomain(String address) {
        String bare = address.replaceAll("%.*", "").replaceAll("^\\[|]$", "");
        if (!bare.matches("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")) {
            return bare;
        }
        return bare.replace('.', '-').replace(':', '-') + ".sslip.io";
    }

    /** A machine's name as a host's. */
    static String name(String hostname) {
        String valid = hostname.toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9.-]", "-")
                .replaceAll("^[.-]+|(?<=^.{63}).*|[.-]+$", "");
        return valid.isEmpty() ? "host" : valid;
    }
}
