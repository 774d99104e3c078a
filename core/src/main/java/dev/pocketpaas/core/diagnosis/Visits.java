package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import dev.pocketpaas.core.diagnosis.Finding.State;
import dev.pocketpaas.core.probe.UrlCheck;
import dev.pocketpaas.core.protocol.ValueTree;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Visits the apps as anybody on this machine would: their names, and what answers there. */
final class Visits {
    private static final int MOST = 50;
    private static final int AT_ONCE = 16;
    private static final long SECONDS = 45;
    private static final int SERVER_ERROR = 500;

    private final UrlCheck check;

    Visits(UrlCheck check) {
        this.check = check;
    }

    /** Visits the sites in {@code checkup}; names in {@code known} were seen not to lead to the host and are not visited. */
    List<Finding> all(ValueTree checkup, List<Finding> known) {
        ExecutorService workers = Executors.newFixedThreadPool(AT_ONCE, work -> {
            Thread thread = new Thread(work, "visit");
            thread.setDaemon(true);
            return thread;
        });
        List<Future<List<Finding>>> visits = new ArrayList<>();
        List<String> urls = new ArrayList<>();
        for (String app : checkup.children("site")) {
            String state = checkup.text("site/" + app + "/state").orElse("serving");
            for (String url : checkup.lines("site/" + app + "/url")) {
                String name = host(url).orElse("");
                boolean lost = known.stream()
                        .anyMatch(finding -> finding.area() == Area.DNS
                                && finding.state() == State.PROBLEM
                                && finding.text().startsWith(name + " "));
                if (!name.isEmpty() && !lost && visits.size() < MOST) {
                    urls.add(url);
                    visits.add(workers.submit(() -> visit(url, name, state, app)));
                }
            }
        }
        List<Finding> found = new ArrayList<>();
        for (int at = 0; at < visits.size(); at++) {
            found.addAll(result(visits.get(at), urls.get(at)));
        }
        workers.shutdownNow();
        return found;
    }

    private static List<Finding> result(Future<List<Finding>> visit, String url) {
        try {
            return visit.get(SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return List.of(Finding.problem(Area.TLS, url + " does not answer within " + SECONDS + " s", ""));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private List<Finding> visit(String url, String name, String state, String app) {
        if (!name.endsWith(".localhost") && !resolves(name)) {
            return List.of(Finding.problem(
                            Area.DNS,
                            name + " does not resolve on this machine",
                            "check its DNS record; a record that was changed takes minutes to hours to be seen")
                    .about(app));
        }
        Optional<UrlCheck.Seen> seen = check.look(url);
        if (seen.isEmpty()) {
            return List.of();
        }
        Finding found = seen.get().answered() ? answered(url, state, seen.get()) : unanswered(url, seen.get());
        return List.of(found.about(app));
    }

    private static Finding answered(String url, String state, UrlCheck.Seen seen) {
        String text = url + " answers " + seen.status();
        if (seen.status() < SERVER_ERROR) {
            return Finding.ok(Area.TLS, text);
        }
        return state.equals("serving")
                ? Finding.problem(Area.TLS, text, "see why: pocketpaas logs")
                : Finding.note(Area.TLS, text + ": the app is " + resting(state), "");
    }

    private static String resting(String state) {
        return switch (state) {
            case "maintenance" -> "in maintenance";
            case "idle" -> "scaled to nothing";
            default -> state;
        };
    }

    private static Finding unanswered(String url, UrlCheck.Seen seen) {
        String[] parts = seen.text().split("; ", 2);
        return Finding.problem(Area.TLS, url + ": " + parts[0], parts.length > 1 ? parts[1] : "");
    }

    private static boolean resolves(String name) {
        try {
            return InetAddress.getAllByName(name).length > 0;
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static Optional<String> host(String url) {
        try {
            return Optional.ofNullable(URI.create(url).getHost());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
