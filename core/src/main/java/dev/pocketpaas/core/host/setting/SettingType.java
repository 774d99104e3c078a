package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.name.Printable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the value of a host setting may be. A value has three forms: what a user writes on the command line ({@code 2G}), what the host's file
 * holds ({@code 2147483648}), and what people read.
 *
 * @param label what the file holds, for docs/protocol.md
 * @param rules what the host checks when it reads the file: {@code least} and {@code most} of a number; empty for a text
 * @param parser from what the user writes; gets the option's name for its message
 * @param reader from what the file holds
 * @param writer to what the file holds
 * @param written to what the user would write
 * @param shown to what people read
 */
public record SettingType<T>(
        String label,
        Map<String, Long> rules,
        Parser<T> parser,
        Function<String, T> reader,
        Function<T, String> writer,
        Function<T, String> written,
        Function<T, String> shown) {
    private static final int SECONDS = 60;
    private static final long MOST_BYTES = 1L << 60;

    /** From what a user writes. */
    @FunctionalInterface
    public interface Parser<T> {
        /**
         * The value in {@code text}.
         *
         * @param option the option that it was given with, for the message
         * @throws PocketException when it is none
         */
        T parse(String option, String text);
    }

    /** A number. */
    static SettingType<Integer> number(int least, int most) {
        return number("a number from " + least + " to " + most, least, most, 1, "");
    }

    /** A percentage. */
    static SettingType<Integer> percent() {
        return number("percent", 1, 100, 1, " %");
    }

    /** A number of minutes, which the host keeps in seconds. */
    static SettingType<Integer> minutes(int most) {
        return number("seconds", 1, most, SECONDS, " minutes");
    }

    private static SettingType<Integer> number(String label, int least, int most, int factor, String unit) {
        return new SettingType<>(
                label,
                // In the host's unit. Files written by hand may be finer than an option can say.
                limits(least, (long) most * factor),
                (option, text) -> {
                    if (!text.matches("-?[0-9]{1,9}")) {
                        throw bad(option, text, "is not a number", numbers(least, most));
                    }
                    int value = Integer.parseInt(text);
                    if (value < least || value > most) {
                        throw PocketException.usage(option + " " + text + " is out of range", numbers(least, most));
                    }
                    return value * factor;
                },
                Integer::valueOf,
                value -> Integer.toString(value),
                value -> Integer.toString(value / factor),
                value -> value % factor == 0 ? value / factor + unit : value + " seconds");
    }

    private static String numbers(long least, long most) {
        return "pass a number from " + least + " to " + most;
    }

    /**
     * An amount of memory or disk.
     *
     * @param least in bytes
     * @param unit bytes of what the host counts in
     */
    static SettingType<ByteSize> size(String label, long least, long unit) {
        return new SettingType<>(
                label,
                limits(least / unit, MOST_BYTES / unit),
                (option, text) -> {
                    ByteSize size = ByteSize.parse(text);
                    if (size.bytes() < least) {
                        throw PocketException.usage(
                                option + " " + Printable.of(text) + " is too little",
                                "pass at least " + new ByteSize(least));
                    }
                    return size;
                },
                text -> new ByteSize(Long.parseLong(text) * unit),
                size -> Long.toString(size.bytes() / unit),
                ByteSize::toString,
                ByteSize::toString);
    }

    /** One of two words. */
    static SettingType<String> either(String one, String other) {
        return text(one + " or " + other, (option, text) -> {
            if (!text.equals(one) && !text.equals(other)) {
                throw PocketException.usage(
                        "\"" + Printable.of(text) + "\" is neither " + one + " nor " + other,
                        "write " + option + " " + one + " or " + option + " " + other);
            }
            return text;
        });
    }

    /**
     * A text.
     *
     * @param pattern for all of it
     * @param noun what it is, with its article
     * @param cure how it is written
     */
    static SettingType<String> matching(String label, String pattern, String noun, String cure) {
        return text(label, (option, text) -> {
            if (!text.matches(pattern)) {
                throw PocketException.usage("\"" + Printable.of(text) + "\" is not " + noun, cure);
            }
            return text;
        });
    }

    /** A text that {@code parser} checks. */
    static SettingType<String> text(String label, Parser<String> parser) {
        return new SettingType<>(
                label,
                Map.of(),
                parser,
                Function.identity(),
                Function.identity(),
                Function.identity(),
                Function.identity());
    }

    /** Where alerts go. */
    static SettingType<NotifyTarget> notifyTarget() {
        return new SettingType<>(
                "a URL, a command (a file for bash), or none",
                Map.of(),
                (option, text) -> NotifyTarget.of(text),
                NotifyTarget::of,
                NotifyTarget::value,
                NotifyTarget::shown,
                NotifyTarget::shown);
    }

    /** A list of buildpacks, in the order in which they are tried. */
    static SettingType<List<Buildpack>> buildpacks() {
        return new SettingType<>(
                "lines NAME TAB URL[#REF], in the order of detection",
                Map.of(),
                (option, text) -> Buildpack.parse(text),
                Buildpack::parse,
                list -> Buildpack.lines(list, "\t"),
                list -> Buildpack.lines(list, " "),
                list -> String.join(", ", list.stream().map(Buildpack::name).toList()));
    }

    /** Images of services, one a line. */
    static SettingType<List<ServiceImage>> serviceImages() {
        Function<List<ServiceImage>, String> lines =
                list -> list.stream().map(ServiceImage::toString).collect(Collectors.joining("\n"));
        return new SettingType<>(
                "lines TYPE:MAJOR=IMAGE, or *=PREFIX for a mirror of the official images",
                Map.of(),
                (option, text) -> ServiceImage.parseAll(text),
                ServiceImage::parseAll,
                lines,
                lines,
                lines.andThen(text -> text.replace("\n", ", ")));
    }

    /** Certificates of authorities. */
    static SettingType<String> authorities() {
        String begin = "-----BEGIN CERTIFICATE-----";
        return new SettingType<>(
                "PEM",
                Map.of(),
                (option, text) -> {
                    if (!text.contains(begin)) {
                        throw PocketException.usage(
                                "the file of " + option + " holds no certificate",
                                "it needs a line " + begin + " for each");
                    }
                    return text;
                },
                Function.identity(),
                Function.identity(),
                Function.identity(),
                text -> {
                    int count = text.split(begin, -1).length - 1;
                    return count == 1 ? "1 certificate" : count + " certificates";
                });
    }

    private static Map<String, Long> limits(long least, long most) {
        Map<String, Long> limits = new LinkedHashMap<>();
        limits.put("least", least);
        limits.put("most", most);
        return limits;
    }

    private static PocketException bad(String option, String text, String what, String cure) {
        return PocketException.usage(option + ": \"" + Printable.of(text) + "\" " + what, cure);
    }
}
