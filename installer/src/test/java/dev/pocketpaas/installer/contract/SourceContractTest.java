package dev.pocketpaas.installer.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.plan.BuilderChoice;
import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a source says is read alike: the plan on the laptop is what the build on the host does. */
class SourceContractTest {
    private final HostSide host = new HostSide();

    @Test
    void theOrderOfTheBuildersIsTheSame() throws Exception {
        List<Map<String, String>> sources = new ArrayList<>(combinations());
        for (String file : languageFiles()) {
            sources.add(Map.of(file, "x"));
            sources.add(Map.of(file, "x", "Procfile", "web: x"));
            sources.add(Map.of(file, "x", "index.html", "x"));
        }
        sources.add(Map.of("project.toml", "[_]\nschema-version = \"0.2\"\n", "Dockerfile", "x"));
        sources.add(Map.of("project.toml", "x = 1\n[[io.buildpacks.group]]\n", "Dockerfile", "x"));
        sources.add(Map.of("project.toml", "x = 1\r\n\tbuilder\t= \"y\"\r\n", "Dockerfile", "x"));
        sources.add(Map.of("project.toml", "# builder = \"y\"\nbuilders = 1\n", "Dockerfile", "x"));
        sources.add(Map.of(".buildpacks", "", "Dockerfile", "x"));
        sources.add(Map.of(".buildpacks", "\n\r\n# x\r\nhttps://example.com/a\r\n \nheroku/nodejs"));
        sources.add(Map.of(".buildpacks", "$(touch canary)\n`touch canary`\n"));
        List<Map<String, String>> settings = List.of(
                Map.of(),
                Map.of("builder", "buildpacks"),
                Map.of("builder", "static"),
                Map.of("builder", "dockerfile"),
                Map.of("builder", "dockerfile", "dockerfile", "D"),
                Map.of("builder", "image", "image", "x"),
                Map.of("dockerfile", "D"),
                Map.of("image", "x"),
                Map.of("buildpacks", "node"),
                Map.of("buildpacks", "node\nruby", "buildpacks-from", "app.json"),
                Map.of("builder", "buildpacks", "buildpacks", "node"),
                Map.of("env/BUILDPACK_URL", "https://example.com/b"),
                Map.of("builder", "buildpacks", "env/BUILDPACK_URL", "https://example.com/b"));
        List<String> plans = new ArrayList<>();
        for (Map<String, String> source : sources) {
            for (Map<String, String> setting : settings) {
                plans.add(source + " with " + setting + ": " + plan(source, setting));
                ask(source, setting);
            }
        }

        List<HostSide.Answer> answers = host.answers();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < plans.size(); i++) {
            String found = answers.get(i).taken() ? answers.get(i).text().replace('\0', ' ') : "";
            if (!plans.get(i).endsWith(": " + found)) {
                differences.add(plans.get(i) + "\n  host: " + found + answers.get(i));
            }
        }
        assertThat(differences).isEmpty();
        assertThat(plans).hasSizeGreaterThan(1000);
    }

    private static List<Map<String, String>> combinations() {
        Map<String, String> files = new LinkedHashMap<>();
        files.put("project.toml", "[build]\n  builder = \"x\"\n");
        files.put(".buildpacks", "# a comment\nhttps://example.com/a.git\n");
        files.put("Dockerfile", "FROM scratch\n");
        files.put("Procfile", "web: x\n");
        files.put("index.html", "x");
        files.put("package.json", "{}");
        List<Map<String, String>> all = new ArrayList<>();
        for (int chosen = 0; chosen < 1 << files.size(); chosen++) {
            Map<String, String> source = new TreeMap<>();
            int bit = 0;
            for (Map.Entry<String, String> file : files.entrySet()) {
                if ((chosen & 1 << bit++) != 0) {
                    source.put(file.getKey(), file.getValue());
                }
            }
            all.add(source);
        }
        return all;
    }

    private static List<String> languageFiles() {
        return List.of(
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
                "pom.atom",
                "pom.clj",
                "pom.groovy",
                "pom.rb",
                "pom.scala",
                "pom.yaml",
                "pom.yml",
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
                "README.md",
                "dockerfile",
                "procfile",
                "INDEX.html");
    }

    private static String plan(Map<String, String> source, Map<String, String> settings) {
        SourceFiles files = path -> Optional.ofNullable(source.get(path)).map(HostSide::bytes);
        BuilderChoice choice = BuilderChoice.of(files, tree(settings), settings.containsKey("env/BUILDPACK_URL"));
        return String.join(" ", join(choice.name(), choice.buildpacks()));
    }

    private void ask(Map<String, String> source, Map<String, String> settings) {
        List<byte[]> fields = new ArrayList<>();
        fields.add(tree(settings).toBytes());
        fields.add(HostSide.bytes(settings.getOrDefault("env/BUILDPACK_URL", "")));
        source.forEach((name, text) -> {
            fields.add(HostSide.bytes(name));
            fields.add(HostSide.bytes(text));
        });
        host.ask("builder", fields.toArray(byte[][]::new));
    }

    private static List<String> join(String first, List<String> rest) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(rest);
        return all;
    }

    private static ValueTree tree(Map<String, String> settings) {
        ValueTree.Builder tree = ValueTree.builder();
        settings.forEach(tree::put);
        return tree.build();
    }

    @Test
    void aProcfileIsReadAlike() throws Exception {
        List<String> files = new ArrayList<>(List.of(
                "",
                "web: x",
                "web: x\n",
                "web:x",
                "web:\tx",
                "web : x",
                " web: x",
                "web:",
                "web: ",
                "web:\n x",
                "\ufeffweb: x",
                "\ufeff\ufeffweb: x",
                "web: a\nworker: b\n",
                "web: a\r\nworker: b\r\n",
                "web: a\rworker: b",
                "web: a\n\n\nworker: b",
                "web: a\nweb: b",
                "# web: x",
                "  # x",
                "\t# x",
                "#",
                "web: x # y",
                "Web: x",
                "release: x",
                "Release: x",
                "RELEASE: x\nrelease: y",
                "1w: x",
                "_w: x",
                "w.x: y",
                "w x: y",
                "w".repeat(30) + ": x",
                "w".repeat(31) + ": x",
                "é: x",
                "web: é",
                "web: a\u00a0",
                "web:\u00a0x",
                "web: a\u2003",
                "web:\u3000x",
                "web: a\u2028b",
                "web: a\u0085b",
                "web: a\u000bb",
                "web: a\fb",
                "web: a\u001cb",
                "\u00a0",
                "\u2003",
                "\u000b",
                "\f",
                "web: a \t ",
                "web: a\u0000b",
                "web: $(touch canary)",
                "web: a: b",
                "web:: a",
                ":",
                ": x",
                "- web: x",
                "web = x",
                "\n\n",
                "web: x\n# comment\nworker: y\n",
                "web: a\n\u00a0web: b",
                "<?xml",
                "web: " + "x".repeat(40_000)));
        for (char space = 0; space < 0x21; space++) {
            files.add("web:" + space + "x" + space);
            files.add(space + "web: x");
            files.add("" + space);
        }
        files.forEach(file -> host.ask("procfile", HostSide.bytes(file)));
        List<byte[]> odd = List.of(
                "web: caf\u00e9".getBytes(StandardCharsets.ISO_8859_1), "web: x".getBytes(StandardCharsets.UTF_16));
        odd.forEach(file -> host.ask("procfile", file));

        List<HostSide.Answer> answers = host.answers();
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < files.size(); i++) {
            String laptop = read(HostSide.bytes(files.get(i)));
            if (!laptop.equals(answers.get(i).text())) {
                differences.add("%s%n  laptop: %s%n  host:   %s"
                        .formatted(
                                escaped(files.get(i)),
                                escaped(laptop),
                                escaped(answers.get(i).text())));
            }
        }
        assertThat(differences).isEmpty();
    }

    private static String read(byte[] bytes) {
        List<String> fields = new ArrayList<>();
        Procfile procfile = Procfile.read(bytes);
        procfile.commands().forEach((type, command) -> {
            fields.add(type);
            fields.add(command);
        });
        long odd = procfile.warnings().stream()
                .filter(warning -> warning.endsWith("is ignored"))
                .count();
        return odd + "\0" + String.join("\0", fields);
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.chars()
                .limit(100)
                .forEach(c -> out.append(c < 0x21 || c > 0x7e ? "\\u%04x".formatted(c) : Character.toString(c)));
        return out.toString();
    }
}
