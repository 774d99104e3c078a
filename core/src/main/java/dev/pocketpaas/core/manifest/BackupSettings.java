package dev.pocketpaas.core.manifest;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code backup}. Null stands for what the file does not say.
 *
 * @param mode how the app holds still while its volumes are copied
 * @param hook a command that makes what is to be kept
 */
public record BackupSettings(@Nullable Mode mode, @Nullable String hook) {
    /** Nothing said. */
    public static final BackupSettings NONE = new BackupSettings(null, null);

    /** The word that the host has for an app with a hook. */
    public static final String HOOK_WORD = "hook";

    /** What an app does while its volumes are copied. */
    public enum Mode {
        /** It goes on. */
        LIVE,
        /** Its processes are frozen. */
        PAUSE,
        /** Its processes are stopped. */
        STOP;

        /** The word in the file, and on the host. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final ScalarType<Mode> MODE_WORD = Scalars.choice("live, pause or stop", Mode.class);

    private static final Key<Mode> MODE = Key.of(
            "mode",
            MODE_WORD,
            "What the processes do while the volumes are copied: `live` (they go on), `pause` (frozen, at most 30 "
                    + "seconds), `stop` (stopped, and started again). `backup: pause` says the same.",
            "`pause` if a volume holds a SQLite database, else `live`",
            "pause");
    private static final Key<String> HOOK = Key.of(
            "hook",
            Scalars.COMMAND,
            "A command that writes a copy into a volume first, in a process that runs (`web.1` if there is one). The "
                    + "volumes are then stored as with `live`.",
            "none",
            "sqlite3 /app/data/shop.db \".backup /app/data/shop.backup\"",
            "command",
            "run");

    static final Section<BackupSettings> SECTION =
            new Section<>("a mapping of backup settings", List.of(MODE, HOOK), BackupSettings::make);

    /** The short form. */
    static BackupSettings of(Mode mode) {
        return new BackupSettings(mode, null);
    }

    private static BackupSettings make(Section.Values values) {
        BackupSettings made = new BackupSettings(values.get(MODE), values.get(HOOK));
        if (made.mode() != null && made.hook() != null) {
            values.report("\"mode\" and \"hook\" cannot both be set", "remove one of them", HOOK.name());
        }
        return made;
    }
}
