package dev.pocketpaas.core.schedule;

/** A text that is no schedule. */
public final class BadSchedule extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String advice;

    BadSchedule(String message, String advice) {
        super(message);
        this.advice = advice;
    }

    /** What to write instead. */
    public String advice() {
        return advice;
    }
}
