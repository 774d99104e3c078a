package dev.pocketpaas.installer.init;

import java.util.List;

/**
 * A host that is set up.
 *
 * @param changed the names of the steps that changed something; none when everything was as it should be
 * @param name the host's own name
 * @param domain the suffix of its default domains
 * @param publicPort the port that apps are reached on
 * @param keyName the name of the key that let us in, on the host
 */
public record InitResult(List<String> changed, String name, String domain, int publicPort, String keyName) {
    /** Copies what is mutable. */
    public InitResult {
        changed = List.copyOf(changed);
    }

    /** Whether nothing had to be done. */
    public boolean unchanged() {
        return changed.isEmpty();
    }
}
