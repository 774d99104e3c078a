package dev.pocketpaas.installer.progress;

/** Asks before something is installed on the user's own machine. */
public interface Consent {
    /** Whether to go on; {@code question} names what will happen. Without a terminal the answer is yes: it was announced. */
    boolean agree(String question);

    /** Always agrees. */
    static Consent always() {
        return question -> true;
    }
}
