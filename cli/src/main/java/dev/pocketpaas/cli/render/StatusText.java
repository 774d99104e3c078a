package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.diagnosis.HostStatus;
import dev.pocketpaas.core.diagnosis.HostStatus.AppStatus;
import dev.pocketpaas.core.diagnosis.HostStatus.DomainCertificate;
import dev.pocketpaas.core.diagnosis.HostStatus.LastRelease;
import dev.pocketpaas.core.diagnosis.HostStatus.Machine;
import dev.pocketpaas.core.host.Notice;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows how a host and its apps are: a few lines and tables for people, one document for programs. */
final class StatusText {
    private final HostStatus status;
    private final Clock clock;
    private final HumanTime times;
    private final Style style;
    private final int columns;

    /**
     * @param status what is shown
     * @param clock what time it is
     * @param columns the width, 0 for no limit
     */
    StatusText(HostStatus status, Clock clock, Style style, int columns) {
        this.status = status;
        this.clock = clock;
        this.times = new HumanTime(clock);
        this.style = style;
        this.columns = columns;
    }

    /** The lines for a host with all of its apps. */
    List<String> ofHost() {
        List<String> lines = new ArrayList<>(machine());
        if (status.apps().isEmpty()) {
            services(lines);
            return lines;
        }
        Listing.Builder apps =
                Listing.of("app", "state", "release", "processes", "memory", "deployed", "certificate", "url");
        status.apps().forEach(app -> apps.row(row(app)));
        section(lines, apps.build());
        services(lines);
        List<String> troubles = new ArrayList<>();
        status.apps().forEach(app -> app.trouble().forEach(text -> troubles.add(app.name() + ": " + text)));
        status.services().stream()
                .filter(HostStatus.ServiceStatus::isWrong)
                .forEach(service -> troubles.add("service " + service.name() + ": " + shown(service)));
        status.apps().stream()
                .filter(app -> !app.busy().isEmpty())
                .forEach(app -> troubles.add(app.name() + ": " + app.busy()));
        if (!troubles.isEmpty()) {
            lines.add("");
            troubles.forEach(text -> lines.addAll(wrapped("! " + TerminalText.plain(text), 2)));
        }
        releases(lines, true);
        return lines;
    }

    /** The lines for one app. */
    List<String> ofApp() {
        List<String> lines = new ArrayList<>();
        for (AppStatus app : status.apps()) {
            field(lines, "App", app.name() + ", " + shownState(app));
            if (!app.previewOf().isEmpty()) {
                field(lines, "Preview of", app.previewOf() + ", until " + new HumanTime(clock).at(app.ends()));
            }
            app.live().ifPresent(release -> field(lines, "Release", release(release)));
            app.urls().forEach(url -> field(lines, "Address", url));
            if (!app.types().isEmpty() && !status.engineDown()) {
                field(lines, "Processes", processes(app) + used(app));
            }
            status.services().stream()
                    .filter(service -> service.apps().contains(app.name()))
                    .forEach(service -> field(lines, "Service", service.name() + ", " + shown(service)));
            app.certificates().forEach(one -> field(lines, "Certificate", one.domain() + ": " + certificate(one)));
            if (!app.busy().isEmpty()) {
                field(lines, "Now", app.busy());
            }
            app.trouble().forEach(text -> field(lines, "Problem", text));
        }
        lines.add("");
        lines.addAll(machine());
        releases(lines, false);
        return lines;
    }

    private void services(List<String> lines) {
        if (status.services().isEmpty()) {
            return;
        }
        Listing.Builder listing = Listing.of("service", "type", "version", "state", "apps");
        status.services()
                .forEach(service -> listing.row(
                        service.name(),
                        service.type(),
                        service.major(),
                        service.state(),
                        String.join(" ", service.apps())));
        section(lines, listing.build());
    }

    private static String shown(HostStatus.ServiceStatus service) {
        return service.state() + (service.problem().isEmpty() ? "" : ": " + service.problem());
    }

    private List<String> machine() {
        Machine machine = status.machine();
        List<String> lines = new ArrayList<>();
        String up = machine.uptime() > 0 ? ", up " + span(machine.uptime()) : "";
        field(lines, "Host", named(machine) + machine.system() + up);
        String docker = status.engineDown() ? style.red("Docker does not answer") : "Docker up";
        String nginx = status.nginx() ? "nginx up" : style.red("nginx down");
        field(lines, "Services", docker + ", " + nginx + ", host programs " + machine.version());
        field(lines, "Load", machine.load() + " on " + machine.cpus() + (machine.cpus() == 1 ? " CPU" : " CPUs"));
        String swap = machine.swap() > 0 ? ", " + bytes(machine.swapFree()) + " swap free" : "";
        field(lines, "Memory", bytes(machine.available()) + " of " + bytes(machine.memory()) + " available" + swap);
        machine.disks()
                .forEach(disk -> field(
                        lines,
                        "Disk",
                        bytes(disk.free()) + " of " + bytes(disk.size()) + " free (" + disk.percent() + " % used) in "
                                + disk.where()));
        return lines;
    }

    private static String named(Machine machine) {
        String name = machine.name().isEmpty() ? machine.domain() : machine.name();
        boolean address = !machine.address().isEmpty() && !machine.address().equals(name);
        return name + (address ? " (" + machine.address() + ")" : "") + (name.isEmpty() && !address ? "" : ", ");
    }

    private String[] row(AppStatus app) {
        return new String[] {
            app.name(),
            shownState(app),
            app.live().map(release -> "v" + release.number()).orElse(""),
            status.engineDown() ? "" : processes(app),
            Bytes.text(app.memory()),
            app.live().map(release -> times.of(release.when())).orElse(""),
            soonest(app).map(this::certificate).orElse(""),
            app.urls().isEmpty() ? "" : app.urls().get(0)
        };
    }

    private static String shownState(AppStatus app) {
        return app.state()
                + (app.maintenance() ? ", maintenance" : "")
                + (app.previewOf().isEmpty() ? "" : ", preview");
    }

    private static String processes(AppStatus app) {
        List<String> counts = new ArrayList<>();
        app.types().forEach(type -> counts.add(type.name() + " " + type.counts()));
        return String.join(", ", counts);
    }

    private static String used(AppStatus app) {
        String restarts = app.restarts().isEmpty() || app.restarts().equals("0") ? "" : ", restarts: " + app.restarts();
        return (app.memory().isEmpty() ? "" : ", " + Bytes.text(app.memory()) + " of memory") + restarts;
    }

    private String release(LastRelease release) {
        String commit = release.commit().isEmpty()
                ? ""
                : " ("
                        + release.commit()
                                .substring(0, Math.min(7, release.commit().length()))
                        + (release.subject().isEmpty() ? "" : " " + release.subject()) + ")";
        return "v" + release.number() + commit + ", " + release.kind() + " by " + release.who() + ", "
                + times.of(release.when());
    }

    /** The certificate that needs somebody first: one that is missing, else the one that expires first. */
    private static Optional<DomainCertificate> soonest(AppStatus app) {
        return app.certificates().stream()
                .min(Comparator.comparing(one -> one.notAfter().orElse(Instant.MIN)));
    }

    private String certificate(DomainCertificate one) {
        if (one.notAfter().isEmpty()) {
            return one.problem().isEmpty() ? "not yet" : "none: " + one.problem();
        }
        Duration left = Duration.between(clock.instant(), one.notAfter().get());
        if (left.isNegative()) {
            return "expired";
        }
        return left.toDays() + " days left" + (one.problem().isEmpty() ? "" : ", not renewed: " + one.problem());
    }

    private void releases(List<String> lines, boolean withApp) {
        if (status.last().isEmpty()) {
            return;
        }
        Listing.Builder listing = Listing.of("when", "app", "release", "status", "change", "who", "failure");
        status.last()
                .forEach(release -> listing.row(
                        times.of(release.when()),
                        withApp ? release.app() : "",
                        "v" + release.number(),
                        release.status(),
                        changed(release),
                        release.who(),
                        release.failure()));
        section(lines, listing.build());
    }

    private static String changed(LastRelease release) {
        return release.change().isEmpty() ? release.kind() : release.kind() + ": " + release.change();
    }

    private void section(List<String> lines, Listing listing) {
        lines.add("");
        lines.addAll(listing.lines(style, columns));
    }

    private void field(List<String> lines, String label, String text) {
        String head = String.format("%-13s", label);
        boolean first = true;
        for (String line : wrapped(head + (text.indexOf('\u001b') >= 0 ? text : TerminalText.plain(text)), 13)) {
            lines.add(first && line.startsWith(head) ? style.dim(head) + line.substring(head.length()) : line);
            first = false;
        }
    }

    private List<String> wrapped(String text, int indent) {
        return Paragraph.lines(text, columns, indent);
    }

    private static String bytes(long amount) {
        return Bytes.text(Long.toString(amount));
    }

    /** {@code 3 days}, {@code 5 h}, {@code 12 min}. */
    private static String span(long seconds) {
        if (seconds >= 2 * 86_400) {
            return seconds / 86_400 + " days";
        }
        return seconds >= 7_200 ? seconds / 3_600 + " h" : seconds / 60 + " min";
    }

    /** All of it, for programs. */
    Map<String, Object> document(List<Notice> notices) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("host", host());
        document.put("apps", status.apps().stream().map(StatusText::app).toList());
        document.put(
                "services", status.services().stream().map(StatusText::service).toList());
        document.put("releases", status.last().stream().map(StatusText::of).toList());
        List<Map<String, Object>> told = new ArrayList<>();
        for (Notice notice : notices) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("kind", notice.kind());
            one.put("app", notice.app());
            one.put("text", notice.text());
            one.put("hint", notice.hint());
            told.add(one);
        }
        document.put("notices", told);
        return document;
    }

    private Map<String, Object> host() {
        Machine machine = status.machine();
        Map<String, Object> host = new LinkedHashMap<>();
        host.put("name", machine.name());
        host.put("domain", machine.domain());
        host.put("address", machine.address());
        host.put("version", machine.version());
        host.put("system", machine.system());
        host.put("kernel", machine.kernel());
        host.put("uptime_seconds", machine.uptime());
        host.put("load", machine.load());
        host.put("cpus", machine.cpus());
        host.put("key", status.key());
        host.put("role", status.role());
        host.put("docker", status.engineDown() ? "down" : "up");
        if (status.engineDown()) {
            host.put("docker_problem", status.engineWhy());
        }
        host.put("nginx", status.nginx() ? "up" : "down");
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("total", machine.memory());
        memory.put("available", machine.available());
        memory.put("swap", machine.swap());
        memory.put("swap_free", machine.swapFree());
        host.put("memory", memory);
        List<Map<String, Object>> disks = new ArrayList<>();
        for (HostStatus.Disk disk : machine.disks()) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("where", disk.where());
            one.put("size", disk.size());
            one.put("free", disk.free());
            one.put("percent_used", disk.percent());
            disks.add(one);
        }
        host.put("disks", disks);
        host.put("disk_needed", machine.needed());
        return host;
    }

    private static Map<String, Object> app(AppStatus app) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", app.name());
        one.put("state", app.state());
        one.put("maintenance", app.maintenance());
        app.live().ifPresent(release -> one.put("release", of(release)));
        one.put("urls", app.urls());
        one.put("created", app.created());
        if (!app.previewOf().isEmpty()) {
            one.put("preview_of", app.previewOf());
            one.put("ends", app.ends());
        }
        one.put("busy", app.busy());
        Map<String, Object> processes = new LinkedHashMap<>();
        app.types().forEach(type -> {
            String[] counts = type.counts().split("/", 2);
            Map<String, Object> count = new LinkedHashMap<>();
            count.put("well", Integer.parseInt(counts[0]));
            count.put("wanted", Integer.parseInt(counts[counts.length - 1]));
            processes.put(type.name(), count);
        });
        one.put("processes", processes);
        if (!app.memory().isEmpty()) {
            one.put("memory", Long.parseLong(app.memory()));
            one.put("restarts", Long.parseLong(app.restarts()));
        }
        one.put("problems", app.trouble());
        List<Map<String, Object>> certificates = new ArrayList<>();
        app.certificates().forEach(certificate -> {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("domain", certificate.domain());
            document.put(
                    "valid_until", certificate.notAfter().map(Instant::toString).orElse(""));
            document.put("source", certificate.source());
            document.put("problem", certificate.problem());
            certificates.add(document);
        });
        one.put("certificates", certificates);
        return one;
    }

    private static Map<String, Object> service(HostStatus.ServiceStatus service) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("name", service.name());
        one.put("type", service.type());
        one.put("version", service.major());
        one.put("state", service.state());
        one.put("apps", service.apps());
        one.put("problem", service.problem());
        return one;
    }

    private static Map<String, Object> of(LastRelease release) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("app", release.app());
        one.put("number", "v" + release.number());
        one.put("status", release.status());
        one.put("kind", release.kind());
        one.put("change", release.change());
        one.put("who", release.who());
        one.put("when", release.when());
        one.put("commit", release.commit());
        one.put("subject", release.subject());
        one.put("failure", release.failure());
        return one;
    }
}
