package dev.pocketpaas.installer.sandbox;

import dev.pocketpaas.installer.machine.Command;
import dev.pocketpaas.installer.machine.Commands;
import dev.pocketpaas.installer.machine.Outcome;
import dev.pocketpaas.installer.machine.PocketFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** A Docker engine that answers, seen through the client that was found to reach it. */
final class Engine {
    private static final Duration LONG = Duration.ofMinutes(15);

    private final Commands commands;
    private final String client;

    Engine(Commands commands, String client) {
        this.commands = commands;
        this.client = client;
    }

    /** The client's name or path. */
    String client() {
        return client;
    }

    /** A command for the client. */
    Command command(String... arguments) {
        List<String> words = new ArrayList<>(List.of(client));
        words.addAll(Arrays.asList(arguments));
        return Command.of(words);
    }

    /** A command for the client. */
    Command command(List<String> arguments) {
        return command(arguments.toArray(String[]::new));
    }

    /** Runs the client; what it says on failure is the caller's to judge. */
    Outcome attempt(String... arguments) {
        return commands.run(command(arguments));
    }

    /** Runs the client and gives back what it printed; a failure says {@code purpose}. */
    String run(String purpose, Command command) {
        Outcome outcome = commands.run(command);
        if (!outcome.ok()) {
            throw PocketFailures.of("docker could not " + purpose, outcome);
        }
        return outcome.text();
    }

    /** The same with the output line by line, for what takes long. */
    void stream(String purpose, Command command, Consumer<String> lines) {
        Outcome outcome = commands.stream(command.within(LONG), lines);
        if (!outcome.ok()) {
            throw PocketFailures.of("docker could not " + purpose, outcome);
        }
    }

    /** Runs {@code commands} as one pipeline. */
    void pipe(String purpose, Command... pipeline) {
        Outcome outcome =
                commands.pipe(Arrays.stream(pipeline).map(c -> c.within(LONG)).toList());
        if (!outcome.ok()) {
            throw PocketFailures.of("docker could not " + purpose, outcome);
        }
    }

    /** Whether the engine has {@code image}. */
    boolean hasImage(String image) {
        return attempt("image", "inspect", "--format", "{{.Id}}", image).ok();
    }

    /**
     * The part of a format that prints a label, and nothing where there is none: beside a format's other parts the client may
     * read the answer without its types, and would print {@code <no value>}.
     */
    static String label(String name) {
        return "{{with index .Config.Labels \"" + name + "\"}}{{.}}{{end}}";
    }

    /** The value of {@code label} on {@code image}, empty where there is no such image or label. */
    String imageLabel(String image, String label) {
        Outcome outcome = attempt("image", "inspect", "--format", label(label), image);
        return outcome.ok() ? outcome.text() : "";
    }

    /** The id of an image; empty where there is none of that name. */
    String imageId(String image) {
        Outcome outcome = attempt("image", "inspect", "--format", "{{.Id}}", image);
        return outcome.ok() ? outcome.text() : "";
    }

    /** 1 or 2. */
    int cgroupVersion() {
        return attempt("info", "--format", "{{.CgroupVersion}}").text().equals("1") ? 1 : 2;
    }

    /** Builds {@code tag} from a build context, a tar on standard input that {@code context} writes. */
    void build(String tag, Command context, Consumer<String> lines) {
        Command build = command("build", "--quiet", "--force-rm", "--tag", tag, "-");
        if (!attempt("buildx", "version").ok()) {
            build = build.withVariable("DOCKER_BUILDKIT", "0");
        }
        lines.accept("building " + tag);
        pipe("build " + tag, context, build);
    }
}
