package dev.pocketpaas.core.proxy;

import dev.pocketpaas.core.failure.PocketException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An admin's own lines for nginx, in the servers of one app. They are read here as nginx reads them (comments, quotes, escapes), so that what
 * would end the server, or take what is PocketPaaS's, is told with its line before anything is sent. What the directives mean only nginx knows.
 *
 * @param text the lines
 */
public record Snippet(String text) {
    /** What a snippet may hold at most, in bytes. */
    public static final int MAX_BYTES = 65536;

    /** What the server itself says, which nginx takes once only; a block of one's own may say it again. */
    private static final Map<String, String> OURS = Map.of(
            "listen", "the ports are the host's",
            "server_name", "names are added by \"pocketpaas domains add\"",
            "client_max_body_size", "it is http.max-body in pocketpaas.yml",
            "proxy_buffer_size", "it is http.response-headers in pocketpaas.yml",
            "proxy_buffers", "it follows http.response-headers in pocketpaas.yml",
            "proxy_buffering", "it is off; the app's header \"X-Accel-Buffering: yes\" turns it on for a response",
            "large_client_header_buffers", "requests may have lines of 32 kB already",
            "server_tokens", "nginx's version is not shown already");

    /** Reads {@code bytes} of {@code file}; what cannot be a snippet is refused with its line. */
    public static Snippet parse(byte[] bytes, String file) {
        if (bytes.length > MAX_BYTES) {
            throw PocketException.usage(
                    file + " is larger than " + MAX_BYTES + " bytes", "keep what is large in files on the host");
        }
        String text = decode(bytes, file);
        if (text.isBlank()) {
            throw PocketException.usage(file + " is empty", "to have no snippet any more: pocketpaas nginx unset");
        }
        new Reader(text, file).read();
        return new Snippet(text);
    }

    private static String decode(byte[] bytes, String file) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            if (text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\r' && c != '\t')) {
                return text;
            }
        } catch (CharacterCodingException e) {
            // The same as any other byte that no text has.
        }
        throw PocketException.usage(file + " is not text", "give lines as they stand in a server of nginx, in UTF-8");
    }

    /** Goes once through the text, as nginx's own reader does. */
    private static final class Reader {
        private final String text;
        private final String file;
        private int at;
        private int line = 1;
        private int depth;
        private int opened;

        Reader(String text, String file) {
            this.text = text;
            this.file = file;
        }

        void read() {
            int words = 0;
            int began = 1;
            while (skipSpace()) {
                char c = text.charAt(at);
                if (c == '#') {
                    skipComment();
                } else if (c == '}') {
                    if (words > 0) {
                        throw refused(began, "the directive does not end with \";\"", "add the \";\"");
                    }
                    close();
                } else if (c == ';' || c == '{') {
                    if (words == 0) {
                        throw refused(line, "\"" + c + "\" without a directive before it", "take it away");
                    }
                    words = 0;
                    next();
                    if (c == '{') {
                        depth++;
                        opened = depth == 1 ? line : opened;
                    }
                } else {
                    began = words == 0 ? line : began;
                    String word = c == '"' || c == '\'' ? quoted(c) : word();
                    if (words++ == 0 && depth == 0 && OURS.containsKey(word)) {
                        throw refused(line, word + " is PocketPaaS's own to say", OURS.getOrDefault(word, ""));
                    }
                }
            }
            if (words > 0) {
                throw refused(began, "the directive does not end with \";\"", "add the \";\"");
            }
            if (depth > 0) {
                throw refused(opened, "the block that begins here has no end", "add the \"}\" that is missing");
            }
        }

        private void close() {
            if (depth == 0) {
                throw refused(
                        line,
                        "\"}\" would end the server, which PocketPaaS writes",
                        "take it away, or add the \"{\" that is missing");
            }
            depth--;
            next();
        }

        private boolean skipSpace() {
            while (at < text.length() && isSpace(text.charAt(at))) {
                next();
            }
            return at < text.length();
        }

        private static boolean isSpace(char c) {
            return c == ' ' || c == '\t' || c == '\r' || c == '\n';
        }

        private void skipComment() {
            while (at < text.length() && text.charAt(at) != '\n') {
                next();
            }
        }

        private String quoted(char quote) {
            int from = line;
            next();
            int begin = at;
            while (at < text.length() && text.charAt(at) != quote) {
                skipEscaped();
            }
            if (at == text.length()) {
                throw refused(from, "the quote that begins here has no end", "add the " + quote + " that is missing");
            }
            String word = text.substring(begin, at);
            next();
            return word;
        }

        // Of a word that has begun only a space, ";" and "{" are the end, and "${" is a variable.
        private String word() {
            int begin = at;
            boolean variable = false;
            while (at < text.length()) {
                char c = text.charAt(at);
                if (isSpace(c) || c == ';' || (c == '{' && !variable)) {
                    break;
                }
                variable = c == '$';
                skipEscaped();
            }
            return text.substring(begin, at);
        }

        private void skipEscaped() {
            if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                next();
            }
            next();
        }

        private void next() {
            if (text.charAt(at++) == '\n') {
                line++;
            }
        }

        private PocketException refused(int where, String what, String fix) {
            return PocketException.usage(file + ", line " + where + ": " + what, fix);
        }
    }
}
