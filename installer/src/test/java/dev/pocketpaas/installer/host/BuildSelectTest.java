package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.plan.BuilderChoice;
import dev.pocketpaas.core.protocol.ValueTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuildSelectTest {
    @TempDir
    Path root;

    private HostShell shell;
    private Path source;

    @BeforeEach
    void start() throws IOException {
        shell = new HostShell(root);
        source = Files.createDirectory(root.resolve("source"));
        Files.createDirectories(root.resolve("work"));
        write("host/buildpacks", "heroku/ruby\thttps://example.com/ruby\nheroku/nodejs\thttps://example.com/node#v1");
    }

    @Test
    void aDockerfileIsBuiltWithDocker() throws IOException {
        write("source/Dockerfile", "FROM scratch");
        write("source/package.json", "{}");

        assertThat(select()).isEqualTo("dockerfile||there is a Dockerfile");
    }

    @Test
    void buildpacksThatAreNamedGoBeforeADockerfile() throws IOException {
        write("source/Dockerfile", "FROM scratch");
        write("source/.buildpacks", "https://example.com/a.git#v1\r\n# a comment\n\nheroku/nodejs");

        assertThat(select()).isEqualTo("buildpacks|https://example.com/a.git#v1 heroku/nodejs|listed in .buildpacks");
    }

    @Test
    void theManifestGoesBeforeEverything() throws IOException {
        write("source/.buildpacks", "heroku/ruby");
        write("apps/shop/settings/buildpacks", "heroku/nodejs\nheroku/ruby");

        assertThat(select()).isEqualTo("buildpacks|heroku/nodejs heroku/ruby|listed in pocketpaas.yml");
    }

    @Test
    void theReasonNamesTheFileThatListsThem() throws IOException {
        write("apps/shop/settings/buildpacks", "heroku/nodejs");
        write("apps/shop/settings/buildpacks-from", "app.json");

        assertThat(select()).isEqualTo("buildpacks|heroku/nodejs|listed in app.json");
    }

    /** Every order of what a source may hold: a plan says beforehand what the host does then. */
    @Test
    void aPlanChoosesAsTheHostDoes() throws IOException {
        write(
                "host/buildpacks",
                "node\tx\nruby\tx\npython\tx\njava\tx\ngradle\tx\nscala\tx\nphp\tx\ngo\tx\nclojure\tx\n");
        Map<String, String> files = new LinkedHashMap<>();
        files.put("project.toml", "[build]\n  builder = \"x\"\n");
        files.put(".buildpacks", "# a comment\nhttps://example.com/a.git\n");
        files.put("Dockerfile", "FROM scratch\n");
        files.put("Procfile", "web: x\n");
        files.put("index.html", "x");
        List<Map<String, String>> settings = List.of(
                Map.of(),
                Map.of("builder", "buildpacks"),
                Map.of("builder", "static"),
                Map.of("builder", "dockerfile", "dockerfile", "D"),
                Map.of("builder", "image", "image", "x"),
                Map.of("buildpacks", "node"),
                Map.of("builder", "buildpacks", "buildpacks", "node"),
                Map.of("env/BUILDPACK_URL", "https://example.com/b"));
        for (int chosen = 0; chosen < 1 << files.size(); chosen++) {
            Map<String, String> source = new TreeMap<>();
            int bit = 0;
            for (Map.Entry<String, String> file : files.entrySet()) {
                if ((chosen & 1 << bit++) != 0) {
                    source.put(file.getKey(), file.getValue());
                }
            }
            for (Map<String, String> setting : settings) {
                agree(source, setting);
            }
        }
    }

    @Test
    void aPlanKnowsTheSameFilesOfEachLanguage() throws IOException {
        write(
                "host/buildpacks",
                "node\tx\nruby\tx\npython\tx\njava\tx\ngradle\tx\nscala\tx\nphp\tx\ngo\tx\nclojure\tx\n");
        for (String file : List.of(
                "package.json",
                "Gemfile",
                "project.clj",
                "requirements.txt",
                "setup.py",
                "Pipfile",
                "pyproject.toml",
                "poetry.lock",
                "uv.lock",
                "pom.xml",
                "pom.yaml",
                "gradlew",
                "build.gradle",
                "build.gradle.kts",
                "settings.gradle",
                "settings.gradle.kts",
                "build.sbt",
                ".sbtopts",
                "composer.json",
                "index.php",
                "go.mod",
                "Gopkg.lock",
                "glide.yaml",
                "README.md")) {
            agree(Map.of(file, "x"), Map.of());
        }
        agree(Map.of(".buildpacks", "# nothing\n", "Dockerfile", "x"), Map.of());
        agree(Map.of("project.toml", "[_]\nschema-version = \"0.2\"\n", "Dockerfile", "x"), Map.of());
        agree(Map.of("project.toml", "x = 1\n[[io.buildpacks.group]]\n", "Dockerfile", "x"), Map.of());
    }

    private void agree(Map<String, String> files, Map<String, String> settings) throws IOException {
        shell.machine(root, "rm", "-rf", "source", "apps/shop/settings");
        Files.createDirectory(source);
        ValueTree.Builder tree = ValueTree.builder();
        for (Map.Entry<String, String> file : files.entrySet()) {
            write("source/" + file.getKey(), file.getValue());
        }
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            write("apps/shop/settings/" + setting.getKey(), setting.getValue());
            tree.put(setting.getKey(), setting.getValue());
        }
        BuilderChoice plan = BuilderChoice.of(
                SourceFiles.ofDirectory(source), tree.build(), settings.containsKey("env/BUILDPACK_URL"));
        HostShell.Result host = build("build_select >/dev/null; printf '%s' \"$BUILDER\"");
        assertThat(plan.name()).as(files + " " + settings).isEqualTo(host.code() == 0 ? host.text() : "");
    }

    @Test
    void theBuilderThatTheManifestNamesIsTaken() throws IOException {
        write("source/package.json", "{}");
        write("source/index.html", "");
        write("apps/shop/settings/builder", "static");

        assertThat(select()).isEqualTo("static|static|pocketpaas.yml says so");
    }

    @Test
    void theOperatorsBuildpackUrlGoesBeforeTheManifests() throws IOException {
        write("source/Dockerfile", "FROM scratch");
        write("apps/shop/settings/env/BUILDPACK_URL", "https://example.com/manifest");
        write("apps/shop/operator/env/BUILDPACK_URL", "https://example.com/operator");

        assertThat(select()).isEqualTo("buildpacks|https://example.com/operator|BUILDPACK_URL is set");
    }

    @Test
    void onlyBuildpacksThatMayFitAreAsked() throws IOException {
        write("source/package.json", "{}");

        assertThat(select()).isEqualTo("buildpacks|heroku/nodejs|detected: heroku/nodejs");
    }

    @Test
    void aProcfileAloneRunsTheSourceAsItIs() throws IOException {
        write("source/Procfile", "web: ./server");
        write("source/index.html", "");

        assertThat(select()).isEqualTo("buildpacks||there is just a Procfile, so the source runs as it is");
    }

    @Test
    void anIndexPageAloneIsServed() throws IOException {
        write("source/index.html", "");

        assertThat(select()).isEqualTo("static|static|there is an index.html");
    }

    @Test
    void cloudNativeBuildpacksAreRefusedOnlyWhereTheyAreAskedFor() throws IOException {
        write("source/project.toml", "[_]\nschema-version = \"0.2\"\n[io.buildpacks]\nexclude = [\"README.md\"]\n");
        write("source/package.json", "{}");
        assertThat(select()).startsWith("buildpacks|heroku/nodejs|");

        write("source/project.toml", "[[io.buildpacks.group]]\nid = \"a/b\"\n");
        assertThat(fails()).contains("+fail\tunknown-builder\tproject.toml asks for Cloud Native Buildpacks");
    }

    @Test
    void whatNothingFitsIsRefusedWithWhatIsThere() throws IOException {
        write("source/notes.txt", "x");

        assertThat(fails())
                .contains("+step\tbuild\tfail")
                .contains("no builder fits this app; at its top are: notes.txt");
    }

    @Test
    void namesInTheSourceAreNeverExecuted() throws IOException {
        write("source/$(touch canary)", "x");
        write("source/.buildpacks", "$(touch canary)\n`touch canary`\n");

        assertThat(select()).isEqualTo("buildpacks|$(touch canary) `touch canary`|listed in .buildpacks");
        assertThat(root.resolve("canary")).doesNotExist();
        assertThat(root.resolve("work/canary")).doesNotExist();
    }

    @Test
    void aNameOfTheHostsListStandsForItsAddress() {
        assertThat(resolve("heroku/nodejs")).isEqualTo("https://example.com/node v1 heroku/nodejs");
        assertThat(resolve("heroku/nodejs#v2")).isEqualTo("https://example.com/node v2 heroku/nodejs#v2");
        assertThat(resolve("https://example.com/ruby")).isEqualTo("https://example.com/ruby  heroku/ruby");
        assertThat(resolve("https://example.org/x.git#main"))
                .isEqualTo("https://example.org/x.git main https://example.org/x.git#main");
        assertThat(resolve("static")).isEqualTo("builtin  static");
    }

    @Test
    void onlyTheHostsListMayNameOtherKindsOfAddresses() throws IOException {
        assertThat(resolve("file:///etc")).contains("+fail\tbad-buildpack\t").contains("https://");
        assertThat(resolve("git@example.com:a/b")).contains("+fail\tbad-buildpack\t");
        assertThat(resolve("-oProxyCommand=x")).contains("+fail\tbad-buildpack\tthis host knows no buildpack named");
        assertThat(resolve("https://example.com/$(touch canary)")).contains("is not a plain URL");
        assertThat(resolve("https://example.com/a#--upload-pack=x")).contains("is not the name of a branch");
        assertThat(resolve("https://example.com/a#x..y")).contains("is not the name of a branch");

        write("host/buildpacks", "own\tfile:///srv/own.git\n");
        assertThat(resolve("own")).isEqualTo("file:///srv/own.git  own");
        assertThat(resolve("file:///srv/own.git#v1")).isEqualTo("file:///srv/own.git v1 own#v1");
    }

    @Test
    void aPasswordInAnAddressIsRefusedAndNotShown() {
        assertThat(resolve("https://me:hunter2@example.com/a"))
                .contains("must not hold a name or password")
                .doesNotContain("hunter2");
    }

    @Test
    void theNameOfABuildArgumentIsNoVariableOfTheProgram() throws IOException {
        for (String name : List.of("PATH", "IFS", "BASH_ENV", "LD_PRELOAD", "WORK", "OUT", "CACHE", "PP_ROOT", "UID")) {
            write("apps/shop/settings/build/args/" + name, "canary");
        }
        write("apps/shop/settings/build/args/VERSION", "1\n2");

        HostShell.Result result = build("dockerfile_inputs; set; env");

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.text().lines().filter(line -> line.matches("[A-Za-z_]+=canary")))
                .isEmpty();
    }

    @Test
    void whatTellsTheBuilderItselfWhatToDoIsNoBuildArgument() throws IOException {
        for (String name : List.of("BUILDKIT_CACHE_MOUNT_NS", "BUILDKIT_SYNTAX", "buildkit_x")) {
            write("apps/shop/settings/build/args/" + name, "x");
            assertThat(build("dockerfile_inputs").text())
                    .as(name)
                    .contains("+fail\tbad-argument\tthe build argument " + name + " cannot be given");
            Files.delete(root.resolve("apps/shop/settings/build/args/" + name));
        }
    }

    private String resolve(String item) {
        return build("buildpack_resolve \"$1\"; printf '%s %s %s' \"$PACK_URL\" \"$PACK_REF\" \"$PACK_LABEL\"", item)
                .text();
    }

    private String select() {
        HostShell.Result result = build("build_select; printf '%s|%s|%s' \"$BUILDER\" \"${PACKS[*]}\" \"$WHY\"");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).as(result.text()).isZero();
        return result.text();
    }

    private String fails() {
        HostShell.Result result = build("build_select");
        assertThat(result.code()).isEqualTo(5);
        return result.text();
    }

    /** Runs {@code script} as the build program would after its preparation, which alone needs an engine. */
    private HostShell.Result build(String script, String... arguments) {
        // Without a directory before the names, as git makes them.
        shell.machine(source, "bash", "-c", "shopt -s dotglob nullglob; tar -cf ../work/source.tar -T /dev/null -- *");
        return shell.script("""
                for part in build-steps build-select buildpack-cache build-buildpacks slug build-dockerfile; do
                    source "$host/lib/$part.bash"
                done
                cd "$PP_ROOT"
                WORK=$PP_ROOT/work APP=shop SETTINGS=$PP_ROOT/apps/shop/settings OPERATOR=$PP_ROOT/apps/shop/operator
                CACHE=$PP_ROOT/apps/shop/cache OUT=$PP_ROOT/work/build BUILD_BEGUN= BUILDER= WHY= TREE=t OPTIONS=
                mkdir -p "$OUT" "$CACHE"
                """ + script, arguments);
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
