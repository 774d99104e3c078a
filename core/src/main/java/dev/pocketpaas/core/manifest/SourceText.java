package dev.pocketpaas.core.manifest;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** The text of a file from a repository, made of bytes that could be anything. */
final class SourceText {
    /** Far above any honest file, far below what would hurt. */
    static final int LARGEST = 256 * 1024;

    private SourceText() {}

    /** The text without a byte order mark; null when a problem was reported. */
    static @Nullable String of(byte[] bytes, Problems problems) {
        if (bytes.length > LARGEST) {
            problems.report(Position.START, "", "the file is larger than 256 kB", null);
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length + 1);
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        CoderResult result = decoder.decode(in, out, true);
        String text = out.flip().toString();
        if (result.isError()) {
            problems.report(after(text), "", "the file is not UTF-8 text", "save it as UTF-8");
            return null;
        }
        return withoutControlCharacters(text.startsWith("\uFEFF") ? text.substring(1) : text, problems);
    }

    private static @Nullable String withoutControlCharacters(String text, Problems problems) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean allowed = c >= 0x20 && c != 0x7f && (c < 0x80 || c > 0x9f || c == 0x85) && c < 0xfffe;
            if (!allowed && c != '\t' && c != '\n' && c != '\r') {
                problems.report(
                        after(text.substring(0, i)),
                        text.substring(i, i + 1),
                        String.format("a control character (U+%04X)", (int) c),
                        "remove it");
                return null;
            }
        }
        return text;
    }

    /** The position of what follows {@code text}; lines end as YAML says. */
    private static Position after(String text) {
        int line = 1;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean crlf = c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n';
            if (c == '\n' || (c == '\r' && !crlf)) {
                line++;
                start = i + 1;
            }
        }
        return new Position(line, text.codePointCount(start, text.length()) + 1);
    }
}
