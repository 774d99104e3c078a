package dev.pocketpaas.installer.hosts;

import dev.pocketpaas.core.host.ProgramMemory;
import dev.pocketpaas.core.host.ProgramVersion;
import dev.pocketpaas.core.host.SeenPrograms;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The programs that one host was seen with, in a file of one line: hash and version. Only a convenience: a file that cannot be read or
 * written costs a question, and is no failure.
 */
public final class RememberedPrograms implements ProgramMemory {
    private static final int HASH_LENGTH = 64;

    private final Path directory;
    private final Path file;

    /**
     * What is remembered of the host at {@code address}.
     *
     * @param directory for example {@code ~/.local/state/pocketpaas/programs}; made when something is remembered first
     */
    public RememberedPrograms(Path directory, HostAddress address) {
        this.directory = directory;
        this.file = directory.resolve(
                new HostAddress(null, address.name(), address.port()).toString().replace('/', '%'));
    }

    @Override
    public Optional<SeenPrograms> last() {
        try {
            String[] words = Files.readString(file).strip().split(" ", 2);
            return words[0].length() == HASH_LENGTH
                    ? Optional.of(new SeenPrograms(words[0], new ProgramVersion(words.length < 2 ? "" : words[1])))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public void remember(SeenPrograms programs) {
        if (last().equals(Optional.of(programs))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            Path part = Files.createTempFile(directory, ".new", "");
            Files.write(part, (programs.hash() + " " + programs.version() + "\n").getBytes(StandardCharsets.UTF_8));
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            // The next command asks the host.
            return;
        }
    }

    /** The host has none any more. */
    public void forget() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            // The next command would send them again.
            return;
        }
    }
}
