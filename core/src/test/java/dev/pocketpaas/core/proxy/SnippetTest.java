package dev.pocketpaas.core.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SnippetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "location = /robots.txt { return 200 \"User-agent: *\\nDisallow: /\\n\"; }",
                "# } server {\nadd_header X-A b;",
                "add_header X-A \"} server { listen 1;\"; # {",
                "add_header X-A '\\'}';",
                "if ($a ~ ^/x\\{2\\}) { return 403; }",
                "set $x ${host}y;",
                "set $x a}b;",
                "location /a {\n  location /a/b { return 204; }\n}\r\n",
                "location /a { server_name_in_redirect off; }",
                "location /a { proxy_buffering on; proxy_buffer_size 64k; client_max_body_size 1g; }",
                "# nothing but a comment",
            })
    void whatStaysInItsServerIsTaken(String text) {
        assertThat(parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "}\\nserver { listen 80;                    | 1 | \"}\" would end the server",
                "add_header a b;\\n}                        | 2 | \"}\" would end the server",
                "location / { return 204; } }               | 1 | \"}\" would end the server",
                "location /a {\\n\\n return 204;            | 1 | the block that begins here has no end",
                "location /a { # }                          | 1 | the block that begins here has no end",
                "a {\\n b { } \\n }\\nc {\\n                | 4 | the block that begins here has no end",
                "set $x ${y; }                              | 1 | \"}\" would end the server",
                "add_header a \"b;\\n}                      | 1 | the quote that begins here has no end",
                "\\nadd_header a 'b\\\\';                   | 2 | the quote that begins here has no end",
                "add_header a\\n b                          | 1 | the directive does not end with \";\"",
                "location /a { return 204 }                 | 1 | the directive does not end with \";\"",
                "; add_header a b;                          | 1 | \";\" without a directive",
                "\\n{ }                                     | 2 | \"{\" without a directive",
                "\\n\\nlisten 8080;                         | 3 | listen is PocketPaaS's own to say",
                "proxy_buffer_size 64k;                    | 1 | proxy_buffer_size is PocketPaaS's own to say",
                "add_header a b;\\nserver_tokens off;      | 2 | server_tokens is PocketPaaS's own to say",
                "'server_name' other.example.com;           | 1 | server_name is PocketPaaS's own to say",
            })
    void whatWouldNotIsRefusedWithItsLine(String text, int line, String message) {
        assertThatThrownBy(() -> parse(text.replace("\\n", "\n").replace("\\\\", "\\")))
                .isInstanceOf(PocketException.class)
                .hasMessageStartingWith("my.conf, line " + line + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void whatIsNoTextIsRefused() {
        assertThatThrownBy(() -> parse(" \n")).hasMessage("my.conf is empty");
        assertThatThrownBy(() -> parse("a\0b;")).hasMessage("my.conf is not text");
        assertThatThrownBy(() -> Snippet.parse(new byte[] {(byte) 0xff, ';'}, "my.conf"))
                .hasMessage("my.conf is not text");
        assertThatThrownBy(() -> parse("#".repeat(Snippet.MAX_BYTES + 1)))
                .hasMessage("my.conf is larger than 65536 bytes");
    }

    private static Snippet parse(String text) {
        return Snippet.parse(text.getBytes(StandardCharsets.UTF_8), "my.conf");
    }
}
