package dev.pocketpaas.cli.environment;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;

/**
 * The machine's clock and time zone. The zone is looked up on first use: Java reads all zones of the world for that, which takes
 * longer than most of what a command does, and most commands show no local time.
 */
final class LocalClock extends Clock {
    @Override
    public ZoneId getZone() {
        return ZoneId.systemDefault();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.system(zone);
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }
}
