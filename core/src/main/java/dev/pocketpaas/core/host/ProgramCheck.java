package dev.pocketpaas.core.host;

import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.Verb;

/** Makes sure that the host's programs are right for a verb. */
public interface ProgramCheck {
    /** Takes the programs as they are. */
    ProgramCheck NONE = new ProgramCheck() {
        @Override
        public void before(HostClient host, Verb verb, OperationListener listener) {}

        @Override
        public boolean afterUnknown(HostClient host, OperationListener listener) {
            return false;
        }
    };

    /** Comes before each query and operation. */
    void before(HostClient host, Verb verb, OperationListener listener);

    /** The host does not know a verb; returns whether to ask once more. */
    boolean afterUnknown(HostClient host, OperationListener listener);
}
