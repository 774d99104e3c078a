package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.rules.NumberLimit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code ssl}. Null stands for what the file does not say.
 *
 * @param automatic whether the host gets certificates by itself
 * @param hsts for how many days browsers keep to HTTPS
 */
public record SslSettings(
        @Nullable Boolean automatic, @Nullable Integer hsts) {
    /** Nothing said. */
    public static final SslSettings NONE = new SslSettings(null, null);

    private static final int TWO_YEARS = (int) (NumberLimit.HSTS.most() / 86_400);

    private static final Key<Boolean> AUTOMATIC = Key.of(
            "automatic",
            Scalars.SWITCH,
            "Whether each public domain gets a certificate. `ssl: off` says the same as `automatic: false`; "
                    + "certificates of your own"
                    + " go on to serve.",
            "true",
            "false",
            "auto",
            "letsencrypt");
    private static final Key<Integer> HSTS = Key.of(
            "hsts",
            Scalars.integer(0, TWO_YEARS),
            "For how many days browsers use only HTTPS after their first visit "
                    + "(`Strict-Transport-Security`). Nobody can"
                    + " take it back before: begin with 1. `0` tells them to forget it.",
            "the header is the app's own matter",
            "180",
            "strict-transport-security",
            "max-age");

    static final Section<SslSettings> SECTION = new Section<>(
            "a mapping of HTTPS settings",
            List.of(AUTOMATIC, HSTS),
            values -> new SslSettings(values.get(AUTOMATIC), values.get(HSTS)));

    /** The short form. */
    static SslSettings of(boolean automatic) {
        return new SslSettings(automatic, null);
    }
}
