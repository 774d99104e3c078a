package dev.pocketpaas.core.process;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ReleaseNumber;
import dev.pocketpaas.core.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What an app printed; outlives containers and releases. */
public final class Logs {
    private final HostClient host;

    /** Logs on {@code host}. */
    public Logs(HostClient host) {
        this.host = host;
    }

    /**
     * Which lines.
     *
     * @param lines the most of the past
     * @param follow whether to wait for more
     * @param since nothing older
     * @param type only this process type
     * @param release only this release
     * @param cron only this cron job
     * @param run only this run in the background
     * @param access the requests that nginx wrote down, instead of what the app printed
     */
    public record Query(
            int lines,
            boolean follow,
            Optional<Instant> since,
            Optional<ProcessType> type,
            Optional<ReleaseNumber> release,
            Optional<String> cron,
            Optional<String> run,
            boolean access) {}

    /**
     * One line.
     *
     * @param time RFC 3339
     * @param process for example {@code web.1}
     * @param text what was printed
     */
    public record Line(String time, String process, String text) {
        /** A line as the host tells it. */
        public static Line parse(String line) {
            String[] fields = line.split("\t", 3);
            return fields.length == 3 ? new Line(fields[0], fields[1], fields[2]) : new Line("", "", line);
        }
    }

    /** Streams the lines of {@code app} that {@code query} asks for. */
    public void read(AppName app, Query query, Consumer<Line> lines) {
        List<Object> arguments = new ArrayList<>();
        arguments.add(app);
        arguments.add("lines=" + query.lines());
        if (query.access()) {
            arguments.add("access");
        }
        if (query.follow()) {
            arguments.add("follow");
        }
        query.since().ifPresent(since -> arguments.add("since=" + since.getEpochSecond()));
        query.type().ifPresent(type -> arguments.add("type=" + type));
        query.release().ifPresent(release -> arguments.add("release=" + release.value()));
        query.cron().ifPresent(job -> arguments.add("cron=" + job));
        query.run().ifPresent(number -> arguments.add("run=" + number));
        host.stream(Verb.of("logs", arguments.toArray()), line -> lines.accept(Line.parse(line)));
    }
}
