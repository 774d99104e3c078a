package dev.pocketpaas.core.protocol;

import dev.pocketpaas.core.rules.HostRules;
import dev.pocketpaas.core.rules.Patterns;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One request to the host's door: a verb and its arguments (docs/protocol.md). Arguments are plain words; data travels as a
 * {@link ValueTree} on standard input.
 *
 * @param name the verb
 * @param arguments plain words
 */
public record Verb(String name, List<String> arguments) {
    /** The protocol this program speaks. */
    public static final int PROTOCOL = HostRules.PROTOCOL;

    private static final Pattern NAME = Pattern.compile("[a-z]+");
    private static final Pattern WORD = Pattern.compile(Patterns.ARGUMENT);

    /** Checks that every word may travel as it is. */
    public Verb {
        arguments = List.copyOf(arguments);
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a verb: " + name);
        }
        for (String argument : arguments) {
            if (!WORD.matcher(argument).matches()) {
                throw new IllegalArgumentException("not a plain word for verb " + name + ": " + argument);
            }
        }
    }

    /** A verb with plain arguments. */
    public static Verb of(String name, Object... arguments) {
        List<String> words = new ArrayList<>();
        for (Object argument : arguments) {
            words.add(argument.toString());
        }
        return new Verb(name, words);
    }

    /** The text of the SSH command. */
    public String command() {
        List<String> words = new ArrayList<>();
        words.add("pocketpaas/" + PROTOCOL);
        words.add(name);
        words.addAll(arguments);
        return String.join(" ", words);
    }
}
