package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A classic buildpack that a host offers.
 *
 * @param name for example {@code heroku/nodejs}
 * @param url where git finds it, with {@code #REF} for a branch, tag or commit
 */
public record Buildpack(String name, String url) {
    /** Reads lines {@code NAME URL[#REF]}; {@code #} starts a comment. */
    static List<Buildpack> parse(String text) {
        return text.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(Buildpack::parseLine)
                .toList();
    }

    private static Buildpack parseLine(String line) {
        String[] words = line.split("\\s+", 3);
        if (words.length != 2) {
            throw PocketException.usage(
                    "\"" + Printable.of(line) + "\" is not a buildpack", "write NAME URL[#REF] on each line");
        }
        return new Buildpack(words[0], words[1]);
    }

    /** One a line, with {@code between} between name and address. */
    static String lines(List<Buildpack> buildpacks, String between) {
        return buildpacks.stream()
                .map(buildpack -> buildpack.name() + between + buildpack.url())
                .collect(Collectors.joining("\n"));
    }
}
