package dev.pocketpaas.core.manifest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Reads YAML or JSON into {@link Node}s. Of YAML it takes what a settings file needs: one document, no tags, no aliases (and so no merge
 * keys and no laughing billions), every key once.
 */
final class NodeTree {
    private static final int DEEPEST = 20;

    // As Dokku reads app.json: with comments, and with a comma behind the last item.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonReadFeature.ALLOW_JAVA_COMMENTS)
            .enable(JsonReadFeature.ALLOW_TRAILING_COMMA)
            .build();

    private final JsonParser parser;
    private final Problems problems;

    private NodeTree(JsonParser parser, Problems problems) {
        this.parser = parser;
        this.problems = problems;
    }

    /** The document in YAML {@code text}; null for an empty one, or when a problem was reported. */
    static @Nullable Node ofYaml(String text, Problems problems) {
        try (YAMLParser parser = new YAMLFactory().createParser(text)) {
            return new NodeTree(parser, problems).document();
        } catch (JsonProcessingException e) {
            reportYaml(e, problems);
        } catch (IOException | NumberFormatException e) {
            problems.report(Position.START, "", "the file cannot be read as YAML", null);
        } catch (TooMuch e) {
            // Reported where it was found.
        }
        return null;
    }

    /** The document in JSON {@code text}; null for an empty one, or when a problem was reported. */
    static @Nullable Node ofJson(String text, Problems problems) {
        try (JsonParser parser = JSON.createParser(text)) {
            return new NodeTree(parser, problems).document();
        } catch (JsonProcessingException e) {
            problems.report(position(e.getLocation()), "", "this is not valid JSON", null);
        } catch (IOException e) {
            problems.report(Position.START, "", "the file cannot be read as JSON", null);
        } catch (TooMuch e) {
            // Reported where it was found.
        }
        return null;
    }

    private @Nullable Node document() throws IOException {
        @Nullable JsonToken first = parser.nextToken();
        if (first == null) {
            return null;
        }
        Node root = node(first, 0);
        if (parser.nextToken() != null) {
            problems.report(here(), "", "the file holds more than one document", "keep one, and remove the \"---\"");
            return null;
        }
        return root instanceof Node.Scalar scalar && scalar.kind() == Node.Kind.NULL ? null : root;
    }

    private Node node(JsonToken token, int depth) throws IOException {
        Position at = here();
        if (depth > DEEPEST) {
            problems.report(at, "", "this is nested too deeply", null);
            throw new TooMuch();
        }
        if (parser instanceof YAMLParser yaml) {
            refuseYamlFeatures(yaml, at);
        }
        return switch (token) {
            case START_OBJECT -> mapping(at, depth);
            case START_ARRAY -> sequence(at, depth);
            default -> scalar(token, at);
        };
    }

    private Node mapping(Position at, int depth) throws IOException {
        List<Node.Entry> entries = new ArrayList<>();
        Map<String, Position> seen = new HashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Position keyAt = here();
            String key = parser.currentName();
            refuseOddCharacters(key, keyAt);
            Node value = node(parser.nextToken(), depth + 1);
            @Nullable Position first = seen.putIfAbsent(key, keyAt);
            if (key.equals("<<") && parser instanceof YAMLParser) {
                problems.report(keyAt, key, "merge keys (<<) are not understood here", "write the keys out");
            } else if (first == null) {
                entries.add(new Node.Entry(keyAt, key, value));
            } else {
                problems.report(
                        keyAt,
                        key,
                        "key \"" + Printable.of(key) + "\" is here twice",
                        "it is already on line " + first.line());
            }
        }
        return new Node.Mapping(at, entries);
    }

    private Node sequence(Position at, int depth) throws IOException {
        List<Node> items = new ArrayList<>();
        JsonToken token = parser.nextToken();
        while (token != JsonToken.END_ARRAY) {
            items.add(node(token, depth + 1));
            token = parser.nextToken();
        }
        return new Node.Sequence(at, items);
    }

    private Node scalar(JsonToken token, Position at) throws IOException {
        String text = parser.getText();
        refuseOddCharacters(text, at);
        return new Node.Scalar(at, kind(token, text, at), text);
    }

    private Node.Kind kind(JsonToken token, String text, Position at) {
        return switch (token) {
            case VALUE_TRUE, VALUE_FALSE -> Node.Kind.BOOLEAN;
            case VALUE_NUMBER_INT -> Node.Kind.INTEGER;
            case VALUE_NUMBER_FLOAT -> Node.Kind.DECIMAL;
            case VALUE_NULL -> Node.Kind.NULL;
            // YAML's "key:" with nothing after it: a token of no width. A quoted empty text has two quotes.
            default ->
                parser instanceof YAMLParser
                                && text.isEmpty()
                                && position(parser.currentLocation()).equals(at)
                        ? Node.Kind.NULL
                        : Node.Kind.TEXT;
        };
    }

    private void refuseYamlFeatures(YAMLParser yaml, Position at) throws IOException {
        if (yaml.isCurrentAlias()) {
            problems.report(at, "*" + yaml.getText(), "aliases (*name) are not understood here", "write the value out");
        } else if (yaml.getTypeId() != null) {
            problems.report(at, "", "tags (!name) are not understood here", "remove the tag");
        }
    }

    /** Escapes in quoted text can name what no file and no environment can carry. */
    private void refuseOddCharacters(String text, Position at) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                problems.report(at, "", "a NUL character, which nothing can carry", "remove it");
                return;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                problems.report(at, "", "half a surrogate pair, which is not a character", "write the whole character");
                return;
            }
        }
    }

    private Position here() {
        return position(parser.currentTokenLocation());
    }

    private static Position position(@Nullable JsonLocation location) {
        return location == null
                ? Position.START
                : new Position(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }

    private static void reportYaml(JsonProcessingException e, Problems problems) {
        if (e.getCause() instanceof MarkedYAMLException cause && cause.getProblemMark() != null) {
            Mark mark = cause.getProblemMark();
            YamlSyntax syntax = YamlSyntax.of(cause);
            // An unclosed quote or bracket is found at the end of the file; what helps is where it was opened.
            Mark shown = syntax.atContext() && cause.getContextMark() != null ? cause.getContextMark() : mark;
            problems.report(
                    new Position(shown.getLine() + 1, shown.getColumn() + 1),
                    "",
                    syntax.message(),
                    syntax.suggestion());
        } else if (String.valueOf(e.getOriginalMessage()).startsWith("Expected a field name")) {
            problems.report(position(e.getLocation()), "", "a key must be plain text", null);
        } else {
            problems.report(position(e.getLocation()), "", "this is not valid YAML", null);
        }
    }

    /** Ends the reading of a file that goes too far. */
    private static final class TooMuch extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooMuch() {
            super(null, null, false, false);
        }
    }
}
