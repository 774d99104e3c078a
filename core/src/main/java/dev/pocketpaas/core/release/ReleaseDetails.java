package dev.pocketpaas.core.release;

import dev.pocketpaas.core.environment.Environments;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All of one release's bundle.
 *
 * @param summary what the listing shows
 * @param failure why it never went live; empty for a good one
 * @param origin where it comes from
 * @param processes what runs, {@code web} first
 * @param settings by which it runs
 * @param environment its variables; values only for an admin's key
 */
public record ReleaseDetails(
        Releases.Release summary,
        String failure,
        Origin origin,
        List<Process> processes,
        Settings settings,
        List<Environments.Variable> environment) {
    /**
     * Where a release comes from.
     *
     * @param tree id of the source's tree
     * @param author of the commit
     * @param builder what built it
     * @param image id of the image
     * @param reference how the deploy named a ready image; empty for one that was built
     * @param digest what that stood for in its registry: the repository with the digest
     * @param onHost whether the image is still on the host, so that a rollback to it is possible; null where the host's engine does not tell
     * @param logged whether there is a build log
     */
    public record Origin(
            String tree,
            String author,
            String builder,
            String image,
            String reference,
            String digest,
            @Nullable Boolean onHost,
            boolean logged) {}

    /**
     * A process type.
     *
     * @param type its name
     * @param command what runs; empty for the image's own command
     * @param limits what it has of its own: memory (bytes), cpus (nano), stop-signal, stop-timeout, overlap
     */
    public record Process(String type, String command, SortedMap<String, String> limits) {}

    /**
     * By what it runs.
     *
     * @param port what it gets as PORT
     * @param releaseCommand run before it started; empty for none
     * @param limits of each process: memory (bytes), cpus (nano), pids
     * @param check path, status, timeout, interval, deadline, port
     * @param ending drain and stop-timeout, in seconds, and stop-signal; what is not set is not there
     * @param domains of the manifest
     * @param volumes path by name
     */
    public record Settings(
            String port,
            String releaseCommand,
            SortedMap<String, String> limits,
            SortedMap<String, String> check,
            SortedMap<String, String> ending,
            List<String> domains,
            SortedMap<String, String> volumes) {}

    static ReleaseDetails read(ValueTree answer) {
        String number = text(answer, "number");
        return new ReleaseDetails(
                Releases.release(number, text(answer, "live"), answer),
                text(answer, "failure"),
                new Origin(
                        text(answer, "tree"),
                        text(answer, "author"),
                        text(answer, "builder"),
                        text(answer, "image"),
                        text(answer, "reference"),
                        text(answer, "digest"),
                        onHost(text(answer, "image-there")),
                        text(answer, "log").equals("yes")),
                processes(answer.under("processes")),
                settings(answer),
                environment(answer));
    }

    private static @Nullable Boolean onHost(String word) {
        return word.equals("unknown") ? null : Boolean.valueOf(word.equals("yes"));
    }

    private static List<Process> processes(ValueTree answer) {
        List<Process> processes = new ArrayList<>();
        for (String type : answer.children("")) {
            SortedMap<String, String> limits = values(answer.under(type));
            limits.remove("type");
            String command = Optional.ofNullable(limits.remove("command")).orElse("");
            processes.add(type.equals("web") ? 0 : processes.size(), new Process(type, command, limits));
        }
        return processes;
    }

    private static Settings settings(ValueTree answer) {
        SortedMap<String, String> ending = new TreeMap<>();
        for (String name : List.of("drain", "stop-timeout", "stop-signal")) {
            answer.text(name).ifPresent(value -> ending.put(name, value));
        }
        SortedMap<String, String> volumes = new TreeMap<>();
        for (String line : answer.lines("volumes")) {
            String[] fields = line.split("\t", 2);
            volumes.put(fields[0], fields.length == 2 ? fields[1] : "");
        }
        return new Settings(
                text(answer, "port"),
                text(answer, "release"),
                values(answer.under("limits")),
                values(answer.under("check")),
                ending,
                answer.lines("domains"),
                volumes);
    }

    private static List<Environments.Variable> environment(ValueTree answer) {
        return answer.children("source").stream()
                .map(name -> new Environments.Variable(
                        name,
                        text(answer, "source/" + name),
                        answer.bytes("value/" + name).map(Secret::of)))
                .toList();
    }

    private static SortedMap<String, String> values(ValueTree tree) {
        SortedMap<String, String> values = new TreeMap<>();
        tree.paths().forEach(path -> values.put(path, text(tree, path)));
        return values;
    }

    private static String text(ValueTree tree, String path) {
        return tree.text(path).orElse("");
    }
}
