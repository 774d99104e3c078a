package dev.pocketpaas.core.protocol;

import dev.pocketpaas.core.rules.HostRules;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.rules.VerbRule;
import dev.pocketpaas.core.rules.Verbs;
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

    private static final Pattern WORD = Pattern.compile(Patterns.ARGUMENT);

    /** Checks that the host has the verb for who asks from outside, and that every word may travel as it is. */
    public Verb {
        arguments = List.copyOf(arguments);
        VerbRule rule = Verbs.rule(name)
                .filter(VerbRule::outside)
                .orElseThrow(() -> new IllegalArgumentException("not a verb of the host: " + name));
        if (arguments.size() > rule.most()) {
            throw new IllegalArgumentException("too many words for verb " + name + ": " + arguments);
        }
        for (String argument : arguments) {
            if (!NumberLimit.ARGUMENT_LENGTH.holds(argument)
                    || !WORD.matcher(argument).matches()) {
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
        if (arguments.size() < Verbs.rule(name).map(VerbRule::least).orElse(0)) {
            throw new IllegalArgumentException("too few words for verb " + name + ": " + arguments);
        }
        List<String> words = new ArrayList<>();
        words.add("pocketpaas/" + PROTOCOL);
        words.add(name);
        words.addAll(arguments);
        return String.join(" ", words);
    }
}
