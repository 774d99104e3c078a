package dev.pocketpaas.cli.invocation;

import dev.pocketpaas.core.protocol.Handover;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** For the commands that put new processes in the place of those that serve. */
public final class HandoverOption {
    @Option(names = "--stop-first", description = "Stop the old release before starting the new one (short downtime).")
    private boolean stopFirst;

    @Mixin
    private NowOption now = new NowOption();

    /** What was asked for. */
    public Handover handover() {
        return new Handover(stopFirst, now.now());
    }
}
