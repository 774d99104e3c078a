package dev.pocketpaas.core.image;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The configuration of an image
 * (<a href="https://github.com/opencontainers/image-spec/blob/main/config.md">specification</a>).
 *
 * @param bytes as the engine has it: its digest is the image's
 * @param platform operating system and machine
 * @param layers digests of the layers, unpacked, the lowest first
 */
record ImageConfig(byte[] bytes, String platform, List<String> layers) {
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    ImageConfig {
        layers = List.copyOf(layers);
    }

    /** Reads it; fails for what is none. */
    static ImageConfig read(byte[] bytes) throws IOException {
        // It travels as text.
        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        Map<String, String> facts = new HashMap<>();
        List<String> layers = new ArrayList<>();
        try (JsonParser parser = new JsonFactory().createParser(bytes)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the configuration of the image is no object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("rootfs") && value == JsonToken.START_OBJECT) {
                    rootfs(parser, layers);
                } else if (value == JsonToken.VALUE_STRING) {
                    facts.put(name, parser.getText());
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (!layers.stream().allMatch(layer -> DIGEST.matcher(layer).matches()) || layers.isEmpty()) {
            throw new IOException("the configuration of the image names no layers");
        }
        return new ImageConfig(
                bytes, facts.getOrDefault("os", "linux") + "/" + facts.getOrDefault("architecture", ""), layers);
    }

    private static void rootfs(JsonParser parser, List<String> layers) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.START_ARRAY && name.equals("diff_ids")) {
                while (parser.nextToken() == JsonToken.VALUE_STRING) {
                    layers.add(parser.getText());
                }
            } else {
                parser.skipChildren();
            }
        }
    }
}
