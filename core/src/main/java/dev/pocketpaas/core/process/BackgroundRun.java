package dev.pocketpaas.core.process;

import dev.pocketpaas.core.protocol.ValueTree;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A run in the background, of a cron job or of a detached command.
 *
 * @param number what people call it
 * @param result {@code ok}, {@code failed}, {@code timeout}, {@code stopped}, {@code replaced}, {@code interrupted}, {@code lost}, or {@code
 *     running}
 * @param started when it began, RFC 3339
 * @param ended when it ended, empty while it is at work
 * @param exit the exit code of its command, empty where there is none
 * @param why what else there is to say of its end, possibly nothing
 * @param who whose key started it; {@code timer} of a job that was due
 * @param release the number of the release that it runs
 */
public record BackgroundRun(
        String number,
        String result,
        String started,
        String ended,
        String exit,
        String why,
        String who,
        String release) {
    static BackgroundRun of(ValueTree run) {
        return new BackgroundRun(
                run.text("run").orElse(""),
                run.text("result").orElse("unknown"),
                run.text("started").or(() -> run.text("queued")).orElse(""),
                run.text("ended").orElse(""),
                run.text("code").orElse(""),
                run.text("why").orElse(""),
                run.text("who").orElse(""),
                run.text("release").orElse(""));
    }

    /** How long it took, where it has ended. */
    public Optional<Duration> took() {
        try {
            return Optional.of(Duration.between(Instant.parse(started), Instant.parse(ended)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
