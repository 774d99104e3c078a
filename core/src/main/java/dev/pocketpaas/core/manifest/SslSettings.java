package dev.pocketpaas.core.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code ssl}. Null stands for what the file does not say.
 *
 * @param hsts for how many days browsers keep to HTTPS
 */
public record SslSettings(@Nullable Integer hsts) {
    /** Nothing said. */
    public static final SslSettings NONE = new SslSettings(null);

    private static final int TWO_YEARS = 730;

    private static final Key<Integer> HSTS = Key.of(
            "hsts",
            Scalars.integer(0, TWO_YEARS),
            "For how many days browsers, once they have been here by HTTPS, refuse to come by HTTP (`Strict-Transport-Security`). Nobody can"
                    + " take it back before: begin with 1. `0` tells them to forget it.",
            "the header is the app's own matter",
            "180",
            "strict-transport-security",
            "max-age");

    static final Section<SslSettings> SECTION =
            new Section<>("a mapping of HTTPS settings", List.of(HSTS), values -> new SslSettings(values.get(HSTS)));
}
