package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.name.KeyName;

/** Names for keys made of what a laptop calls itself. */
public final class KeyNames {
    private static final int LONGEST = 60;

    private KeyNames() {}

    /** A valid name that reads {@code user@machine}, whatever the two hold. */
    public static KeyName of(String user, String machine) {
        String host = machine.replaceAll("\\..*", "");
        String name = (host.isEmpty() ? user : user + "@" + host).replaceAll("[^A-Za-z0-9._@-]", "-");
        String valid = name.replaceAll("^[^A-Za-z0-9]+", "");
        if (valid.isEmpty()) {
            return new KeyName("admin");
        }
        return new KeyName(valid.length() > LONGEST ? valid.substring(0, LONGEST) : valid);
    }
}
