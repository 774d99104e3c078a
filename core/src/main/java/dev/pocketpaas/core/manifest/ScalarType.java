package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A value that is one text, number or switch in the file.
 *
 * @param label what it is, with its article
 * @param kinds the YAML kinds that may stand for it
 * @param facets its JSON Schema
 * @param shown whether its text may appear in messages
 * @param parser from the text as written to the value
 */
record ScalarType<T>(String label, Set<Node.Kind> kinds, Facets facets, boolean shown, Parser<T> parser)
        implements ValueType<T> {
    private static final Set<Node.Kind> ANY =
            EnumSet.of(Node.Kind.TEXT, Node.Kind.INTEGER, Node.Kind.DECIMAL, Node.Kind.BOOLEAN);

    /** From text to value; a {@link PocketException} of a name is as good as a {@link BadValue}. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadValue;
    }

    /** The rest of its JSON Schema. */
    @FunctionalInterface
    interface Facets {
        void write(JsonGenerator out) throws IOException;
    }

    /** Text in whatever form: {@code 0123}, {@code no} and {@code 1:30} are taken as they are written. */
    static <T> ScalarType<T> text(String label, String pattern, Parser<T> parser) {
        return new ScalarType<>(label, ANY, jsonText(List.of("string"), pattern), true, parser);
    }

    /** Text that an editor may also see as a number. */
    static <T> ScalarType<T> textOrNumber(String label, String pattern, Parser<T> parser) {
        return new ScalarType<>(label, ANY, jsonText(List.of("string", "number"), pattern), true, parser);
    }

    /** The same type for values that must never be shown. */
    ScalarType<T> hidden() {
        return new ScalarType<>(label, kinds, facets, false, parser);
    }

    @Override
    public @Nullable T bind(Node node, Problems problems) {
        if (!(node instanceof Node.Scalar scalar) || !kinds.contains(scalar.kind())) {
            problems.wrongType(node, label, advice(node));
            return null;
        }
        return parse(scalar.position(), scalar.text(), problems);
    }

    /** Reads {@code text} that stands at {@code at}, which may also be a key. */
    @Nullable
    T parse(Position at, String text, Problems problems) {
        try {
            return parser.parse(text);
        } catch (BadValue e) {
            problems.report(at, shown ? text : "", e.message(), e.suggestion());
        } catch (PocketException e) {
            problems.report(at, shown ? text : "", e.what(), e.cure().orElse(null));
        }
        return null;
    }

    @Override
    public void describe(JsonGenerator out) throws IOException {
        facets.write(out);
    }

    private @Nullable String advice(Node node) {
        if (node instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.NULL) {
            return kinds.contains(Node.Kind.TEXT)
                    ? "give it a value, or \"\" for the empty text, or remove the line"
                    : "give it a value, or remove the line";
        }
        boolean onlyQuoted = node instanceof Node.Scalar scalar && parses(scalar.text());
        return onlyQuoted ? "write it plainly, without quotes" : null;
    }

    private boolean parses(String text) {
        try {
            parser.parse(text);
            return true;
        } catch (BadValue | PocketException e) {
            return false;
        }
    }

    private static Facets jsonText(List<String> types, String pattern) {
        return out -> {
            if (types.size() == 1) {
                out.writeStringField("type", types.get(0));
            } else {
                out.writeArrayFieldStart("type");
                for (String type : types) {
                    out.writeString(type);
                }
                out.writeEndArray();
            }
            if (!pattern.isEmpty()) {
                out.writeStringField("pattern", "^(?:" + pattern + ")$");
            }
        };
    }

    /** {@code text} quoted for a message. */
    static String quoted(String text) {
        return "\"" + Printable.of(text) + "\"";
    }
}
