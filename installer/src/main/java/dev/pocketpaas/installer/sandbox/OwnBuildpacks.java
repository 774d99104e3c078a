package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.core.host.setting.Buildpack;
import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.programs.ResourceTree;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Our example buildpacks as bare git repositories inside the droplet, for where none of the public ones can be fetched. */
final class OwnBuildpacks {
    private static final String RESOURCES = "dev/pocketpaas/installer/sandbox/buildpacks";
    private static final String DIRECTORY = "/opt/pocketpaas-sandbox/buildpacks";

    private static final String DIGEST = "/opt/pocketpaas-sandbox/digest";

    /** Static files are the last resort: other apps hold an index.html too. */
    private static final List<String> ORDER = List.of("node", "python", "go", "java", "static");

    private final ResourceTree resources = ResourceTree.of(OwnBuildpacks.class, RESOURCES);

    /** The list for the host, in the order of detection. */
    List<Buildpack> list() {
        Set<String> names = new TreeSet<>();
        resources.paths().stream()
                .filter(path -> path.indexOf('/') > 0)
                .forEach(path -> names.add(path.substring(0, path.indexOf('/'))));
        List<String> ordered = new ArrayList<>(ORDER);
        ordered.retainAll(names);
        names.stream().filter(name -> !ordered.contains(name)).forEach(name -> ordered.add(0, name));
        return ordered.stream()
                .map(name -> new Buildpack(name, "file://" + DIRECTORY + "/" + name + ".git"))
                .toList();
    }

    /**
     * Puts them there, unless they are there already. The same content makes the same commit, so that nothing is built again for it. The git user owns them: git refuses
     * repositories of others.
     */
    void bring(Commands commands, Engine engine, Droplet droplet, Path workDirectory) {
        String there = droplet.inside("look at the buildpacks", "cat " + DIGEST + " 2>/dev/null || :", new byte[0]);
        if (there.equals(resources.digest())) {
            return;
        }
        Path files = workDirectory.resolve("buildpacks");
        resources.writeTo(files);
        engine.pipe(
                "bring the buildpacks into the droplet",
                Command.of("tar", "-C", files.toString(), "--mtime=@0", "--owner=0", "--group=0", "-c", "."),
                droplet.receiving(script()));
        droplet.inside(
                "note the buildpacks", "cat >" + DIGEST, resources.digest().getBytes(StandardCharsets.US_ASCII));
        commands.run(Command.of("rm", "-rf", files.toString()));
    }

    private static String script() {
        return """
                umask 022
                rm -rf DIR/new
                mkdir -p DIR/new
                tar -C DIR/new -x
                export GIT_AUTHOR_NAME=PocketPaaS GIT_AUTHOR_EMAIL=sandbox@localhost GIT_AUTHOR_DATE='@0 +0000'
                export GIT_COMMITTER_NAME=PocketPaaS GIT_COMMITTER_EMAIL=sandbox@localhost GIT_COMMITTER_DATE='@0 +0000'
                export HOME=/nonexistent
                for pack in DIR/new/*/; do
                    name=$(basename "$pack")
                    rm -rf "DIR/$name.git"
                    git init -q --bare -b main "DIR/$name.git"
                    git --git-dir="DIR/$name.git" --work-tree="$pack" add -A
                    tree=$(git --git-dir="DIR/$name.git" write-tree)
                    commit=$(git --git-dir="DIR/$name.git" commit-tree -m "$name" "$tree")
                    git --git-dir="DIR/$name.git" update-ref refs/heads/main "$commit"
                done
                rm -rf DIR/new
                chown -R pocketpaas:pocketpaas DIR
                """.replace("DIR", DIRECTORY);
    }
}
