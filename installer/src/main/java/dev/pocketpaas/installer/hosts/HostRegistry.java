package dev.pocketpaas.installer.hosts;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The hosts that this laptop knows, one small file each: lines {@code KEY=VALUE}. A convenience; the hosts themselves are the truth. */
public final class HostRegistry {
    private final Path directory;

    /**
     * @param directory for example {@code ~/.config/pocketpaas/hosts}; made when the first host is added
     */
    public HostRegistry(Path directory) {
        this.directory = directory;
    }

    /** Every host, by name. */
    public List<RegisteredHost> list() {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.startsWith("."))
                    .sorted()
                    .map(this::find)
                    .flatMap(Optional::stream)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The host with {@code name}. */
    public Optional<RegisteredHost> find(String name) {
        Path file = directory.resolve(name);
        if (name.contains("/") || name.startsWith(".") || !Files.isRegularFile(file)) {
            return Optional.empty();
        }
        Map<String, String> values = new LinkedHashMap<>();
        try {
            for (String line : Files.readAllLines(file)) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    values.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
            return Optional.of(new RegisteredHost(
                    name,
                    HostAddress.parse(values.getOrDefault("address", "")),
                    path(values.get("identity")),
                    path(values.get("known-hosts")),
                    Instant.parse(values.getOrDefault("added", "1970-01-01T00:00:00Z"))));
        } catch (IOException | DateTimeException | PocketException e) {
            throw new PocketException(
                    ExitCode.UNEXPECTED,
                    "the file " + file + " is damaged",
                    List.of(String.valueOf(e.getMessage())),
                    "remove it, and run \"pocketpaas init host\" for that host again",
                    e);
        }
    }

    /** Adds {@code host}, or replaces the one with its name. */
    public void put(RegisteredHost host) {
        StringBuilder text = new StringBuilder("address=" + host.address() + "\n");
        host.ownIdentity()
                .ifPresent(file -> text.append("identity=").append(file).append('\n'));
        host.ownKnownHosts()
                .ifPresent(file -> text.append("known-hosts=").append(file).append('\n'));
        text.append("added=").append(host.added()).append('\n');
        try {
            Files.createDirectories(directory);
            Path part = Files.createTempFile(directory, ".new", "");
            Files.write(part, text.toString().getBytes(StandardCharsets.UTF_8));
            Files.move(
                    part,
                    directory.resolve(host.name()),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Forgets the host with {@code name}, if it is known. */
    public void remove(String name) {
        RegisteredHost.checkName(name);
        try {
            Files.deleteIfExists(directory.resolve(name));
            if (Files.isDirectory(directory) && list().isEmpty()) {
                Files.deleteIfExists(directory);
            }
        } catch (DirectoryNotEmptyException e) {
            // Something of somebody else's is in it.
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable Path path(@Nullable String text) {
        return text == null ? null : Path.of(text);
    }
}
