package dev.pocketpaas.cli.e2e;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Traffic as clients make it that hide nothing: connections are kept alive, and what fails is never tried again. (The JDK's own client repeats
 * a request whose connection was closed.) Three kinds at once: steady GETs, POSTs seconds apart on connections that idle in between, and
 * requests that take seconds.
 */
final class Load implements AutoCloseable {
    /** How many clients {@link #newConnections} has. */
    static final int NEW_CLIENTS = 4;

    private static final int TIMEOUT_MS = 30_000;
    /** Around the four seconds after which nginx closes, and the five after which the app does. */
    private static final long[] SPARSE_MS = {3900, 4000, 4100, 4900, 5000, 5100, 2000, 6000};

    private final int port;
    private final boolean secure;
    private final boolean fresh;
    private final String host;
    private final List<Thread> threads = new ArrayList<>();
    private final Map<String, Integer> answers = new TreeMap<>();
    private final List<Anomaly> anomalies = new ArrayList<>();
    private final Set<String> expected = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    private Load(int port, String host) {
        this(port, host, false, false);
    }

    private Load(int port, String host, boolean secure, boolean fresh) {
        this.port = port;
        this.host = host;
        this.secure = secure;
        this.fresh = fresh;
    }

    /** Clients that make a connection for each request, by HTTPS where {@code secure}, whatever the certificate. */
    static Load newConnections(int port, boolean secure, String host, String... bodies) {
        Load load = new Load(port, host, secure, true);
        load.expect(bodies);
        load.start("new", NEW_CLIENTS, "GET / ", i -> 20);
        return load;
    }

    /** All three kinds against {@code app}, whose answers may have {@code bodies}. */
    static Load of(TestDroplet droplet, String app, String... bodies) {
        Load load = new Load(droplet.httpPort(), app + ".localhost");
        load.expect(bodies);
        load.start("steady", 4, "GET / ", i -> 50);
        load.sparse();
        load.start("slow", 2, "GET /slow/2 ", i -> 100);
        return load;
    }

    /** Only the POSTs with long pauses: then the connections between nginx and the app idle, too. */
    static Load sparse(TestDroplet droplet, String app, String... bodies) {
        Load load = new Load(droplet.httpPort(), app + ".localhost");
        load.expect(bodies);
        load.sparse();
        return load;
    }

    private void sparse() {
        start("sparse", 4, "POST / ", i -> SPARSE_MS[i % SPARSE_MS.length]);
    }

    /** From now on these bodies are right, too. */
    void expect(String... bodies) {
        expected.addAll(List.of(bodies));
    }

    /** How many requests of any kind have been answered until now. */
    int answered() {
        synchronized (answers) {
            return answers.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    /** Waits until {@code more} further requests were answered. */
    void await(int more) {
        int goal = answered() + more;
        Polling.until(Duration.ofSeconds(60), () -> answered() >= goal, () -> "no answers: " + report());
    }

    /** Ends the traffic, each client after its running request. */
    @Override
    public void close() {
        over = true;
        threads.forEach(Thread::interrupt);
        for (Thread thread : threads) {
            try {
                thread.join(TIMEOUT_MS + 5000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Ends it and says what was seen. */
    Report stop() {
        close();
        return report();
    }

    Report report() {
        synchronized (answers) {
            return new Report(Map.copyOf(answers), List.copyOf(anomalies));
        }
    }

    /**
     * What the clients saw.
     *
     * @param answers how often which answer: kind, status and body
     * @param anomalies all that was neither a good answer nor an expected body
     */
    record Report(Map<String, Integer> answers, List<Anomaly> anomalies) {
        /** How many of the kind got the body. */
        int count(String kind, String body) {
            return answers.getOrDefault(kind + " 200 " + body, 0);
        }

        int total() {
            return answers.values().stream().mapToInt(Integer::intValue).sum();
        }

        @Override
        public String toString() {
            StringBuilder text = new StringBuilder();
            new TreeMap<>(answers)
                    .forEach((answer, count) ->
                            text.append(count).append(" × ").append(answer).append('\n'));
            anomalies.stream().limit(40).forEach(anomaly -> text.append(anomaly).append('\n'));
            return text.append(anomalies.size()).append(" anomalies").toString();
        }
    }

    /**
     * Something that no client should see.
     *
     * @param begun when the client asked
     * @param time when it was seen
     * @param kind which client
     * @param wrong whether there was an answer, and a wrong one; else there was none
     * @param what what was seen
     */
    record Anomaly(LocalTime begun, LocalTime time, String kind, boolean wrong, String what) {
        @Override
        public String toString() {
            return time + " " + kind + ": " + what;
        }
    }

    private interface Pause {
        long after(int request);
    }

    private void start(String kind, int clients, String request, Pause pause) {
        for (int i = 0; i < clients; i++) {
            int first = i;
            Thread thread = new Thread(() -> work(kind, request, pause, first), kind);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    private void work(String kind, String request, Pause pause, int first) {
        Connection connection = null;
        for (int i = first; !over; i++) {
            LocalTime begun = LocalTime.now();
            try {
                if (connection == null) {
                    connection = new Connection(port, secure ? host : "");
                }
                Answer answer = connection.ask(request, host);
                note(begun, kind, answer);
                if (fresh || answer.last()) {
                    connection.close();
                    connection = null;
                }
                Thread.sleep(pause.after(i));
            } catch (IOException e) {
                lost(begun, kind, connection, e);
                connection = null;
                sleep(200);
            } catch (InterruptedException e) {
                break;
            }
        }
        if (connection != null) {
            connection.close();
        }
    }

    private void note(LocalTime begun, String kind, Answer answer) {
        String text = answer.status() + " " + answer.body();
        synchronized (answers) {
            answers.merge(kind + " " + text, 1, Integer::sum);
            if (answer.status() != 200 || !expected.contains(answer.body())) {
                anomalies.add(new Anomaly(begun, LocalTime.now(), kind, true, text));
            }
        }
    }

    private void lost(LocalTime begun, String kind, @Nullable Connection connection, IOException e) {
        if (connection != null) {
            connection.close();
        }
        if (over) {
            return;
        }
        synchronized (answers) {
            anomalies.add(new Anomaly(begun, LocalTime.now(), kind, false, e.toString()));
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Answer(int status, String body, boolean last) {}

    /** One connection and the little of HTTP/1.1 that is needed. */
    private static final class Connection {
        private final Socket socket;
        private final InputStream in;

        /** By HTTPS to {@code name}, where there is one. */
        Connection(int port, String name) throws IOException {
            Socket plain = new Socket();
            plain.setTcpNoDelay(true);
            plain.setSoTimeout(TIMEOUT_MS);
            plain.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket = name.isEmpty() ? plain : AnyCertificate.socket(plain, name);
            in = new BufferedInputStream(socket.getInputStream());
        }

        Answer ask(String request, String host) throws IOException {
            String body = request.startsWith("POST") ? "hello" : "";
            String text =
                    request + "HTTP/1.1\r\nHost: " + host + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            String[] status = line().split(" ", 3);
            int length = 0;
            boolean last = false;
            for (String header = line(); !header.isEmpty(); header = line()) {
                String lower = header.toLowerCase(Locale.ROOT);
                if (lower.startsWith("content-length:")) {
                    length = Integer.parseInt(lower.substring(15).strip());
                } else if (lower.equals("connection: close")) {
                    last = true;
                }
            }
            String content = new String(in.readNBytes(length), StandardCharsets.UTF_8);
            if (content.length() < length) {
                throw new EOFException("cut off in the body: " + content);
            }
            return new Answer(
                    Integer.parseInt(status[1]), content.lines().findFirst().orElse(""), last);
        }

        private String line() throws IOException {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new EOFException("the connection was closed instead of an answer");
                }
                if (b != '\r') {
                    line.write(b);
                }
            }
            return line.toString(StandardCharsets.UTF_8);
        }

        void close() {
            try {
                socket.close();
            } catch (IOException e) {
                // It is of no use any more.
            }
        }
    }
}
