package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes back where a token was left, and what is made of it. */
class ReachTest {
    @TempDir
    Path directory;

    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        page("/.well-known/pocketpaas/token", "token");
        page("/.well-known/pocketpaas/other", "another one");
        page("/.well-known/pocketpaas/parked", "this domain is for sale. ".repeat(40_000));
        server.createContext("/.well-known/pocketpaas/moved", exchange -> {
            exchange.getResponseHeaders().set("Location", "/.well-known/pocketpaas/token");
            exchange.sendResponseHeaders(301, -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void theTokenLeadsHereAndAnyOtherAnswerElsewhere() throws IOException {
        assertThat(fetched("token")).containsExactly("0");
        assertThat(fetched("moved")).as("a redirect is followed").containsExactly("0");
        assertThat(fetched("other")).containsExactly("1");
        assertThat(fetched("parked")).as("a long page is an answer, too").containsExactly("1");
    }

    @Test
    void whoDoesNotAnswerIsNobodyElse() throws IOException {
        server.stop(0);

        assertThat(fetched("token")).as("curl's own: could not connect").containsExactly("7");
    }

    private List<String> fetched(String file) throws IOException {
        return new ReleaseShell(directory.resolve(file))
                .run("code=0; reach_fetch localhost " + server.getAddress().getPort() + " pocketpaas/" + file
                        + " token || code=$?; echo $code");
    }

    private void page(String path, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        server.createContext(path, exchange -> {
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
    }
}
