package dev.pocketpaas.core.host;

import java.util.Locale;

/** What a key may do that is for some apps only. */
public enum KeyRole {
    /** Deploy and read them and their previews. */
    DEPLOY,
    /** Make, deploy, read and delete their previews. */
    PREVIEW,
    /** Read them and their previews, without values of variables. */
    READ;

    /** The word on the host. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
