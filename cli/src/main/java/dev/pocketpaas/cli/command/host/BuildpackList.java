package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.installer.init.InitOptions;
import java.nio.file.Path;
import java.util.List;

/** A file with the buildpacks of a host. Each line is {@code NAME URL[#REF]}; {@code #} starts a comment. */
final class BuildpackList {
    private BuildpackList() {}

    static List<InitOptions.Buildpack> read(Path file) {
        return LocalFile.text(file)
                .lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .map(line -> parse(file, line))
                .toList();
    }

    private static InitOptions.Buildpack parse(Path file, String line) {
        String[] words = line.split("\\s+", 3);
        if (words.length != 2) {
            throw PocketException.usage(
                    "\"" + Printable.of(line) + "\" in " + file + " is not a buildpack",
                    "write NAME URL[#REF] on each line");
        }
        return new InitOptions.Buildpack(words[0], words[1]);
    }
}
