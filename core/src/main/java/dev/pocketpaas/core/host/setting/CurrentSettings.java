package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The settings of a host as they are. */
public final class CurrentSettings {
    private final HostClient host;

    /** The settings of {@code host}. */
    public CurrentSettings(HostClient host) {
        this.host = host;
    }

    /** Whose word a value is. */
    public enum Source {
        /** It was set by {@code init host}. */
        SET,
        /** Nobody set it; the default holds. */
        DEFAULT,
        /** Nobody set it, and there is no default. */
        NONE
    }

    /**
     * A setting.
     *
     * @param name its name
     * @param written the value as its option takes it; {@code set} for a secret, empty where there is none
     * @param shown the value for people
     * @param source whose word it is
     */
    public record Entry(String name, String written, String shown, Source source) {}

    /** Every setting that this program and the host know, in the order of the help. */
    public List<Entry> list() {
        ValueTree answer = host.query(Verb.of("settings"));
        List<String> known = answer.lines("names");
        List<Entry> entries = new ArrayList<>();
        for (HostSetting<?> setting : HostSettings.ALL) {
            if (known.contains(setting.name())) {
                entries.add(entry(setting, answer));
            }
        }
        return entries;
    }

    private static Entry entry(HostSetting<?> setting, ValueTree answer) {
        Optional<String> value = answer.text("value/" + setting.name());
        Optional<String> otherwise = answer.text("default/" + setting.name());
        Source source = value.isPresent() ? Source.SET : otherwise.isPresent() ? Source.DEFAULT : Source.NONE;
        String stored = value.or(() -> otherwise).orElse("");
        return stored.isEmpty()
                ? new Entry(setting.name(), "", "", source)
                : new Entry(setting.name(), setting.written(stored), setting.shown(stored), source);
    }
}
