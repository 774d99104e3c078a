package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Handover;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** For the commands that put new processes in the place of those that serve. */
final class HandoverOption {
    @Option(names = "--stop-first", description = "Stop the old release before starting the new one (short downtime).")
    private boolean stopFirst;

    @Mixin
    private NowOption now = new NowOption();

    Handover handover() {
        return new Handover(stopFirst, now.now());
    }
}
