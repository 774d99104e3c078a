package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.ssh.SshConnection;
import java.util.List;
import java.util.Optional;

/** What a deploy ships: one commit, with its files at hand and a way to push it. */
public interface DeploySource {
    /** The commit's id. */
    String commit();

    /** The commit, as the user knows it; its tree is that of the app's directory. */
    Commit described();

    /** The app's directory in the repository, with slashes; empty for the top. Files are looked for from there. */
    default String directory() {
        return "";
    }

    /**
     * The same commit for the app in {@code directory} of this one's.
     *
     * @throws dev.pocketpaas.core.failure.PocketException when the commit has no such directory
     */
    DeploySource in(String directory);

    /**
     * The same commit with what is at {@code paths} of the repository at these paths of the app's directory, too.
     *
     * @throws dev.pocketpaas.core.failure.PocketException when the commit has no such path, or the app one of its own
     */
    DeploySource including(List<String> paths);

    /**
     * Looks whether all files of the app's directory would arrive.
     *
     * @throws dev.pocketpaas.core.failure.PocketException when some would not
     */
    default void refuseIncomplete() {}

    /** What lies between the commit {@code live} and this one; empty where the laptop cannot know. */
    Optional<CodeChange> changesSince(String live);

    /** What the user should know of the commit, one sentence each. */
    default List<String> notes() {
        return List.of();
    }

    /** The branch that is shipped; empty for a tag, a detached HEAD and a directory that is in no repository. */
    default Optional<String> branch() {
        return Optional.empty();
    }

    /** The files of the commit. */
    SourceFiles files();

    /** The id of the file at {@code path} in the commit. */
    Optional<String> blobId(String path);

    /**
     * Whether the commit has any of {@code roots} among the first commits of its history; empty where that cannot be known, as in a
     * shallow clone.
     */
    Optional<Boolean> descendsFrom(List<String> roots);

    /**
     * Sends what the host lacks over {@code connection}, as one channel.
     *
     * @param ref the ref that is to name the commit there
     * @param listener hears how far it is
     * @throws dev.pocketpaas.core.failure.PocketException when the host does not take it
     */
    void push(SshConnection connection, AppName app, String ref, OperationListener listener);
}
