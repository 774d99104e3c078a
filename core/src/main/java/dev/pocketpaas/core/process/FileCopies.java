package dev.pocketpaas.core.process;

import dev.pocketpaas.core.archive.TreePacker;
import dev.pocketpaas.core.archive.TreeUnpacker;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationEvent.Step.State;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.progress.TransferMeter;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.RemoteProcess;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files into and out of the container of a running process. */
public final class FileCopies {
    private static final String STEP = "copy";
    private static final int LOST = 255;
    private static final int LONGEST_PATH = 4096;

    private final HostClient host;

    /** Copies from and to {@code host}. */
    public FileCopies(HostClient host) {
        this.host = host;
    }

    /**
     * What was copied.
     *
     * @param place where it is now
     * @param files how many files and links
     * @param bytes of all the files
     * @param leftOut why something was left out, a sentence each; not more than the first few
     * @param leftOutCount how many were left out
     */
    public record Copied(String place, int files, long bytes, List<String> leftOut, int leftOutCount) {}

    /** Copies {@code source} into the container; it gets the place that {@code cp -r} would give it. */
    public Copied put(AppName app, ContainerPath to, Path source, OperationListener listener) {
        TreePacker packer = TreePacker.of(source);
        long size = Math.max(1, packer.size());
        TransferMeter meter = new TransferMeter(STEP, System::nanoTime, listener);
        Path name = source.toAbsolutePath().normalize().getFileName();
        ValueTree input = ValueTree.builder()
                .put("path", checked(to.path()))
                .put("name", name == null ? "" : name.toString())
                .put("kind", packer.isDirectory() ? "directory" : "file")
                .build();
        List<TreePacker.Packed> packed = new ArrayList<>();
        begin(listener);
        OperationResult result = host.operate(
                Verb.of("files", app, "put", to.process()),
                input,
                out -> packed.add(packer.pack(out, bytes -> meter.sent(bytes, (int) (bytes * 100 / size)))),
                listener);
        done(listener);
        TreePacker.Packed all = packed.get(0);
        return new Copied(
                to.process() + ":" + result.fact("path").orElse(to.path()),
                all.files(),
                all.bytes(),
                all.leftOut().stream()
                        .map(each -> each + " is neither a file nor a directory nor a link")
                        .toList(),
                all.leftOut().size());
    }

    /** Copies out of the container to {@code target}, which may be a directory that is there, or a new name. */
    public Copied get(AppName app, ContainerPath from, Path target, OperationListener listener) {
        TransferMeter meter = new TransferMeter(STEP, System::nanoTime, listener);
        byte[] path = (checked(from.path()) + "\0").getBytes(StandardCharsets.UTF_8);
        Verb verb = Verb.of(
                "files",
                app,
                "get",
                from.process(),
                Base64.getUrlEncoder().withoutPadding().encodeToString(path));
        begin(listener);
        try (RemoteProcess process = host.raw(verb, null)) {
            process.stdin().close();
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            Thread errors = new Thread(() -> copyErrors(process, said), "copy-stderr");
            errors.setDaemon(true);
            errors.start();
            TreeUnpacker.Unpacked all = unpacked(process, errors, said, verb, from, target, meter);
            done(listener);
            return new Copied(all.place().toString(), all.files(), all.bytes(), all.leftOut(), all.leftOutCount());
        } catch (IOException e) {
            throw PocketException.unexpected("the copy failed: " + e.getMessage(), null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PocketException.unexpected("interrupted", null, e);
        }
    }

    private static TreeUnpacker.Unpacked unpacked(
            RemoteProcess process,
            Thread errors,
            ByteArrayOutputStream said,
            Verb verb,
            ContainerPath from,
            Path target,
            TransferMeter meter)
            throws IOException, InterruptedException {
        RuntimeException failure;
        try {
            TreeUnpacker.Unpacked all = TreeUnpacker.unpack(
                    from.toString(),
                    process.stdout(),
                    target,
                    from.name(),
                    from.isContents(),
                    bytes -> meter.sent(bytes, 0));
            process.stdout().transferTo(OutputStream.nullOutputStream());
            failure = ended(process, errors, said, verb);
            if (failure == null) {
                return all;
            }
        } catch (PocketException e) {
            if (process.stdout().read() >= 0) {
                throw e;
            }
            // Nothing more came: the host says why.
            failure = ended(process, errors, said, verb);
            if (failure == null) {
                throw e;
            }
        }
        throw failure;
    }

    private static @Nullable RuntimeException ended(
            RemoteProcess process, Thread errors, ByteArrayOutputStream said, Verb verb) throws InterruptedException {
        int status = process.waitFor();
        errors.join();
        if (status == 0) {
            return null;
        }
        return status == LOST
                ? PocketException.unreachable("the connection to the host was lost", "copy again", null)
                : HostClient.refusal(verb, status, said.toString(StandardCharsets.UTF_8));
    }

    private static void copyErrors(RemoteProcess process, ByteArrayOutputStream said) {
        try {
            process.stderr().transferTo(said);
        } catch (IOException e) {
            // The status tells that the connection is gone.
            return;
        }
    }

    private static String checked(String path) {
        if (path.length() > LONGEST_PATH || path.indexOf('\0') >= 0) {
            throw PocketException.usage("the path in the container is too long", "pass a path");
        }
        return path;
    }

    private static void begin(OperationListener listener) {
        listener.on(new OperationEvent.Step(STEP, State.START, ""));
    }

    private static void done(OperationListener listener) {
        listener.on(new OperationEvent.Step(STEP, State.DONE, ""));
    }
}
