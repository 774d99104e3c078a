package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.protocol.ValueTree;
import java.util.Optional;

/**
 * One part of setting up a host. The check is done here, on facts; what it takes to apply travels as data to the host program
 * {@code work/init}, which has a function for each step.
 */
interface Step {
    /** The name, as in {@code work/init}. */
    String name();

    /** What would be done, in a few words; nothing when everything is as it should be. */
    Optional<String> check(HostFacts facts, Wanted wanted);

    /** Adds what the host needs for it. */
    void describe(HostFacts facts, Wanted wanted, ValueTree.Builder values);
}
