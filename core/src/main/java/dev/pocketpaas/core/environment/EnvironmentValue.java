package dev.pocketpaas.core.environment;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.json.JsonText;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * One variable with its value, known to be one that a process can be given: no NUL, UTF-8, and short enough for the kernel. Never shown.
 *
 * @param name the variable
 * @param value its value, byte-exact
 */
public record EnvironmentValue(EnvName name, Secret value) {
    /** Linux refuses to start a program with a longer {@code KEY=value} (MAX_ARG_STRLEN, its NUL included). */
    private static final int LONGEST = 131_072 - 1;

    /** Checks the value. The messages name the variable, never the value. */
    public EnvironmentValue {
        byte[] bytes = value.reveal();
        for (byte b : bytes) {
            if (b == 0) {
                throw PocketException.usage(
                        "the value of " + name + " contains a NUL byte, which no environment can hold",
                        "encode it, for example as base64");
            }
        }
        if (name.value().length() + 1 + bytes.length > LONGEST) {
            throw PocketException.usage(
                    "the value of " + name + " is " + bytes.length + " bytes long; Linux takes at most 128 kB",
                    "put large data into a file of the app, or into a volume");
        }
        text(name, bytes);
    }

    /** The variable {@code name} with {@code value}, or a usage error that does not show the value. */
    public static EnvironmentValue of(EnvName name, String value) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw PocketException.usage(
                    "the value of " + name + " contains half a surrogate pair, which is not a character",
                    "write the whole character");
        }
        return new EnvironmentValue(name, Secret.of(value));
    }

    /** Puts the value as the protocol wants it: {@code plain/KEY} byte-exact, and {@code json/KEY} for the Engine API. */
    public void putInto(ValueTree.Builder tree, String plain, String json) {
        byte[] bytes = value.reveal();
        tree.put(plain + "/" + name, bytes);
        tree.put(json + "/" + name, JsonText.quote(name + "=" + text(name, bytes)));
    }

    private static String text(EnvName name, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw PocketException.usage(
                    "the value of " + name + " is not UTF-8 text", "encode binary data, for example as base64");
        }
    }
}
