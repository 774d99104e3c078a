package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.core.environment.Dotenv;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.migration.ImportPlan;
import dev.pocketpaas.core.name.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The files that an import writes; one that is there is overwritten only by {@code --force}. */
final class WrittenFiles {
    private final Path directory;
    private final boolean force;

    WrittenFiles(Path directory, boolean force) {
        this.directory = directory;
        this.force = force;
    }

    /**
     * What becomes of the manifest.
     *
     * @param path where it is
     * @param shown what became of it: written, unchanged or kept
     */
    record Manifest(Path path, String shown) {
        boolean isWritten() {
            return shown.equals("written");
        }
    }

    /** What becomes of the manifest; refused where another one is in the way. One of the same app is kept where the plan is applied. */
    Manifest manifest(ImportPlan plan, boolean applied) {
        Path path = directory.resolve(ManifestFile.NAME);
        if (!Files.exists(path) || force) {
            return new Manifest(path, "written");
        }
        byte[] present = bytes(path);
        if (Arrays.equals(present, plan.manifest().getBytes(StandardCharsets.UTF_8))) {
            return new Manifest(path, "unchanged");
        }
        if (applied && ManifestReader.read(ManifestFile.NAME, present).appName().equals(Optional.of(plan.app()))) {
            return new Manifest(path, "kept");
        }
        throw PocketException.refused(
                "there is already a manifest: " + path,
                "--force overwrites it; --apply keeps it, if it is of the app " + plan.app());
    }

    /** The file of variables; refused where it is there. */
    Path environment(Path path) {
        if (Files.exists(path) && !force) {
            throw PocketException.refused(path + " is already there", "name another file, or add --force");
        }
        return path;
    }

    void write(ImportPlan plan, Manifest manifest, Optional<Path> environment) {
        try {
            if (manifest.isWritten()) {
                Files.writeString(manifest.path(), plan.manifest());
            }
            if (environment.isPresent()) {
                SortedMap<String, Secret> values = new TreeMap<>();
                plan.values().forEach((name, value) -> values.put(name.value(), value.value()));
                writePrivately(environment.get(), Dotenv.write(values).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE, "a file cannot be written in " + directory, List.of(), "check its permissions", e);
        }
    }

    /** Made readable for nobody else before there is anything in it. */
    static void writePrivately(Path path, byte[] bytes) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        Path aside = Files.createTempFile(parent, ".pocketpaas", null);
        try {
            Files.write(aside, bytes);
            Files.move(aside, path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private static byte[] bytes(Path path) {
        try {
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE, path + " cannot be read", List.of(), "check that it is a file you may read", e);
        }
    }
}
