package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.host.setting.HostSetting;
import dev.pocketpaas.core.name.KeyName;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a host shall be like. Immutable; begin with {@link #defaults()}. A setting that is not given stays as an earlier run has set it; on a
 * new host it has its default.
 *
 * @param settings what their files shall hold, by name; the empty text for the default again
 * @param pullStack whether the host fetches its two images; not where they are brought to it otherwise
 * @param keyName the name of the first admin's key, or null for one made of user and laptop
 */
public record InitOptions(
        Map<String, String> settings,
        boolean pullStack,
        @Nullable KeyName keyName) {
    /** Copies what is mutable. */
    public InitOptions {
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /** Nothing in particular: a new host gets the defaults, one that is set up keeps what it has. */
    public static InitOptions defaults() {
        return new InitOptions(Map.of(), true, null);
    }

    /** The same with a value for {@code setting}. */
    public <T> InitOptions with(HostSetting<T> setting, T value) {
        return withFile(setting, setting.stored(value));
    }

    /** The same with the default for {@code setting}, whatever the host has. */
    public InitOptions withDefault(HostSetting<?> setting) {
        return withFile(setting, "");
    }

    private InitOptions withFile(HostSetting<?> setting, String content) {
        Map<String, String> more = new TreeMap<>(settings);
        more.put(setting.name(), content);
        return new InitOptions(more, pullStack, keyName);
    }

    /** The same where the two images come to the host otherwise. */
    public InitOptions withoutPulling() {
        return new InitOptions(settings, false, keyName);
    }

    /** The same with a name for the first admin's key. */
    public InitOptions withKeyName(KeyName value) {
        return new InitOptions(settings, pullStack, value);
    }

    /** What the file of {@code setting} shall hold, where one of the two was asked for. */
    Optional<String> given(HostSetting<?> setting) {
        return Optional.ofNullable(settings.get(setting.name()));
    }

    /** The name of the key, where one was given. */
    public Optional<KeyName> givenKeyName() {
        return Optional.ofNullable(keyName);
    }
}
