package dev.pocketpaas.core.git;

/**
 * How a push ended.
 *
 * @param status whether the host has the commit under the name now
 * @param reason why it has not, as the host or we put it; empty otherwise
 * @param errors what the host printed beside the protocol, for a message
 */
public record PushResult(Status status, String reason, String errors) {
    /** Whether the host has the commit under the name now. */
    public enum Status {
        /** It has. */
        ACCEPTED,
        /** It had already, and nothing was sent. */
        UP_TO_DATE,
        /** It would lose commits, and nothing was sent. */
        NOT_FAST_FORWARD,
        /** The host took the objects and refused the name, for example because its hook failed. */
        REJECTED,
        /** The host could not take the objects in. */
        UNPACK_FAILED
    }

    /** Whether the host has the commit under the name now. */
    public boolean isOk() {
        return status == Status.ACCEPTED || status == Status.UP_TO_DATE;
    }
}
