package dev.pocketpaas.core.environment;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code env set} and {@code env unset} ask for. Values never appear in its text form, nor in any message.
 *
 * @param set the variables that get a value
 * @param unset the variables that go
 */
public record EnvironmentChange(SortedMap<EnvName, EnvironmentValue> set, SortedSet<EnvName> unset) {
    /** Copies, and refuses a variable that is both set and unset. */
    public EnvironmentChange {
        set = Collections.unmodifiableSortedMap(new TreeMap<>(set));
        unset = Collections.unmodifiableSortedSet(new TreeSet<>(unset));
        for (EnvName name : unset) {
            if (set.containsKey(name)) {
                throw PocketException.usage(name + " is both set and unset", "name each variable once");
            }
        }
    }

    /**
     * The change that the words {@code KEY=value} state. {@code KEY=@file} takes the file's bytes as they are, {@code KEY=-} takes standard
     * input without its last line end, {@code KEY=@@text} is the text {@code @text}.
     */
    public static EnvironmentChange set(List<String> words, ValueSource source) {
        if (words.isEmpty()) {
            throw PocketException.usage("no variable given", "write KEY=value, KEY=@file, or KEY=- for standard input");
        }
        SortedMap<EnvName, EnvironmentValue> set = new TreeMap<>();
        boolean inputTaken = false;
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals < 0) {
                throw PocketException.usage(
                        "\"" + Printable.of(word) + "\" has no \"=\"",
                        "write KEY=value, KEY=@file, or KEY=- for standard input");
            }
            EnvName name = new EnvName(word.substring(0, equals));
            String value = word.substring(equals + 1);
            if (value.equals("-")) {
                if (inputTaken) {
                    throw PocketException.usage("only one variable can be read from standard input", null);
                }
                inputTaken = true;
            }
            if (set.put(name, read(name, value, source)) != null) {
                throw PocketException.usage(name + " is set twice", "name each variable once");
            }
        }
        return new EnvironmentChange(set, Collections.emptySortedSet());
    }

    /** The change that takes {@code names} away. */
    public static EnvironmentChange unset(List<String> names) {
        if (names.isEmpty()) {
            throw PocketException.usage("no variable given", "pass the names, for example: pocketpaas env unset KEY");
        }
        SortedSet<EnvName> unset = new TreeSet<>();
        names.forEach(name -> unset.add(new EnvName(name)));
        return new EnvironmentChange(Collections.emptySortedMap(), unset);
    }

    /** The change that gives the variables of a file their values. */
    public static EnvironmentChange of(ImportedVariables variables) {
        return new EnvironmentChange(variables.values(), Collections.emptySortedSet());
    }

    /** The change that makes {@code after} of {@code before}. A value that is the same text is not touched. */
    public static EnvironmentChange between(SortedMap<String, Secret> before, ImportedVariables after) {
        SortedMap<EnvName, EnvironmentValue> set = new TreeMap<>();
        SortedSet<EnvName> unset = new TreeSet<>();
        after.values().forEach((name, value) -> {
            Secret old = before.get(name.value());
            if (old == null || !old.revealText().equals(value.value().revealText())) {
                set.put(name, value);
            }
        });
        for (String name : before.keySet()) {
            if (!after.values().containsKey(new EnvName(name))) {
                unset.add(new EnvName(name));
            }
        }
        return new EnvironmentChange(set, unset);
    }

    /** A line for each variable: {@code +} new, {@code ~} another value, {@code -} gone; {@code known} are those of before. */
    public List<String> lines(Set<String> known) {
        return names().stream()
                .map(name -> (unset.contains(name) ? "- " : known.contains(name.value()) ? "~ " : "+ ") + name)
                .toList();
    }

    /**
     * The input of the verb {@code env} where it may be done only if the variables that commands have set are still {@code before}.
     *
     * @param later whether it is only kept for the release that comes next
     */
    public ValueTree toTreeIfStill(SortedMap<String, Secret> before, boolean later) {
        ValueTree.Builder tree = tree();
        before.forEach((name, value) -> tree.put("was/" + name, value.reveal()));
        return tree.putLines("options", later ? List.of("if-still", "no-restart") : List.of("if-still"))
                .build();
    }

    /** The names that it is about, in order. */
    public List<EnvName> names() {
        SortedSet<EnvName> names = new TreeSet<>(set.keySet());
        names.addAll(unset);
        return List.copyOf(names);
    }

    /** The input of the verb {@code env}: one release. */
    public ValueTree toTree() {
        return tree().build();
    }

    /** The same, only kept for the release that comes next. */
    public ValueTree toPendingTree() {
        return tree().putLines("options", List.of("no-restart")).build();
    }

    private ValueTree.Builder tree() {
        ValueTree.Builder tree = ValueTree.builder();
        set.values().forEach(value -> value.putInto(tree, "set", "set.json"));
        return tree.putLines("unset", unset.stream().map(EnvName::value).toList());
    }

    private static EnvironmentValue read(EnvName name, String value, ValueSource source) {
        try {
            if (value.equals("-")) {
                return new EnvironmentValue(name, Secret.of(withoutLineEnd(source.standardInput())));
            }
            if (value.startsWith("@@")) {
                return EnvironmentValue.of(name, value.substring(1));
            }
            if (value.startsWith("@")) {
                return new EnvironmentValue(name, Secret.of(source.file(value.substring(1))));
            }
            return EnvironmentValue.of(name, value);
        } catch (IOException e) {
            // The name may be a value whose "@" was meant literally, so it is not shown.
            throw new PocketException(
                    ExitCode.USAGE,
                    "the value of " + name + " cannot be read from "
                            + (value.equals("-") ? "standard input" : "the file named after \"@\""),
                    List.of(),
                    value.equals("-") ? null : "check the path; for a value that begins with \"@\" write \"@@\"",
                    e);
        }
    }

    /** {@code echo} ends its line; nobody means that line end to be part of a password. */
    private static byte[] withoutLineEnd(byte[] bytes) {
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
        }
        return Arrays.copyOf(bytes, length);
    }
}
