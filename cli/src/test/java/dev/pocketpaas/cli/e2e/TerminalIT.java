package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.cli.render.Screen;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The first minutes on a real terminal of two widths: what stands on the screen in the end, compared with what it should be
 * (src/test/resources/terminal). -Dpocketpaas.regenerate=true writes that anew, for somebody to read.
 */
@ExtendWith(TestDroplet.Shared.class)
class TerminalIT {
    private static final String TIME = "[0-9]+[.][0-9] s";

    @ParameterizedTest
    @ValueSource(ints = {100, 60})
    void settingUpAHost(int width, TestDroplet droplet) {
        droplet.inside("rm -f /etc/sudoers.d/pocketpaas /etc/nginx/conf.d/pocketpaas.conf");
        Laptop laptop = droplet.laptop();

        List<String> plan = typed(laptop, laptop.home(), width, "", "init host " + droplet.name() + " --plan");
        assertThat(String.join(" ", plan))
                .contains("/etc/sudoers.d/pocketpaas", "base configuration", "Nothing was changed.")
                .doesNotContain("…");
        told("init-plan", droplet, plan);

        List<String> lines = typed(laptop, laptop.home(), width, "", "init host " + droplet.name());
        assertThat(steps(lines))
                .as(String.join("\n", lines))
                .containsExactly(
                        "  ✓    Connecting",
                        "  ✓    Inspecting the machine",
                        "  ✓    Sending the host programs",
                        "  ✓    Writing system files",
                        "  ✓    Configuring nginx");
        assertThat(String.join(" ", lines))
                .contains("The host " + droplet.name() + " is ready. Next, in the directory of your app:");
        told("init", droplet, lines);

        List<String> again = typed(laptop, laptop.home(), width, "", "init host " + droplet.name());
        assertThat(again.get(0)).matches("  ✓    Connecting  " + TIME + "  root@127[.]0[.]0[.]1:[0-9]+");
        told("init-again", droplet, again);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 60})
    void theFirstDeploy(int width, TestDroplet droplet) {
        String app = "first" + width;
        Laptop laptop = droplet.laptop();
        Path directory = laptop.directory(app);
        Laptop.write(directory.resolve("index.html"), "<h1>hello</h1>");
        laptop.commit(directory, "first page");

        List<String> lines = typed(laptop, directory, width, "No Name\n\n" + droplet.name() + "\n", "deploy");
        assertThat(lines).contains("This looks like a static site.");
        assertThat(String.join(" ", lines))
                .contains(
                        "\"No Name\" is not a valid app name",
                        "Wrote pocketpaas.yml.",
                        app + " is deployed; v1 is live")
                .contains("Fetched from here: 200 OK");
        assertThat(steps(lines))
                .as(String.join("\n", lines))
                .containsExactly(
                        "  ✓    Pushing",
                        "  ✓    Receiving the source",
                        "  ✓    Building",
                        "  ✓    Starting",
                        "  ✓    Checking",
                        "  ✓    Updating the routing",
                        "  ✓    Switching over");
        // What is said about git is true: the manifest is committed, deployed once, and then a plain push is enough.
        assertThat(String.join(" ", lines))
                .contains(
                        "Commit pocketpaas.yml and run \"pocketpaas deploy\" once more; then \"git push pocketpaas main\"");
        laptop.commit(directory, "the manifest");
        told("deploy-second", droplet, typed(laptop, directory, width, "", "deploy"));
        Laptop.write(directory.resolve("index.html"), "<h1>hello again</h1>");
        laptop.commit(directory, "second page");
        assertThat(laptop.must(directory, "git", "config", "core.sshCommand"))
                .contains(droplet.identity().toString());
        Seen pushed = laptop.run(directory, "git", "push", "pocketpaas", "main");
        assertThat(pushed.exit()).as(pushed.toString()).isZero();
        // The answer waits before the question is there, and the next line may stand in the question's place on the
        // screen.
        Seen destroyed = played(laptop, directory, width, app + "\n", "destroy");
        assertThat(destroyed.out().replaceAll("\\s+", " "))
                .contains(
                        "Confirm destroying " + app + " on " + droplet.name() + ". Type " + app + " to",
                        app + " deleted");
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 60})
    void helpAndMistakes(int width, TestDroplet droplet) {
        Laptop laptop = droplet.laptop();
        Path home = laptop.home();
        List<String> start = typed(laptop, home, width, "", "");
        assertThat(start).hasSizeLessThan(15);
        stands("start", width, start);
        for (String words :
                List.of("--help", "help init host", "help deploy", "keys add --help", "help env", "logs -h")) {
            stands(words.replace("--", "").replace(' ', '-'), width, typed(laptop, home, width, "", words));
        }
        int mistake = 0;
        for (String words : List.of("ps:scale web=2", "deplyo", "help nosuch", "logs -n -3", "deploy --drity")) {
            stands("mistake-" + ++mistake, width, typed(laptop, home, width, "", words));
        }
    }

    /** The screen is as it should be, line by line. */
    private static void stands(String name, int width, List<String> lines) {
        expected(name + "-" + width, String.join("\n", lines) + "\n");
    }

    /**
     * The words are those that they should be, at any width: with names, ports and times of their own they break at other places.
     */
    private static void told(String name, TestDroplet droplet, List<String> lines) {
        String text = lines.stream()
                .collect(Collectors.joining("\n"))
                .replaceAll("\\s+", " ")
                .replaceAll("(\\d+ min )?\\d+([.]\\d)? s\\b", "TIME")
                .replaceAll("\\b[0-9a-f]{7}\\b", "COMMIT")
                .replaceAll(":\\d{4,5}\\b", ":PORT")
                .replaceAll("Debian GNU/Linux \\d+ \\(\\w+\\)", "SYSTEM")
                .replaceAll("first(60|100)\\b", "APP")
                .replace(droplet.name(), "HOST")
                .replace(droplet.laptop().home().toString(), "HOME");
        expected(name, text.replaceAll(" (?=[✓✗–!] )", "\n") + "\n");
    }

    private static void expected(String name, String text) {
        Path file = Path.of("src/test/resources/terminal/" + name + ".txt");
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            Laptop.write(file, text);
        }
        assertThat(file).content(StandardCharsets.UTF_8).isEqualTo(text);
    }

    /** Types a command in a window of this width; the lines on the screen, none of them wider, none of them half done. */
    private static List<String> typed(Laptop laptop, Path directory, int width, String answers, String words) {
        Seen seen = played(laptop, directory, width, answers, words);
        // In a window without end: so a line that a terminal would break is still in one piece.
        List<String> lines = new ArrayList<>(Screen.of(seen.out().replace("^D\b\b", ""), 10_000));
        assertThat(lines.stream()
                        // What other programs print is theirs, and a question that was answered before it came has its
                        // answer elsewhere.
                        .filter(line -> !line.startsWith("       ") && !line.matches(".*(\\]|continue): .*")))
                .as(String.join("\n", lines))
                .allMatch(line -> line.length() <= width, "fits the window")
                .noneMatch(line -> line.startsWith("  ·  "), "is half done");
        return lines;
    }

    private static Seen played(Laptop laptop, Path directory, int width, String answers, String words) {
        return Shell.run(
                directory,
                laptop.with("TERM", "xterm-256color").environment(),
                Duration.ofMinutes(5),
                answers.getBytes(StandardCharsets.UTF_8),
                List.of(
                        "script",
                        "-qec",
                        "stty cols " + width + " rows 30; exec " + Laptop.program() + " " + words,
                        "/dev/null"));
    }

    private static List<String> steps(List<String> lines) {
        return lines.stream()
                .filter(line -> line.matches("  [✓✗–] .*"))
                .map(line -> line.replaceAll("^(.{7}.*?)  .*$", "$1"))
                .toList();
    }
}
