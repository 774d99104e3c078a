package dev.pocketpaas.core.git;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Collection;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.internal.JGitText;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.eclipse.jgit.transport.BundleWriter;

/**
 * Sends the objects that the far side lacks. JGit's writer of packs is not for others, but its writer of bundles is: a bundle is a few lines,
 * an empty one, and the pack. (JGit's own push waits for ever when the pack cannot be made, and swallows lines of the hook's output.)
 */
final class PackUpload {
    /**
     * With how many others each object is compared. JGit compares slowly: ten (its default, as git's) take twice the time of git for a first push, and
     * save half a percent of the bytes.
     */
    private static final int WINDOW = 4;

    private final Repository repository;

    PackUpload(Repository repository) {
        this.repository = repository;
    }

    /**
     * Writes the pack.
     *
     * @param present ids that the far side has
     * @throws FarSideGone when nobody takes the bytes any more
     */
    void write(ObjectId commit, String ref, Collection<ObjectId> present, PushListener listener, OutputStream out)
            throws IOException {
        BundleWriter writer = new BundleWriter(repository);
        PackConfig packing = new PackConfig(repository);
        if (packing.getDeltaSearchWindowSize() == PackConfig.DEFAULT_DELTA_SEARCH_WINDOW_SIZE) {
            packing.setDeltaSearchWindowSize(WINDOW);
        }
        writer.setPackConfig(packing);
        writer.include(ref, commit);
        try (RevWalk walk = new RevWalk(repository)) {
            for (ObjectId id : present) {
                assume(writer, walk, id);
            }
        }
        PackMonitor progress = new PackMonitor(listener);
        PackOnly pack = new PackOnly(out, progress);
        writer.writeBundle(progress, pack);
        pack.flush();
    }

    private static void assume(BundleWriter writer, RevWalk walk, ObjectId id) throws IOException {
        try {
            RevObject object = walk.peel(walk.parseAny(id));
            if (object instanceof RevCommit commit) {
                writer.assume(commit);
            }
        } catch (MissingObjectException e) {
            // The far side has what we have not; it helps nobody.
            return;
        }
    }

    /** The far side takes no more. */
    static final class FarSideGone extends IOException {
        private static final long serialVersionUID = 1L;

        FarSideGone(IOException cause) {
            super(cause.getMessage(), cause);
        }
    }

    /** Drops everything up to the first empty line. */
    private static final class PackOnly extends FilterOutputStream {
        private boolean inPack;
        private boolean afterNewline;

        private final PackMonitor progress;
        private long sent;

        PackOnly(OutputStream out, PackMonitor progress) {
            super(out);
            this.progress = progress;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            while (!inPack && from < offset + length) {
                boolean newline = bytes[from++] == '\n';
                inPack = newline && afterNewline;
                afterNewline = newline;
            }
            try {
                out.write(bytes, from, offset + length - from);
            } catch (IOException e) {
                throw new FarSideGone(e);
            }
            sent += offset + length - from;
            progress.sent(sent);
        }

        @Override
        public void flush() throws IOException {
            try {
                out.flush();
            } catch (IOException e) {
                throw new FarSideGone(e);
            }
        }
    }

    /** Knows how many objects are written; hears of it from JGit, and of the bytes from the stream. */
    private static final class PackMonitor extends EmptyProgressMonitor {
        private static final String WRITING = JGitText.get().writingObjects;

        private final PushListener listener;
        private boolean writing;
        private int total;
        private int done;

        PackMonitor(PushListener listener) {
            this.listener = listener;
        }

        @Override
        public void beginTask(String title, int totalWork) {
            writing = title.equals(WRITING);
            total = totalWork;
            done = 0;
        }

        @Override
        public void update(int completed) {
            done += completed;
        }

        void sent(long bytes) {
            listener.sent(bytes, writing && total > 0 ? (int) (100L * done / total) : 0);
        }

        @Override
        public boolean isCancelled() {
            return Thread.currentThread().isInterrupted();
        }
    }
}
