package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.host.setting.HostSetting;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.host.setting.NotifyTarget;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** The steps of setting up a host, in their order. */
final class Steps {
    private static final long SMALL_MEMORY = 1900;
    private static final long ROOM_FOR_SWAP = 8 * 1024;

    private static final List<String> DIRECTORIES = List.of(
            "711 root root /var/lib/pocketpaas",
            "755 root root /var/lib/pocketpaas/host",
            "755 root root /var/lib/pocketpaas/home",
            "755 root root /var/lib/pocketpaas/home/.ssh",
            "700 root root /var/lib/pocketpaas/keys",
            "711 root root /var/lib/pocketpaas/buildpacks",
            "700 root root /var/lib/pocketpaas/work",
            "711 root root /var/lib/pocketpaas/apps",
            "750 root root /var/log/pocketpaas",
            "755 root root /etc/pocketpaas",
            "755 root root /etc/nginx/pocketpaas");

    /** The builder's cache would grow for ever: old engines throw nothing away unless told to. */
    private static final String DAEMON = """
            {
              "live-restore": true,
              "builder": { "gc": { "enabled": true } }
            }
            """;

    /** From 29 on a new engine keeps every image twice, unless told otherwise. */
    private static final String DAEMON_29 = """
            {
              "live-restore": true,
              "builder": { "gc": { "enabled": true } },
              "features": { "containerd-snapshotter": false }
            }
            """;

    private Steps() {}

    /** All steps. */
    static List<Step> all() {
        return List.of(
                step("cloud-init", Steps::cloudInit, Steps::nothing),
                step("packages", Steps::packages, Steps::describePackages),
                step("swap", Steps::swap, Steps::nothing),
                step("user", Steps::user, Steps::nothing),
                step("directories", Steps::directories, (f, w, v) -> v.putLines("directories", DIRECTORIES)),
                step(
                        "programs",
                        Steps::programs,
                        (f, w, v) -> v.put("programs", w.programs().hash())),
                step("files", Steps::files, Steps::describeFiles),
                step("docker", Steps::docker, Steps::nothing),
                step("settings", Steps::settings, Steps::describeSettings),
                step("nginx", Steps::nginx, Steps::describeNginx),
                step("firewall", Steps::firewall, Steps::nothing),
                step("key", Steps::key, Steps::describeKey),
                step("notify", Steps::testMessage, Steps::nothing),
                step("stack", Steps::stack, Steps::nothing));
    }

    private static Optional<String> cloudInit(HostFacts facts, Wanted wanted) {
        return when(facts.value("cloud-init").equals("running"), "wait for cloud-init to finish");
    }

    private static Optional<String> packages(HostFacts facts, Wanted wanted) {
        List<String> missing = missingPackages(facts, wanted);
        missing.addAll(missingOptional(facts));
        return when(!missing.isEmpty(), "install " + String.join(" ", missing));
    }

    private static void describePackages(HostFacts facts, Wanted wanted, ValueTree.Builder values) {
        values.putLines("packages", missingPackages(facts, wanted));
        if (ownsEngine(facts)) {
            values.put("optional", "docker-cli");
        }
        values.put("daemon.json", DAEMON);
        values.put("daemon-29.json", DAEMON_29);
    }

    /** Whether the engine is the distribution's, there already or to be installed by us. */
    private static boolean ownsEngine(HostFacts facts) {
        return !facts.hasEngine() || facts.lists("packages/installed", "docker.io");
    }

    private static List<String> missingPackages(HostFacts facts, Wanted host) {
        List<String> wanted = new ArrayList<>();
        if (ownsEngine(facts)) {
            wanted.addAll(List.of("docker.io", "iptables"));
            if (facts.value("apparmor").equals("Y")) {
                // Where the kernel enforces profiles the engine cannot start a container without the tools.
                wanted.add("apparmor");
            }
        }
        wanted.addAll(List.of(
                "nginx",
                "git",
                "curl",
                "ca-certificates",
                "sudo",
                "iproute2",
                "logrotate",
                "unattended-upgrades",
                "python3"));
        if (WantedSettings.asksAnAuthority(facts, host)) {
            wanted.add("certbot");
        }
        wanted.removeIf(name -> facts.lists("packages/installed", name));
        return wanted;
    }

    private static List<String> missingOptional(HostFacts facts) {
        List<String> wanted = new ArrayList<>(List.of("docker-cli"));
        wanted.removeIf(name -> !ownsEngine(facts)
                || !facts.lists("packages/available", name)
                || facts.lists("packages/installed", name));
        return wanted;
    }

    private static Optional<String> swap(HostFacts facts, Wanted wanted) {
        return when(needsSwap(facts) && !facts.container(), "a swap file of 2 GB, because there is little memory");
    }

    /** Whether the memory is small, nothing backs it, and there is room. */
    static boolean needsSwap(HostFacts facts) {
        return facts.memoryMegabytes() < SMALL_MEMORY
                && facts.swapMegabytes() == 0
                && facts.diskMegabytes() > ROOM_FOR_SWAP;
    }

    private static Optional<String> user(HostFacts facts, Wanted wanted) {
        return when(
                !facts.value("account").equals("/var/lib/pocketpaas/home:/bin/bash"), "the user pocketpaas, for git");
    }

    private static Optional<String> directories(HostFacts facts, Wanted wanted) {
        return when(DIRECTORIES.stream().anyMatch(line -> !facts.lists("directories", line)), "/var/lib/pocketpaas");
    }

    private static Optional<String> programs(HostFacts facts, Wanted wanted) {
        return when(
                !facts.value("programs").equals(wanted.programs().hash()),
                "host programs " + wanted.programs().hash().substring(0, 12));
    }

    private static Optional<String> files(HostFacts facts, Wanted wanted) {
        List<String> differing = ManagedFile.ALL.stream()
                .filter(file -> !facts.value(file.fact()).equals(digest(file.content())))
                .map(ManagedFile::path)
                .toList();
        if (!differing.isEmpty()) {
            return Optional.of(String.join(" ", differing));
        }
        return when(
                !facts.value("units").equals("enabled"),
                "enable pocketpaas-boot.service, pocketpaas-certificates.timer and pocketpaas-notices.timer");
    }

    private static void describeFiles(HostFacts facts, Wanted wanted, ValueTree.Builder values) {
        for (int i = 0; i < ManagedFile.ALL.size(); i++) {
            ManagedFile file = ManagedFile.ALL.get(i);
            values.put("files/" + i + "/path", file.path());
            values.put("files/" + i + "/mode", file.mode());
            values.put("files/" + i + "/content", file.content());
        }
    }

    private static Optional<String> docker(HostFacts facts, Wanted wanted) {
        boolean starts = List.of("enabled", "static", "indirect").contains(facts.value("docker/enabled"));
        return when(facts.value("docker/version").isEmpty() || !starts, "start Docker now and at boot");
    }

    private static Optional<String> settings(HostFacts facts, Wanted wanted) {
        Map<String, String> files = WantedSettings.of(facts, wanted);
        List<String> differing = HostSettings.ALL.stream()
                .filter(setting -> files.containsKey(setting.name()))
                .filter(setting -> !facts.under("host")
                        .text(setting.name())
                        .equals(Optional.of(known(setting, files.get(setting.name())))))
                .map(HostSetting::name)
                .sorted()
                .toList();
        if (!differing.isEmpty()) {
            return Optional.of(String.join(", ", differing));
        }
        return when(facts.value("protocol").isEmpty(), "protocol");
    }

    /** How a host that has {@code value} says so. */
    private static String known(HostSetting<?> setting, String value) {
        return setting.isSecret() ? digest(value) : stripped(value);
    }

    /** The facts come through a shell's substitution, which drops final newlines. */
    private static String stripped(String value) {
        return value.replaceAll("\n+$", "");
    }

    private static void describeSettings(HostFacts facts, Wanted wanted, ValueTree.Builder values) {
        WantedSettings.of(facts, wanted)
                .forEach(
                        (name, value) -> values.put((isSecret(name) ? "secret-settings/" : "settings/") + name, value));
    }

    private static boolean isSecret(String name) {
        return HostSettings.find(name).filter(HostSetting::isSecret).isPresent();
    }

    private static Optional<String> nginx(HostFacts facts, Wanted wanted) {
        String variant = facts.value("nginx/variant");
        boolean asWanted = NginxBase.text(variant)
                .map(text ->
                        facts.value("files/etc_nginx_conf.d_pocketpaas.conf").equals(digest(text)))
                .orElse(false);
        boolean runs = facts.value("nginx/enabled").equals("enabled")
                && facts.value("nginx/active").equals("active");
        String stock = facts.value("nginx/stock").equals("unmodified") ? ", default site disabled" : "";
        return when(!asWanted || !runs || !stock.isEmpty(), "base configuration" + stock);
    }

    private static void describeNginx(HostFacts facts, Wanted wanted, ValueTree.Builder values) {
        NginxBase.variants().forEach((variant, text) -> values.put("nginx/" + variant, text));
    }

    private static Optional<String> firewall(HostFacts facts, Wanted wanted) {
        String state = facts.value("firewall");
        return when(state.endsWith(" closed"), "open ports 80 and 443 in " + state.replace(" closed", ""));
    }

    private static Optional<String> key(HostFacts facts, Wanted wanted) {
        return when(
                keyOnHost(facts, wanted.publicKey()).isEmpty(),
                "your key as an admin key: " + freeKeyName(facts, wanted));
    }

    /** The name of {@code publicKey} on the host. */
    static Optional<String> keyOnHost(HostFacts facts, String publicKey) {
        return facts.lines("keys").stream()
                .filter(line -> line.endsWith("\t" + publicKey))
                .map(line -> line.substring(0, line.indexOf('\t')))
                .findFirst();
    }

    /** The name that the key gets, which no other key on the host has. */
    static String freeKeyName(HostFacts facts, Wanted wanted) {
        List<String> taken = facts.lines("keys").stream()
                .map(line -> line.substring(0, Math.max(0, line.indexOf('\t'))))
                .toList();
        String name = wanted.keyName().value();
        int number = 2;
        while (taken.contains(name)) {
            name = wanted.keyName().value() + "-" + number;
            number++;
        }
        return name;
    }

    private static Optional<String> testMessage(HostFacts facts, Wanted wanted) {
        return wanted.options()
                .given(HostSettings.NOTIFY)
                .filter(text -> !text.isEmpty())
                .map(NotifyTarget::of)
                .filter(target -> !target.isOff())
                .map(target -> "send a test message to " + target.shown());
    }

    private static void describeKey(HostFacts facts, Wanted wanted, ValueTree.Builder values) {
        values.put("key/name", freeKeyName(facts, wanted));
        values.put("key/public", wanted.publicKey());
    }

    private static Optional<String> stack(HostFacts facts, Wanted wanted) {
        Map<String, String> settings = WantedSettings.of(facts, wanted);
        String stack = settings.getOrDefault(HostSettings.STACK.name(), "");
        String buildImage = settings.getOrDefault(HostSettings.BUILD_IMAGE.name(), "");
        boolean there = facts.value("host/stack").equals(stack)
                && facts.value("host/build-image").equals(buildImage)
                && facts.value("docker/stack").equals("present")
                && facts.value("docker/build-image").equals("present");
        return when(
                wanted.options().pullStack() && !there, "fetch " + stack + " and " + buildImage + " in the background");
    }

    static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void nothing(HostFacts facts, Wanted wanted, ValueTree.Builder values) {}

    private static Optional<String> when(boolean needed, String what) {
        return needed ? Optional.of(what) : Optional.empty();
    }

    private static Step step(String name, BiFunction<HostFacts, Wanted, Optional<String>> check, Description data) {
        return new Step() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Optional<String> check(HostFacts facts, Wanted wanted) {
                return check.apply(facts, wanted);
            }

            @Override
            public void describe(HostFacts facts, Wanted wanted, ValueTree.Builder values) {
                data.add(facts, wanted, values);
            }
        };
    }

    /** Adds what a step needs on the host. */
    private interface Description {
        void add(HostFacts facts, Wanted wanted, ValueTree.Builder values);
    }
}
