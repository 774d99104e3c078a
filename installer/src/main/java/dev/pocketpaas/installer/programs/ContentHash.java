package dev.pocketpaas.installer.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Run by the build when everything is in its place: writes the hash of the bundled programs beside the class that reads it. */
final class ContentHash {
    static final String FILE = "content-hash";

    private ContentHash() {}

    /**
     * Writes the file.
     *
     * @param arguments the directory of the compiled classes
     */
    public static void main(String[] arguments) throws IOException {
        String directory = ContentHash.class.getPackageName().replace('.', '/');
        Path file = Path.of(arguments[0]).resolve(directory).resolve(FILE);
        Files.writeString(file, HostPrograms.bundled().hash());
    }
}
