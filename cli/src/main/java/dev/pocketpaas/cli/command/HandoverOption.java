package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Handover;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** For the commands that put new processes in the place of those that serve. */
final class HandoverOption {
    @Option(
            names = "--stop-first",
            description =
                    "End the old release before the new one starts, where the host cannot hold both. Nobody answers in between.")
    private boolean stopFirst;

    @Mixin
    private NowOption now = new NowOption();

    Handover handover() {
        return new Handover(stopFirst, now.now());
    }
}
