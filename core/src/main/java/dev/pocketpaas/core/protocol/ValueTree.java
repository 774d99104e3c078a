package dev.pocketpaas.core.protocol;

import dev.pocketpaas.core.rules.Patterns;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Values by path, as they travel to and from the host: {@code path NUL value NUL …} and a closing {@code . NUL end NUL}
 * (docs/protocol.md). A value is any bytes but NUL. Immutable; iterates in the order of paths.
 */
public final class ValueTree {
    private static final Pattern PATH = Pattern.compile(Patterns.TREE_PATH);
    private static final String END_PATH = ".";
    private static final String END_VALUE = "end";

    private final SortedMap<String, byte[]> values;

    private ValueTree(SortedMap<String, byte[]> values) {
        this.values = Collections.unmodifiableSortedMap(values);
    }

    /** A tree with nothing in it. */
    public static ValueTree empty() {
        return new ValueTree(new TreeMap<>());
    }

    /** Starts a new tree. */
    public static Builder builder() {
        return new Builder();
    }

    /** The value at {@code path} as UTF-8 text. */
    public Optional<String> text(String path) {
        return bytes(path).map(b -> new String(b, StandardCharsets.UTF_8));
    }

    /** The value at {@code path} as its bytes. */
    public Optional<byte[]> bytes(String path) {
        byte[] value = values.get(path);
        return value == null ? Optional.empty() : Optional.of(value.clone());
    }

    /** The non-empty lines of the value at {@code path}; none where there is no such value. */
    public List<String> lines(String path) {
        return text(path).map(t -> t.lines().filter(l -> !l.isEmpty()).toList()).orElse(List.of());
    }

    /** Whether there is a value at {@code path}. */
    public boolean has(String path) {
        return values.containsKey(path);
    }

    /** Every path, in order. */
    public SortedSet<String> paths() {
        return Collections.unmodifiableSortedSet(new TreeSet<>(values.keySet()));
    }

    /** What lies under {@code directory}, with paths relative to it. */
    public ValueTree under(String directory) {
        SortedMap<String, byte[]> found = new TreeMap<>();
        String prefix = directory + "/";
        values.tailMap(prefix).forEach((path, value) -> {
            if (path.startsWith(prefix)) {
                found.put(path.substring(prefix.length()), value);
            }
        });
        return new ValueTree(found);
    }

    /** The names directly under {@code directory} (or at the top for an empty string), in order. */
    public SortedSet<String> children(String directory) {
        SortedSet<String> names = new TreeSet<>();
        String prefix = directory.isEmpty() ? "" : directory + "/";
        for (String path : values.keySet()) {
            if (path.startsWith(prefix)) {
                String rest = path.substring(prefix.length());
                int slash = rest.indexOf('/');
                names.add(slash < 0 ? rest : rest.substring(0, slash));
            }
        }
        return names;
    }

    /** What lies under 1, 2, 3 and so on, up to the first number that nothing is under. */
    public List<ValueTree> numbered() {
        List<ValueTree> found = new ArrayList<>();
        ValueTree next = under("1");
        while (next.size() > 0) {
            found.add(next);
            next = under(Integer.toString(found.size() + 1));
        }
        return found;
    }

    /** Number of values. */
    public int size() {
        return values.size();
    }

    /** Writes the wire form. */
    public void writeTo(OutputStream out) throws IOException {
        for (Map.Entry<String, byte[]> entry : values.entrySet()) {
            out.write(entry.getKey().getBytes(StandardCharsets.US_ASCII));
            out.write(0);
            out.write(entry.getValue());
            out.write(0);
        }
        out.write((END_PATH + "\0" + END_VALUE + "\0").getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    /** The wire form as bytes. */
    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writeTo(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /**
     * Reads the wire form up to its end.
     *
     * @throws IOException when the stream ends before the closing pair, or holds a path that is none
     */
    public static ValueTree readFrom(InputStream in) throws IOException {
        byte[] all = in.readAllBytes();
        SortedMap<String, byte[]> values = new TreeMap<>();
        List<byte[]> fields = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                fields.add(Arrays.copyOfRange(all, start, i));
                start = i + 1;
            }
        }
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String path = new String(fields.get(i), StandardCharsets.UTF_8);
            if (path.equals(END_PATH)) {
                return new ValueTree(values);
            }
            if (!PATH.matcher(path).matches()) {
                throw new IOException("the host sent an invalid answer");
            }
            values.put(path, fields.get(i + 1));
        }
        throw new IOException("the host's answer was cut off");
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ValueTree that && Arrays.equals(toBytes(), that.toBytes());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(toBytes());
    }

    /** Paths only: values may be secret. */
    @Override
    public String toString() {
        return "ValueTree" + values.keySet();
    }

    /** Collects values for a {@link ValueTree}. */
    public static final class Builder {
        private final SortedMap<String, byte[]> values = new TreeMap<>();

        private Builder() {}

        /** Puts UTF-8 text at {@code path}. */
        public Builder put(String path, String value) {
            return put(path, value.getBytes(StandardCharsets.UTF_8));
        }

        /** Puts bytes at {@code path}; a NUL among them cannot travel. */
        public Builder put(String path, byte[] value) {
            if (!PATH.matcher(path).matches()) {
                throw new IllegalArgumentException("not a path of a value tree: " + path);
            }
            for (byte b : value) {
                if (b == 0) {
                    throw new IllegalArgumentException("the value at " + path + " holds a NUL byte");
                }
            }
            values.put(path, value.clone());
            return this;
        }

        /** Puts lines at {@code path}, one item a line; nothing for an empty list. */
        public Builder putLines(String path, List<String> lines) {
            return lines.isEmpty() ? this : put(path, String.join("\n", lines));
        }

        /** Puts all of {@code tree} below {@code directory}. */
        public Builder putAll(String directory, ValueTree tree) {
            tree.values.forEach((path, value) -> put(directory.isEmpty() ? path : directory + "/" + path, value));
            return this;
        }

        /** The tree. */
        public ValueTree build() {
            return new ValueTree(new TreeMap<>(values));
        }
    }
}
