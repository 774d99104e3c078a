package dev.pocketpaas.core.git;

import java.io.File;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/**
 * JGit's view of the machine. By itself it runs {@code git} to find the system's configuration, measures the clock of the file system for
 * three seconds, writes a file into the user's home, and obeys variables such as GIT_DIR and GIT_SSH; none of that is wanted here.
 */
final class GitSystem extends SystemReader.Delegate {
    private static final int PIECE = 64 * 1024;
    private static final long KEPT = 8L * 1024 * 1024;

    private GitSystem(SystemReader usual) {
        super(usual);
    }

    /** Makes JGit use it; once is enough. */
    static void install() {
        SystemReader usual = SystemReader.getInstance();
        if (!(usual instanceof GitSystem)) {
            SystemReader.setInstance(new GitSystem(usual));
            readPacksInLargePieces();
        }
    }

    /** JGit reads packs in pieces of 8 kB and keeps 10 MB of them: a third of the time of a large push was that. */
    private static void readPacksInLargePieces() {
        WindowCacheConfig pieces = new WindowCacheConfig();
        pieces.setPackedGitWindowSize(PIECE);
        pieces.setPackedGitLimit(KEPT);
        pieces.setExposeStatsViaJmx(false);
        pieces.install();
    }

    @Override
    public @Nullable String getenv(String variable) {
        return null;
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    @Override
    public FileBasedConfig openJGitConfig(@Nullable Config parent, FS fs) {
        return new Nothing(parent, fs);
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
        File home = fs.userHome();
        FileBasedConfig xdg = new FileBasedConfig(parent, new File(home, ".config/git/config"), fs);
        return new Unmeasured(xdg, new File(home, ".gitconfig"), fs);
    }

    /** The user's configuration, which claims that the file system was measured: two seconds is what JGit itself assumes when in doubt. */
    private static final class Unmeasured extends FileBasedConfig {
        private static final Duration COARSEST = Duration.ofSeconds(2);

        Unmeasured(Config parent, File file, FS fs) {
            super(parent, file, fs);
        }

        @Override
        public long getTimeUnit(
                String section, @Nullable String subsection, String name, long defaultValue, TimeUnit wantUnit) {
            return section.equals("filesystem")
                    ? wantUnit.convert(COARSEST)
                    : super.getTimeUnit(section, subsection, name, defaultValue, wantUnit);
        }
    }

    /** A file that is not there and is never written. */
    private static final class Nothing extends FileBasedConfig {
        Nothing(@Nullable Config parent, FS fs) {
            super(parent, new File("/nonexistent/gitconfig"), fs);
        }

        @Override
        public void load() {
            // There is nothing to load.
        }

        @Override
        public void save() {
            // There is nothing worth keeping.
        }

        @Override
        public boolean isOutdated() {
            return false;
        }
    }
}
