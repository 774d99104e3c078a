package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.failure.PocketException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A setting of a host with everything there is to say about it. {@link HostSettings} has them all. From here come the option of
 * {@code init host}, the row of {@code hosts settings}, the check and the default of the host programs, and the table in
 * docs/protocol.md.
 *
 * @param name the file below {@code host/} on the host
 * @param type what its value may be
 * @param argument the option's argument in the help, such as {@code MINUTES}; empty where {@code init host} finds the value itself
 * @param text the option's help; {@code %s} stands for the default, in parentheses
 * @param unset what holds without the file, in the form of the file; null where nothing does
 * @param unsetInWords the same for people, where the value does not say it; empty where it does
 * @param traits what else is special about it
 */
public record HostSetting<T>(
        String name,
        SettingType<T> type,
        String argument,
        String text,
        @Nullable String unset,
        String unsetInWords,
        Traits traits) {
    /**
     * What is special about a setting.
     *
     * @param secret whether its value never leaves the host
     * @param file whether the option names a file with the value
     * @param repeatable whether the option names one item and may be given several times; its name is the setting's
     *     without the s
     * @param kept whether {@code init host} writes the default to a new host, which then keeps it over later versions
     */
    record Traits(boolean secret, boolean file, boolean repeatable, boolean kept) {
        static final Traits NONE = new Traits(false, false, false, false);
    }

    static <T> HostSetting<T> of(String name, SettingType<T> type, String argument, String text) {
        return new HostSetting<>(name, type, argument, text, null, "", Traits.NONE);
    }

    /** The same with a default. */
    HostSetting<T> unset(T value) {
        return new HostSetting<>(name, type, argument, text, type.writer().apply(value), unsetInWords, traits);
    }

    /** The same with words for what holds without it. */
    HostSetting<T> unsetMeans(String words) {
        return new HostSetting<>(name, type, argument, text, unset, words, traits);
    }

    /** The same, secret. */
    HostSetting<T> secret() {
        return with(new Traits(true, traits.file(), traits.repeatable(), traits.kept()));
    }

    /** The same, from a file. */
    HostSetting<T> fromFile() {
        return with(new Traits(traits.secret(), true, traits.repeatable(), traits.kept()));
    }

    /** The same, with an option for each item. */
    HostSetting<T> repeatable() {
        return with(new Traits(traits.secret(), traits.file(), true, traits.kept()));
    }

    /** The same, written to every new host. */
    HostSetting<T> kept() {
        return with(new Traits(traits.secret(), traits.file(), traits.repeatable(), true));
    }

    private HostSetting<T> with(Traits other) {
        return new HostSetting<>(name, type, argument, text, unset, unsetInWords, other);
    }

    /** Whether its value never leaves the host; its file is for root only. */
    public boolean isSecret() {
        return traits.secret();
    }

    /** Whether the option names a file with the value. */
    public boolean isFile() {
        return traits.file();
    }

    /** Whether the option names one item and may be given several times. */
    public boolean isRepeatable() {
        return traits.repeatable();
    }

    /** Whether a new host gets a file with the default. */
    public boolean isKept() {
        return traits.kept();
    }

    /** The option of {@code init host}, if there is one. */
    public Optional<String> option() {
        String word = name.replaceFirst(isRepeatable() ? "s$" : "\\.pem$", "");
        return argument.isEmpty() ? Optional.empty() : Optional.of("--" + word);
    }

    /** The option's help. */
    public String help() {
        String otherwise = defaultInWords();
        return String.format(text, otherwise.isEmpty() ? "" : " (default: " + otherwise + ")");
    }

    /** What holds without it, for people; empty where nothing does. */
    public String defaultInWords() {
        return unsetInWords.isEmpty() && unset != null
                ? type.written().apply(type.reader().apply(unset))
                : unsetInWords;
    }

    /** What the file holds on a host where nobody says otherwise, if anything. */
    public Optional<String> initial() {
        return isKept() ? Optional.ofNullable(unset) : Optional.empty();
    }

    /**
     * The value in what a user wrote; the items of a repeatable option are lines.
     *
     * @throws PocketException when it is not one
     */
    public T parse(String written) {
        return type.parser().parse(option().orElse(name), written);
    }

    /** What the file holds for {@code value}. */
    public String stored(T value) {
        return type.writer().apply(value);
    }

    /** What a user would write for what the file holds; a file that is damaged is shown as it is. */
    String written(String stored) {
        return isSecret() ? stored : form(stored, type.written());
    }

    /** What people read for what the file holds. */
    String shown(String stored) {
        return isSecret() ? stored : form(stored, type.shown());
    }

    private String form(String stored, java.util.function.Function<T, String> form) {
        try {
            return form.apply(type.reader().apply(stored));
        } catch (NumberFormatException | PocketException e) {
            return stored;
        }
    }

    /** What the host has to know of it. */
    Map<String, Object> forHost() {
        Map<String, Object> rules = new LinkedHashMap<>(type.rules());
        if (unset != null) {
            rules.put("default", type.rules().isEmpty() ? unset : (Object) Long.valueOf(unset));
        }
        if (isSecret()) {
            rules.put("secret", true);
        }
        return rules;
    }
}
