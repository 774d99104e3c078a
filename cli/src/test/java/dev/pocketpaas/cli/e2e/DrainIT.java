package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What becomes of requests that the old release has begun, and in {@code -Pfaults} of who waits for it. */
@ExtendWith(TestDroplet.Shared.class)
class DrainIT {
    /** Keeps connections open; {@code /stream} goes on until {@code /end}, {@code /socket} becomes an echo of lines. */
    private static final String SERVER = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1;
            $SIG{CHLD} = 'IGNORE';
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ENV{PORT}, Listen => 99, ReuseAddr => 1) or die $!;
            while (1) {
                my $client = $server->accept or next;
                my $pid = fork; die unless defined $pid;
                if ($pid) { close $client; next }
                $client->autoflush(1);
                while (my $line = <$client>) {
                    my ($path) = $line =~ m{^\\S+ (\\S+)} or last;
                    my $upgrade = 0;
                    my $length = 0;
                    while (my $header = <$client>) {
                        last if $header =~ /^\\r?\\n$/;
                        $upgrade = 1 if $header =~ /^upgrade: websocket/i;
                        $length = $1 if $header =~ /^content-length: (\\d+)/i;
                    }
                    read $client, my $body, $length;
                    if ($path eq '/upload' || $path eq '/lost') { open my $file, '>>', '/data/uploads' or die $!; print $file "$path $length\\n" }
                    if ($path eq '/lost') { last }
                    if ($path eq '/socket' && $upgrade) {
                        print $client "HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n";
                        while (my $said = <$client>) { print $client "VERSION: $said" }
                        last;
                    }
                    if ($path eq '/stream') {
                        print $client "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n";
                        for (1 .. 500) { print $client "8\\r\\nVERSION\\n\\r\\n"; sleep 1; last if -e '/data/end' }
                        print $client "5\\r\\nwhole\\r\\n0\\r\\n\\r\\n";
                        next;
                    }
                    if ($path eq '/end') { open my $file, '>', '/data/end' or die $! }
                    print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 7\\r\\n\\r\\nVERSION";
                }
                exit 0;
            }
            """;

    @Test
    void whatHasBegunEndsOnTheOldReleaseAndNothingElseIsWaitedFor(TestDroplet droplet) throws Exception {
        TestApp app = draining(droplet, "patient", "drain: 10m");
        Path answer = app.laptop().home().resolve("stream");
        FutureTask<Seen> stream = stream(app, droplet, answer);
        try (WebSocket socket = new WebSocket(droplet, "patient")) {
            assertThat(socket.echo("before")).isEqualTo("version: before");
            // Leaves idle connections between nginx and the old release.
            assertThat(app.get("/").body()).isEqualTo("version");

            ship(app, "another");

            assertThat(app.get("/").body()).isEqualTo("another");
            assertThat(socket.echo("after")).isEqualTo("version: after");
            assertThat(stream.isDone()).as("the stream goes on").isFalse();
            assertThat(app.get("/end").body()).isEqualTo("another");
            assertThat(stream.get().exit()).as(stream.get().toString()).isZero();
            assertThat(Files.readString(answer)).matches("(version\n)+whole");
            assertThat(socket.echo("still")).isEqualTo("version: still");
            assertThat(old(droplet, "patient"))
                    .as("the old release, as long as somebody talks to it")
                    .isNotBlank();
        }
        // Far less than the drain time: nothing is left.
        Polling.eventually(() -> assertThat(old(droplet, "patient")).isBlank());
        app.destroy();
    }

    /** nginx chooses where a request goes when its header is there, and passes it on when all of its body is. */
    @Test
    void anUploadThatOutlastsASwitchArrivesAtWhatIsLiveThen(TestDroplet droplet) throws Exception {
        TestApp app = draining(droplet, "uploads", "drain: 30s");
        try (Upload switched = new Upload(droplet, "uploads", "/upload");
                Upload stopped = new Upload(droplet, "uploads", "/upload")) {
            ship(app, "another");
            Polling.eventually(() -> assertThat(old(droplet, "uploads")).isBlank());
            assertThat(switched.end()).isEqualTo("HTTP/1.1 200 OK");

            app.must("scale", "web=2");
            try (Upload first = new Upload(droplet, "uploads", "/upload");
                    Upload second = new Upload(droplet, "uploads", "/upload")) {
                app.must("scale", "web=1");
                Polling.eventually(() -> assertThat(droplet.inside(
                                        "docker ps -q --filter label=pocketpaas.app=uploads --filter label=pocketpaas.type=web")
                                .out()
                                .lines())
                        .hasSize(1));
                assertThat(first.end()).isEqualTo("HTTP/1.1 200 OK");
                assertThat(second.end()).isEqualTo("HTTP/1.1 200 OK");
            }

            app.must("stop");
            assertThat(stopped.end()).isEqualTo("HTTP/1.1 503 Service Temporarily Unavailable");
        }
        app.must("start");
        // What an app has begun to do is not done twice, whatever becomes of it.
        try (Upload lost = new Upload(droplet, "uploads", "/lost")) {
            assertThat(lost.end()).isEqualTo("HTTP/1.1 502 Bad Gateway");
        }
        assertThat(app.must("exec", "web", "--", "cat", "/data/uploads").out().lines())
                .containsExactly("/upload 20", "/upload 20", "/upload 20", "/lost 20");
        app.destroy();
    }

    @Test
    void whatLastsLongerThanTheDrainTimeIsCutOff(TestDroplet droplet) throws Exception {
        TestApp app = draining(droplet, "hasty", "drain: 2s");
        try (WebSocket socket = new WebSocket(droplet, "hasty")) {
            assertThat(socket.echo("before")).isEqualTo("version: before");

            ship(app, "another");

            assertThat(app.get("/").body()).isEqualTo("another");
            assertThat(socket.end()).isEqualTo("closed");
        }
        Polling.eventually(() -> assertThat(old(droplet, "hasty")).isBlank());
        app.destroy();
    }

    @Test
    @Tag("faults")
    void whoNeedsThePlaceOfTheOldReleaseWaitsForIt(TestDroplet droplet) throws Exception {
        TestApp app = draining(droplet, "twice", "drain: 10m");
        Path answer = app.laptop().home().resolve("stream");
        FutureTask<Seen> stream = stream(app, droplet, answer);
        Victim.Running again;
        try (WebSocket socket = new WebSocket(droplet, "twice")) {
            assertThat(socket.echo("before")).isEqualTo("version: before");
            ship(app, "another");

            again = new Victim.Running("another", app.laptop(), app.directory(), "env", "set", "A=1");
            Polling.eventually(() ->
                    assertThat(again.printed()).contains("waiting for processes that are ending", "drain", "--now"));

            assertThat(app.get("/end").body()).isEqualTo("another");
            assertThat(stream.get().exit()).as(stream.get().toString()).isZero();
            assertThat(Files.readString(answer)).matches("(version\n)+whole");
            assertThat(socket.echo("still")).isEqualTo("version: still");
        }
        assertThat(again.end()).as(again.printed()).isZero();
        Truth.clean(droplet, app);

        try (WebSocket socket = new WebSocket(droplet, "twice")) {
            assertThat(socket.echo("before")).isEqualTo("another: before");
            ship(app, "further");
            assertThat(socket.echo("still")).isEqualTo("another: still");

            assertThat(app.must("rollback", "--now").err()).doesNotContain("waiting for");

            assertThat(socket.end()).isEqualTo("closed");
            assertThat(app.get("/").body()).isEqualTo("another");
        }
        Truth.clean(droplet, app);
        app.destroy();
    }

    @Test
    @Tag("faults")
    void whoIsCancelledWhileHeWaitsHasCutNothingOff(TestDroplet droplet) throws Exception {
        TestApp app = draining(droplet, "undecided", "drain: 10m");
        try (WebSocket socket = new WebSocket(droplet, "undecided")) {
            assertThat(socket.echo("before")).isEqualTo("version: before");
            ship(app, "another");
            app.write("app.pl", SERVER.replace("VERSION", "further"));
            app.commit("further");
            Victim.Running deploy = new Victim.Running("further", app.laptop(), app.directory(), "deploy");
            Polling.eventually(() -> assertThat(deploy.printed()).contains("waiting for processes that are ending"));

            app.must("deploy", "--cancel");

            assertThat(deploy.end()).as(deploy.printed()).isNotZero();
            assertThat(socket.echo("still")).isEqualTo("version: still");
            assertThat(app.get("/").body()).isEqualTo("another");
        }
        Truth.clean(droplet, app);
        app.destroy();
    }

    @Test
    @Tag("faults")
    void moreProcessesWaitForThoseThatWereTooMany(TestDroplet droplet) throws Exception {
        TestApp app = draining(droplet, "wavering", "drain: 10m", "processes: { web: { scale: 2 } }");
        Victim.Running more;
        // One to each of the two processes.
        try (WebSocket one = new WebSocket(droplet, "wavering");
                WebSocket two = new WebSocket(droplet, "wavering")) {
            app.must("scale", "web=1");

            more = new Victim.Running("version", app.laptop(), app.directory(), "scale", "web=3");
            Polling.eventually(() -> assertThat(more.printed()).contains("waiting for processes that are ending"));

            assertThat(one.echo("still")).isEqualTo("version: still");
            assertThat(two.echo("still")).isEqualTo("version: still");
        }
        assertThat(more.end()).as(more.printed()).isZero();
        Truth.clean(droplet, app);
        app.destroy();
    }

    /** A request for the stream that has begun to be answered. */
    private static FutureTask<Seen> stream(TestApp app, TestDroplet droplet, Path answer) throws IOException {
        Files.deleteIfExists(answer);
        FutureTask<Seen> stream = new FutureTask<>(() -> app.laptop()
                .run(
                        app.directory(),
                        "curl",
                        "-sSN",
                        "-o",
                        answer.toString(),
                        "-H",
                        "Host: " + app.name() + ".localhost",
                        "http://127.0.0.1:" + droplet.httpPort() + "/stream"));
        new Thread(stream, "stream").start();
        Polling.eventually(() -> assertThat(answer).isNotEmptyFile());
        return stream;
    }

    private static TestApp draining(TestDroplet droplet, String name, String... more) {
        List<String> lines = new ArrayList<>(List.of(more));
        lines.add("volumes: { data: /data }");
        TestApp app = TestApp.create(droplet, name, lines.toArray(String[]::new));
        ship(app, "version");
        return app;
    }

    /** {@code version} has seven letters, as the length that the server announces. */
    private static void ship(TestApp app, String version) {
        assertThat(version).hasSize(7);
        app.write("app.pl", SERVER.replace("VERSION", version));
        app.commit(version);
        app.must("deploy");
    }

    private static String old(TestDroplet droplet, String app) {
        return droplet.inside(
                        "docker ps -q --filter label=pocketpaas.app=" + app + " --filter label=pocketpaas.release=1")
                .out();
    }

    /** A request with a body of twenty bytes, of which the last ones have not been sent yet. */
    private static final class Upload implements AutoCloseable {
        private final Socket socket;

        Upload(TestDroplet droplet, String app, String path) throws IOException {
            socket = new Socket("127.0.0.1", droplet.httpPort());
            socket.setSoTimeout(60_000);
            send("POST " + path + " HTTP/1.1\r\nHost: " + app
                    + ".localhost\r\nContent-Length: 20\r\nConnection: close\r\n\r\n0123456789");
        }

        /** Sends the rest: the first line of the answer. */
        String end() throws IOException {
            send("abcdefghij");
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        }

        private void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** As much of one as nginx looks at: the upgrade, and from then on bytes in both directions. */
    private static final class WebSocket implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        WebSocket(TestDroplet droplet, String app) throws IOException {
            socket = new Socket("127.0.0.1", droplet.httpPort());
            socket.setSoTimeout(60_000);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            send("GET /socket HTTP/1.1\r\nHost: " + app
                    + ".localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
            assertThat(in.readLine()).isEqualTo("HTTP/1.1 101 Switching Protocols");
            String header = in.readLine();
            while (!header.isEmpty()) {
                header = in.readLine();
            }
        }

        String echo(String line) throws IOException {
            send(line + "\n");
            return in.readLine();
        }

        /** {@code closed}, or what was said instead. */
        String end() throws IOException {
            try {
                String line = in.readLine();
                return line == null ? "closed" : line;
            } catch (SocketException e) {
                return "closed";
            }
        }

        private void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
