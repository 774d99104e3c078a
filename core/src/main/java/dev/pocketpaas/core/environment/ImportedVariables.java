package dev.pocketpaas.core.environment;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Variables out of a file.
 *
 * @param values the variables
 * @param notes sentences for the user; none shows a value
 */
public record ImportedVariables(SortedMap<EnvName, EnvironmentValue> values, List<String> notes) {
    /** Copies. */
    public ImportedVariables {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        notes = List.copyOf(notes);
    }

    /**
     * Reads a file: one JSON object where it begins with a brace, else dotenv.
     *
     * @param file how it is called in messages
     * @throws PocketException a usage error that names the line, and shows no value
     */
    public static ImportedVariables read(String file, byte[] bytes) {
        String text = text(file, bytes);
        ImportedVariables variables = text.stripLeading().startsWith("{") ? json(file, text) : Dotenv.read(file, text);
        if (variables.values().isEmpty()) {
            throw PocketException.usage(file + " contains no variables", "write KEY=value lines, or a JSON object");
        }
        return variables;
    }

    private static String text(String file, byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            // Some editors begin a file with a mark of its byte order.
            return text.startsWith("\ufeff") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            throw PocketException.usage(file + " is not UTF-8 text", "save it as UTF-8");
        }
    }

    private static ImportedVariables json(String file, String text) {
        SortedMap<EnvName, EnvironmentValue> values = new TreeMap<>();
        try (JsonParser parser = new JsonFactory().createParser(text)) {
            parser.nextToken();
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                JsonToken token = parser.nextToken();
                String where = file + ", line " + parser.currentTokenLocation().getLineNr() + ": ";
                EnvName name = named(where, key);
                if (!token.isScalarValue() || token == JsonToken.VALUE_NULL) {
                    throw PocketException.usage(
                            where + "the value of " + name + " is "
                                    + (token == JsonToken.VALUE_NULL ? "null" : "a list or an object"),
                            "write text, a number, true or false");
                }
                if (values.put(name, EnvironmentValue.of(name, parser.getText())) != null) {
                    throw PocketException.usage(where + name + " is there twice", "keep one of the two");
                }
            }
            if (parser.nextToken() != null) {
                throw PocketException.usage(
                        file + ", line " + parser.currentTokenLocation().getLineNr()
                                + ": there is text after the JSON object",
                        "import a single object");
            }
        } catch (JsonParseException e) {
            // Its own message shows a piece of the text.
            throw PocketException.usage(
                    file + ", line " + e.getLocation().getLineNr() + ": this is not JSON",
                    "write one object: {\"KEY\": \"value\"}");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ImportedVariables(values, List.of());
    }

    private static EnvName named(String where, String key) {
        try {
            return new EnvName(key);
        } catch (PocketException e) {
            throw PocketException.usage(where + Printable.of(e.what()), "remove it from the file");
        }
    }
}
