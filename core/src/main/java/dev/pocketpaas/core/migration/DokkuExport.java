package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.host.Exchange;
import dev.pocketpaas.core.ssh.RemoteCommand;
import dev.pocketpaas.core.ssh.SshConnection;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What Dokku says about an app.
 *
 * @param app the app's name there
 * @param files what each command printed, by the names of {@link #FILES}
 */
public record DokkuExport(String app, Map<String, String> files) {
    /** The file of the variables; without it there is no import. */
    public static final String CONFIG = "config.json";

    /** The files, and the command of Dokku that prints each; {@code APP} stands for the app. */
    public static final Map<String, String> FILES = questions();

    private static Map<String, String> questions() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put(CONFIG, "config:export --format json APP");
        files.put("domains.txt", "domains:report APP --domains-app-vhosts");
        files.put("scale.txt", "ps:scale APP");
        files.put("storage.txt", "storage:report APP --storage-deploy-mounts");
        files.put("buildpacks.txt", "buildpacks:report APP --buildpacks-list");
        files.put("ports.txt", "ports:report APP --ports-map");
        files.put("branch.txt", "git:report APP --git-deploy-branch");
        return Collections.unmodifiableMap(files);
    }

    /** Keeps the order. */
    public DokkuExport {
        files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    }

    /** Reads the files that are there. */
    public static DokkuExport read(String app, Function<String, Optional<byte[]>> source) {
        Map<String, String> found = new LinkedHashMap<>();
        FILES.keySet()
                .forEach(file -> source.apply(file)
                        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                        .ifPresent(text -> found.put(file, text)));
        return new DokkuExport(app, found);
    }

    /**
     * Asks a host of Dokku.
     *
     * @param program what stands before each command: nothing for the login {@code dokku}, whose shell is the program
     */
    public static DokkuExport ask(SshConnection connection, String program, String app) {
        Map<String, String> found = new LinkedHashMap<>();
        FILES.forEach((file, command) -> {
            String line = program + command.replace("APP", app);
            Exchange.Ended ended =
                    new Exchange(connection, RemoteCommand.of(line), "run the same command again").capture(input -> {});
            if (ended.status() == 0) {
                found.put(file, new String(ended.output(), StandardCharsets.UTF_8));
            }
        });
        return new DokkuExport(app, found);
    }

    /** What a command printed; empty where it was not asked. */
    String text(String file) {
        return files.getOrDefault(file, "");
    }
}
