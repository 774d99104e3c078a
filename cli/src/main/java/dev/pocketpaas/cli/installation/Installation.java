package dev.pocketpaas.cli.installation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * This program, as it is installed.
 *
 * @param channel how it came here
 * @param directory where it is; empty without the launcher, as in tests
 * @param java the version of the Java that runs it
 * @param javaHome where that Java is
 * @param ownJava whether that Java came with it
 */
public record Installation(Channel channel, Optional<Path> directory, String java, Path javaHome, boolean ownJava) {
    /** The installation that {@code home}, of the launcher, is; empty if there is no launcher. */
    public static Installation at(String home) {
        Path javaHome = Path.of(System.getProperty("java.home"));
        Optional<Path> directory = home.isEmpty() ? Optional.empty() : Optional.of(Path.of(home));
        return new Installation(
                directory.map(Installation::channelOf).orElse(Channel.SOURCES),
                directory,
                System.getProperty("java.runtime.version"),
                javaHome,
                directory
                        .map(place -> javaHome.equals(place.resolve("runtime")))
                        .orElse(false));
    }

    private static Channel channelOf(Path directory) {
        try {
            return Channel.of(
                    Files.readString(directory.resolve("lib/installed-by")).strip());
        } catch (IOException e) {
            // Every build writes the file; without it nobody knows.
            return Channel.ARCHIVE;
        }
    }
}
