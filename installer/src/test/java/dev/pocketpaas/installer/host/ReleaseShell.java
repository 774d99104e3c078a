package dev.pocketpaas.installer.host;

import dev.pocketpaas.core.container.ContainerTemplate;
import dev.pocketpaas.core.proxy.SiteTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Runs shell on top of the libraries of a release, as on a host: the programs with the generated templates beside them. */
final class ReleaseShell {
    private static final String LIBRARIES = """
            set -euo pipefail
            programs=$1
            shift
            parts=(state events work lock network container disk images settings check explain slot certificate front proxy snippet reach release drain activate reconcile automatic memory)
            for part in "${parts[@]}"; do source "$programs/lib/$part.bash"; done
            # So that a test's own docker is asked, too, where the real one gets a time limit.
            timeout() { if [[ $2 == docker && $(type -t docker) == function ]]; then "${@:2}"; else command timeout "$@"; fi; }
            umask 077
            APP=shop
            KEY=ann
            WORK=$PP_ROOT/work/1
            """;

    private final Path root;
    private final Path programs;
    private final HostShell shell;

    /** A host with the app {@code shop}, in {@code directory}. */
    ReleaseShell(Path directory) throws IOException {
        root = directory.resolve("state");
        programs = directory.resolve("programs");
        shell = new HostShell(root);
        copy(HostShell.programs(), programs);
        Files.writeString(programs.resolve(ContainerTemplate.FILE), ContainerTemplate.text());
        for (Map.Entry<String, String> template : SiteTemplate.files().entrySet()) {
            Files.writeString(programs.resolve(template.getKey()), template.getValue());
        }
        Files.createDirectories(root.resolve("work/1"));
        state("host/domain", "example.org");
        state("apps/shop/network", "10.213.4.0/24");
    }

    /** Where {@code path} of the state is. */
    Path path(String path) {
        return root.resolve(path);
    }

    /** Writes a value of the state. */
    ReleaseShell state(String path, String value) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, value);
        return this;
    }

    /** What {@code script} prints; a line {@code exit N} follows when it ends with another code than 0. */
    List<String> run(String script, String... arguments) {
        String[] command = new String[arguments.length + 5];
        command[0] = "bash";
        command[1] = "-c";
        command[2] = "( " + LIBRARIES + script + "\n) 2>&1 || echo \"exit $?\"";
        command[3] = "test";
        command[4] = programs.toString();
        System.arraycopy(arguments, 0, command, 5, arguments.length);
        return shell.machine(root, command).lines().toList();
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }
}
