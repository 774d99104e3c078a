package dev.pocketpaas.core.migration;

import java.util.regex.Pattern;

/** Variables that should not stand in a file of the repository. */
final class SecretNames {
    private static final Pattern NAME = Pattern.compile(
            "(?i).*(secret|passw|passphrase|token|key|credential|private|auth|salt|dsn|pwd|cookie|webhook).*");
    private static final Pattern VALUE = Pattern.compile(
            "(?s)[A-Za-z][A-Za-z0-9+.-]*://[^/?#\\s:]*:[^/?#\\s@]*@.*" + "|.*-----BEGIN [A-Z ]*PRIVATE KEY-----.*");

    private SecretNames() {}

    /** Whether name or value look like a secret. When in doubt it is one. */
    static boolean isSecret(String name, String value) {
        return NAME.matcher(name).matches() || VALUE.matcher(value).matches();
    }
}
