package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.DeploySource;
import dev.pocketpaas.core.app.GitDeploySource;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.Change;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.git.RemoteChange;
import dev.pocketpaas.core.git.Snapshot;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.Printable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a deploy ships from the directory that the user is in: a commit, the working tree, or a snapshot where there is no git. */
final class Shipment implements AutoCloseable {
    private static final int MOST_NAMED = 10;

    private final LocalRepository repository;
    private final @Nullable Snapshot snapshot;
    private final DeploySource source;

    private Shipment(LocalRepository repository, @Nullable Snapshot snapshot, DeploySource source) {
        this.repository = repository;
        this.snapshot = snapshot;
        this.source = source;
    }

    static Shipment of(CommandContext context, boolean dirty, Optional<String> branch) {
        Path directory = context.environment().workingDirectory();
        Optional<LocalRepository> found = LocalRepository.discover(directory);
        if (found.isEmpty()) {
            if (branch.isPresent()) {
                throw PocketException.usage(
                        "there is no git repository here, so there is no branch", "leave --branch out");
            }
            context.output().say("no git repository here: shipping the directory as it is");
            Snapshot snapshot = Snapshot.ofDirectory(directory);
            return new Shipment(
                    snapshot.repository(), snapshot, GitDeploySource.of(snapshot.repository(), snapshot.commit()));
        }
        LocalRepository repository = found.get();
        Commit commit = dirty ? repository.snapshotWorkingTree() : committed(context, repository, branch);
        return new Shipment(repository, null, GitDeploySource.of(repository, commit));
    }

    LocalRepository repository() {
        return repository;
    }

    DeploySource source() {
        return source;
    }

    /** Lets plain git push to the app from now on. A remote that is not ours, or that names another place, is left alone. */
    void addRemote(CommandContext context, Hosts.Place place, AppName app) {
        if (snapshot != null) {
            return;
        }
        HostAddress door = place.address().withUser(Target.DOOR);
        String url = GitRemote.url(door, app.value());
        Optional<String> present = repository.remoteUrl(Project.REMOTE);
        if (present.isPresent() && !present.get().equals(url)) {
            context.output()
                    .say("note: the git remote " + Project.REMOTE + " points elsewhere (" + Printable.of(present.get())
                            + "), and stays as it is");
            return;
        }
        if (repository.addRemote(Project.REMOTE, url) == RemoteChange.ADDED) {
            context.output()
                    .say("added the git remote " + Project.REMOTE + ": \"git push " + Project.REMOTE + " "
                            + repository.branch().orElse("HEAD:main") + "\" deploys, too" + withOwnKey(place));
        }
    }

    private static String withOwnKey(Hosts.Place place) {
        if (place.known() == null || place.known().ownIdentity().isEmpty()) {
            return "";
        }
        String knownHosts = place.known()
                .ownKnownHosts()
                .map(file -> " -o UserKnownHostsFile=" + file)
                .orElse("");
        return ", with GIT_SSH_COMMAND=\"ssh -i " + place.known().ownIdentity().get() + knownHosts + "\"";
    }

    @Override
    public void close() {
        if (snapshot != null) {
            snapshot.close();
        } else {
            repository.close();
        }
    }

    private static Commit committed(CommandContext context, LocalRepository repository, Optional<String> branch) {
        if (branch.isPresent()) {
            return repository
                    .find("refs/heads/" + branch.get())
                    .or(() -> repository.find("refs/tags/" + branch.get()))
                    .orElseThrow(() -> PocketException.usage(
                            "there is no branch and no tag " + Printable.of(branch.get()) + " here",
                            "\"git branch\" and \"git tag\" list them"));
        }
        Commit head = repository.requireHead();
        Optional<List<Change>> uncommitted = repository.uncommitted();
        if (uncommitted.isEmpty()) {
            context.output()
                    .say(
                            "note: git's index cannot be read here, so what is not committed (and not shipped) is not shown");
        }
        List<Change> changes = uncommitted.orElse(List.of());
        if (!changes.isEmpty()) {
            context.output().warn("not committed, and so not shipped (--dirty takes it along):");
            changes.stream()
                    .limit(MOST_NAMED)
                    .forEach(change ->
                            context.output().beside("  " + change.kind().text() + "  " + Printable.of(change.path())));
            if (changes.size() > MOST_NAMED) {
                context.output().beside("  and " + (changes.size() - MOST_NAMED) + " more");
            }
        }
        return head;
    }
}
