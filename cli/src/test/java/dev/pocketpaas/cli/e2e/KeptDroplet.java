package dev.pocketpaas.cli.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A droplet that stays from run to run has one test process at a time: two would take it for theirs, and each destroy the other's apps. */
final class KeptDroplet {
    private static final Map<String, FileLock> HELD = new ConcurrentHashMap<>();

    private KeptDroplet() {}

    /** This process has the droplet of that name until it ends. */
    static void hold(String name) {
        HELD.computeIfAbsent(name, KeptDroplet::lock);
    }

    static Path file(String name) {
        return Path.of(System.getProperty("java.io.tmpdir"), "pocketpaas-e2e-" + name + ".lock");
    }

    private static FileLock lock(String name) {
        try {
            FileChannel file = FileChannel.open(file(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            @Nullable FileLock lock = file.tryLock();
            if (lock == null) {
                file.close();
                throw new AssertionError("the kept droplet " + name + " is in use by another test process;"
                        + " name one of its own: -Dpocketpaas.e2e.name=NAME");
            }
            return lock;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
