package dev.pocketpaas.installer.init;

import java.util.List;

/**
 * What would be changed on a host.
 *
 * @param facts what the machine is
 * @param changes the steps that have something to do, in order
 * @param notes what is left out and why, and what to look at
 */
public record InitPlan(HostFacts facts, List<Change> changes, List<String> notes) {
    /** Copies what is mutable. */
    public InitPlan {
        changes = List.copyOf(changes);
        notes = List.copyOf(notes);
    }

    /** Whether everything is as it should be. */
    public boolean nothingToDo() {
        return changes.isEmpty();
    }

    /**
     * One step with something to do.
     *
     * @param step its name
     * @param detail what it would do
     */
    public record Change(String step, String detail) {}
}
