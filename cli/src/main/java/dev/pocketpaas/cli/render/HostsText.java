package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.diagnosis.HostStatus;
import dev.pocketpaas.core.diagnosis.HostStatus.AppStatus;
import dev.pocketpaas.core.diagnosis.HostStatus.Disk;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.Notice;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Shows how several hosts are: a line each and what is wrong for people, one document for programs. */
public final class HostsText {
    private final List<Seen> hosts;
    private final Clock clock;
    private final Style style;
    private final int columns;

    /**
     * @param hosts what is shown
     * @param clock what time it is
     * @param columns the width, 0 for no limit
     */
    HostsText(List<Seen> hosts, Clock clock, Style style, int columns) {
        this.hosts = List.copyOf(hosts);
        this.clock = clock;
        this.style = style;
        this.columns = columns;
    }

    /**
     * A host.
     *
     * @param name its name on this machine
     * @param status how it is; empty where it gave no answer
     * @param notices its alerts
     * @param failure why it gave no answer; empty where it did
     */
    public record Seen(
            String name, Optional<HostStatus> status, List<Notice> notices, Optional<PocketException> failure) {
        /** Copies the list. */
        public Seen {
            notices = List.copyOf(notices);
        }
    }

    /** The lines for people. */
    List<String> lines() {
        Listing.Builder table =
                Listing.of("host", "address", "state", "apps", "services", "load", "memory_free", "disk_used");
        hosts.forEach(host -> table.row(row(host)));
        List<String> lines = new ArrayList<>(table.build().lines(style, columns));
        List<String> troubles = new ArrayList<>();
        hosts.forEach(host -> troubles(host).forEach(text -> troubles.add("! " + host.name() + ": " + text)));
        if (!troubles.isEmpty()) {
            lines.add("");
            troubles.forEach(text -> lines.addAll(Paragraph.lines(TerminalText.plain(text), columns, 2)));
        }
        return lines;
    }

    /** The document for programs: a list with one entry a host. */
    List<Map<String, Object>> document() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Seen host : hosts) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("name", host.name());
            one.put("reached", host.status().isPresent());
            host.failure().ifPresent(failure -> one.put("problem", String.valueOf(failure.getMessage())));
            host.status()
                    .ifPresent(status ->
                            one.put("status", new StatusText(status, clock, style, columns).document(host.notices())));
            all.add(one);
        }
        return all;
    }

    private String[] row(Seen host) {
        if (host.status().isEmpty()) {
            return new String[] {host.name(), "", "no answer", "", "", "", "", ""};
        }
        HostStatus status = host.status().get();
        long up = status.apps().stream().filter(HostsText::serves).count();
        HostStatus.Machine machine = status.machine();
        return new String[] {
            host.name(),
            machine.address(),
            state(status),
            status.apps().isEmpty() ? "0" : up + "/" + status.apps().size(),
            status.services().isEmpty()
                    ? ""
                    : status.services().stream().filter(one -> !one.isWrong()).count() + "/"
                            + status.services().size(),
            machine.load().split(" ", 2)[0] + " on " + machine.cpus() + (machine.cpus() == 1 ? " CPU" : " CPUs"),
            Bytes.text(Long.toString(machine.available())),
            machine.disks().stream()
                    .max(Comparator.comparing(Disk::percent))
                    .map(disk -> disk.percent() + " %")
                    .orElse("")
        };
    }

    private static boolean serves(AppStatus app) {
        return app.state().equals("running") || app.state().equals("idle");
    }

    private static String state(HostStatus status) {
        if (status.engineDown()) {
            return "Docker down";
        }
        return status.nginx() ? "up" : "nginx down";
    }

    private static List<String> troubles(Seen host) {
        List<String> troubles = new ArrayList<>();
        host.status().ifPresent(status -> {
            if (status.engineDown()) {
                troubles.add(status.engineWhy());
            }
            status.apps().forEach(app -> app.trouble().forEach(text -> troubles.add(app.name() + ": " + text)));
            status.services().stream()
                    .filter(HostStatus.ServiceStatus::isWrong)
                    .forEach(one -> troubles.add("service " + one.name() + ": " + one.state()
                            + (one.problem().isEmpty() ? "" : ": " + one.problem())));
        });
        host.notices().forEach(notice -> troubles.add(notice.text()));
        return troubles;
    }
}
