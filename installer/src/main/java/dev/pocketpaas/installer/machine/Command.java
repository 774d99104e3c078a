package dev.pocketpaas.installer.machine;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A command for this machine: words, never shell text.
 *
 * @param words the program and its arguments
 * @param environment variables set in addition to the inherited ones
 * @param stdin bytes for standard input
 * @param limit how long it may take
 */
public record Command(List<String> words, Map<String, String> environment, byte[] stdin, Duration limit) {
    private static final Duration USUAL_LIMIT = Duration.ofMinutes(2);

    /** Copies what is mutable. */
    public Command {
        words = List.copyOf(words);
        environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
        stdin = stdin.clone();
    }

    /** A command with nothing on standard input and the usual time limit. */
    public static Command of(String... words) {
        return new Command(Arrays.asList(words), Map.of(), new byte[0], USUAL_LIMIT);
    }

    /** A command with nothing on standard input and the usual time limit. */
    public static Command of(List<String> words) {
        return new Command(words, Map.of(), new byte[0], USUAL_LIMIT);
    }

    /** The same with {@code bytes} on standard input. */
    public Command withInput(byte[] bytes) {
        return new Command(words, environment, bytes, limit);
    }

    /** The same with another time limit. */
    public Command within(Duration time) {
        return new Command(words, environment, stdin, time);
    }

    /** The same with {@code name} set to {@code value}. */
    public Command withVariable(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return new Command(words, more, stdin, limit);
    }

    /** The bytes for standard input. */
    @Override
    public byte[] stdin() {
        return stdin.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Command that
                && words.equals(that.words)
                && environment.equals(that.environment)
                && Arrays.equals(stdin, that.stdin)
                && limit.equals(that.limit);
    }

    @Override
    public int hashCode() {
        return words.hashCode();
    }

    /** The words only. */
    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
