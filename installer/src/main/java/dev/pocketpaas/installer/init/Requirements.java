package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.ProgramVersion;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a machine must be and have before anything is changed on it. */
final class Requirements {
    private static final Map<String, Set<String>> SYSTEMS =
            Map.of("debian", Set.of("12", "13"), "ubuntu", Set.of("24.04", "26.04"));
    private static final Set<String> ARCHITECTURES = Set.of("amd64", "arm64");
    private static final long LEAST_MEMORY = 400;
    private static final long LEAST_DISK = 5 * 1024;

    private Requirements() {}

    /** Refuses with every reason at once. */
    static void check(HostFacts facts, ProgramVersion ours) {
        List<String> reasons = reasons(facts, ours);
        if (reasons.isEmpty()) {
            return;
        }
        throw new PocketException(
                ExitCode.REFUSED,
                reasons.size() == 1 ? reasons.get(0) : "this machine cannot become a host; nothing was changed",
                reasons.size() == 1 ? List.of("nothing was changed") : reasons,
                cure(facts, ours),
                null);
    }

    /** Why {@code facts} do not suffice; none when they do. */
    static List<String> reasons(HostFacts facts, ProgramVersion ours) {
        List<String> reasons = new ArrayList<>();
        if (!SYSTEMS.getOrDefault(facts.distribution(), Set.of()).contains(facts.version())) {
            String name = facts.systemName().isEmpty() ? "an unknown system" : facts.systemName();
            reasons.add("it runs " + name + "; supported are Debian 12 and 13, Ubuntu 24.04 and 26.04");
        }
        if (!ARCHITECTURES.contains(facts.architecture())) {
            reasons.add("its processor is " + facts.architecture() + "; supported are amd64 and arm64");
        }
        if (!facts.systemd()) {
            reasons.add("it does not run systemd");
        }
        if (!facts.root()) {
            reasons.add("the login \"" + facts.user() + "\" is not root and cannot use sudo without a password");
        }
        for (int port : new int[] {80, 443}) {
            facts.listener(port)
                    .filter(program -> !program.equals("nginx"))
                    .ifPresent(program -> reasons.add("port " + port + " is used by " + program));
        }
        if (facts.memoryMegabytes() < LEAST_MEMORY) {
            reasons.add("it has " + facts.memoryMegabytes() + " MB of memory; it needs " + LEAST_MEMORY + " MB");
        }
        // Once a host is set up its disk is the apps' matter.
        if (facts.diskMegabytes() < LEAST_DISK && facts.value("protocol").isEmpty()) {
            reasons.add("it has " + facts.diskMegabytes() + " MB of free disk space; it needs " + LEAST_DISK + " MB");
        }
        String protocol = facts.value("protocol");
        if (protocol.matches("[0-9]{1,6}") && Integer.parseInt(protocol) > Verb.PROTOCOL) {
            reasons.add("it was set up by a newer pocketpaas (protocol " + protocol + ", this program uses "
                    + Verb.PROTOCOL + ")");
        }
        ProgramVersion theirs = programs(facts);
        if (theirs.compareTo(ours) > 0) {
            reasons.add("it was set up by a newer pocketpaas (version " + theirs + ", this is " + ours + ")");
        }
        return reasons;
    }

    private static ProgramVersion programs(HostFacts facts) {
        return new ProgramVersion(facts.value("version"));
    }

    private static String cure(HostFacts facts, ProgramVersion ours) {
        if (!facts.root()) {
            return "log in as root (pocketpaas init host root@…), or allow this user sudo without a password";
        }
        if (facts.listener(80)
                .or(() -> facts.listener(443))
                .filter(p -> !p.equals("nginx"))
                .isPresent()) {
            return "stop and disable the program that uses the port; nginx needs it";
        }
        if (programs(facts).compareTo(ours) > 0) {
            return "use that version or a newer one on this machine, too";
        }
        return "fix the problems, or choose another machine, and run this again";
    }
}
