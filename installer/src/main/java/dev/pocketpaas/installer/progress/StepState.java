package dev.pocketpaas.installer.progress;

/** How a step ended. */
public enum StepState {
    /** Something was changed. */
    DONE,
    /** Nothing was to do, or it does not apply here. */
    SKIPPED,
    /** It failed; nothing after it was tried. */
    FAILED
}
