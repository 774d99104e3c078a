package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.cli.e2e.TestDroplet.Answer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A small app with a repository of its own on a laptop: a web server of thirty lines that needs no build. */
final class TestApp {
    /** Answers {@code /} with its message; {@code /env/NAME} with a variable as hex; {@code /write/X} and {@code /read} use the volume. */
    static final String SERVER = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1;
            local $SIG{CHLD} = 'IGNORE';
            $SIG{TERM} = sub { print "stopping\\n"; exit 0 };
            my $server = IO::Socket::INET->new(
                LocalAddr => $ENV{TEST_BIND} || '0.0.0.0', LocalPort => $ENV{TEST_PORT} || $ENV{PORT},
                Listen => 256, ReuseAddr => 1) or die "cannot listen: $!";
            print "listening on " . $server->sockport . "\\n";
            while (1) {
                my $client = $server->accept or next;
                my $pid = fork; die "no fork" unless defined $pid;
                if ($pid) { close $client; next }
                my $line = <$client> // '';
                while (my $header = <$client>) { last if $header =~ /^\\r?\\n?$/ }
                my ($path) = $line =~ m{^\\S+ (\\S+)};
                $path //= '/';
                my ($status, $body) = ('200 OK', MESSAGE);
                if ($path =~ m{^/env/(\\w+)}) { $body = exists $ENV{$1} ? unpack('H*', $ENV{$1}) : 'unset' }
                elsif ($path =~ m{^/write/(\\w+)}) { open my $f, '>', '/data/file' or die $!; print $f $1; close $f; $body = 'written' }
                elsif ($path eq '/read') { if (open my $f, '<', '/data/file') { local $/; $body = <$f> } else { $body = 'nothing' } }
                elsif ($path eq '/failing') { $status = '500 Internal Server Error' }
                elsif ($path eq '/hanging') { sleep 600 }
                elsif ($path =~ m{^/say/(\\w+)}) { print "said $1\\n"; $body = 'said' }
                elsif ($path eq '/whoami') { $body = "$ENV{POCKETPAAS_PROCESS} $ENV{POCKETPAAS_RELEASE}" }
                print $client "HTTP/1.1 $status\\r\\nContent-Type: text/plain\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n$body";
                close $client; exit 0;
            }
            """;

    /**
     * A server that keeps connections open and, as Node does, closes those that idle for five seconds; {@code /slow/N} takes N seconds. Answers
     * everything with its message.
     */
    private static final String KEEPING_ALIVE = """
            use strict; use warnings; use IO::Socket::INET;
            $| = 1;
            $SIG{CHLD} = 'IGNORE';
            $SIG{TERM} = sub { exit 0 };
            my $server = IO::Socket::INET->new(LocalAddr => '0.0.0.0', LocalPort => $ENV{PORT}, Listen => 256, ReuseAddr => 1) or die "cannot listen: $!";
            while (1) {
                my $client = $server->accept or next;
                my $pid = fork; die "no fork" unless defined $pid;
                if ($pid) { close $client; next }
                close $server;
                $client->autoflush(1);
                while (1) {
                    local $SIG{ALRM} = sub { exit 0 };
                    alarm 5;
                    my $line = <$client>;
                    alarm 0;
                    defined $line or exit 0;
                    my $length = 0;
                    while (my $header = <$client>) { last if $header =~ /^\\r?\\n?$/; $length = $1 if $header =~ /^content-length:\\s*(\\d+)/i }
                    read $client, my $got, $length if $length;
                    if ($line =~ m{^\\S+ /slow/(\\d+)}) { sleep $1 }
                    my $body = MESSAGE;
                    print $client "HTTP/1.1 200 OK\\r\\nContent-Type: text/plain\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
                }
            }
            """;

    private final TestDroplet droplet;
    private final Laptop laptop;
    private final String name;
    private final Path directory;
    private String server = SERVER;

    private TestApp(TestDroplet droplet, Laptop laptop, String name, Path directory) {
        this.droplet = droplet;
        this.laptop = laptop;
        this.name = name;
        this.directory = directory;
    }

    /** A committed sample of {@code examples/} with the two-line manifest and {@code more} lines after it. */
    static TestApp ofSample(TestDroplet droplet, String name, String sample, String... more) {
        TestApp app =
                new TestApp(droplet, droplet.laptop(), name, droplet.laptop().sample(name, sample));
        app.manifest(more);
        app.commit("sample");
        return app;
    }

    /** A committed app with the two-line manifest and {@code more} lines after it. */
    static TestApp create(TestDroplet droplet, String name, String... more) {
        TestApp app =
                new TestApp(droplet, droplet.laptop(), name, droplet.laptop().directory(name));
        app.manifest(more);
        app.write("Procfile", "web: perl app.pl\n");
        app.message("one");
        app.commit("first");
        return app;
    }

    /** The same with a server that keeps connections open, and {@code /slow/N}. */
    static TestApp keepingAlive(TestDroplet droplet, String name, String... more) {
        TestApp app =
                new TestApp(droplet, droplet.laptop(), name, droplet.laptop().directory(name));
        app.server = KEEPING_ALIVE;
        app.manifest(more);
        app.write("Procfile", "web: perl app.pl\n");
        app.message("one");
        app.commit("first");
        return app;
    }

    Path directory() {
        return directory;
    }

    String name() {
        return name;
    }

    Laptop laptop() {
        return laptop;
    }

    void manifest(String... more) {
        manifestFor(droplet, more);
    }

    /** The same for another host. */
    void manifestFor(TestDroplet host, String... more) {
        List<String> lines = new ArrayList<>(List.of("app: " + name, "host: " + host.name()));
        lines.addAll(Arrays.asList(more));
        write("pocketpaas.yml", String.join("\n", lines) + "\n");
    }

    void message(String text) {
        write("app.pl", server.replace("MESSAGE", "'" + text + "'"));
    }

    void write(String file, String text) {
        Laptop.write(directory.resolve(file), text);
    }

    void commit(String message) {
        laptop.commit(directory, message);
    }

    /** Runs the program in the app's directory. */
    Seen pocketpaas(String... arguments) {
        return laptop.pocketpaas(directory, arguments);
    }

    /** Runs a shell script there in which {@code $0} is the program. */
    Seen shell(String script) {
        return laptop.shell(directory, script);
    }

    /** Runs the program, which must end with 0. */
    Seen must(String... arguments) {
        Seen seen = pocketpaas(arguments);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
        return seen;
    }

    /** Commits a new message and deploys it; must succeed. */
    Seen ship(String text) {
        message(text);
        commit(text);
        return must("deploy");
    }

    Seen git(String... arguments) {
        List<String> command = new ArrayList<>(List.of("git"));
        command.addAll(List.of(arguments));
        return laptop.run(directory, command.toArray(String[]::new));
    }

    Answer get(String path) {
        return droplet.get(name, path);
    }

    /** The process prints it: by a command in the process itself, which the app's server answers. */
    void say(String process, String word) {
        must(
                "exec",
                process,
                "--",
                "perl",
                "-MIO::Socket::INET",
                "-e",
                "my $s = IO::Socket::INET->new(\"127.0.0.1:$ENV{PORT}\") or die; print $s \"GET /say/$ARGV[0] HTTP/1.0"
                        + "\\r\\n\\r\\n\"; print <$s>",
                word);
    }

    /** A process of it that runs on the machine of its cluster. */
    String processOn(TestDroplet machine) {
        String processes = must("ps").out();
        Optional<String> found = processes
                .lines()
                .filter(line -> Arrays.asList(line.strip().split(" +")).contains(machine.name()))
                .map(line -> line.strip().split(" +")[0])
                .findFirst();
        return found.orElseThrow(() -> new AssertionError("nothing on " + machine.name() + ": " + processes));
    }

    /** Removes the app and everything of it from the host. */
    void destroy() {
        must("destroy", "--confirm", name, "--volumes");
    }
}
