package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.GitRemote;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.Project;
import dev.pocketpaas.cli.invocation.Target;
import dev.pocketpaas.core.archive.ArchiveFile;
import dev.pocketpaas.core.archive.ArchiveLimits;
import dev.pocketpaas.core.archive.SourceArchive;
import dev.pocketpaas.core.deploy.DeploySource;
import dev.pocketpaas.core.deploy.Deployments;
import dev.pocketpaas.core.deploy.GitDeploySource;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.Change;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.git.RemoteChange;
import dev.pocketpaas.core.git.Snapshot;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.ImageReference;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a deploy sends from the current directory: a commit, the working tree, or a snapshot if there is no git repository. */
final class Shipment implements AutoCloseable {
    private static final int MOST_NAMED = 10;

    private final LocalRepository repository;
    private final @Nullable Snapshot snapshot;
    private final DeploySource source;

    private Shipment(
            LocalRepository repository, @Nullable Snapshot snapshot, DeploySource source, Optional<String> stage) {
        this.repository = repository;
        this.snapshot = snapshot;
        this.source = source;
        Deployments.requireWhole(source, stage);
    }

    /**
     * What is here.
     *
     * @param image the ready image that runs: without a repository only what says how it runs is sent
     */
    static Shipment of(CommandContext context, boolean dirty, Optional<String> branch, Optional<ImageReference> image) {
        Path directory = context.environment().workingDirectory();
        Optional<LocalRepository> found = LocalRepository.discover(directory);
        if (found.isEmpty()) {
            if (branch.isPresent()) {
                throw PocketException.usage(
                        "--branch needs a git repository, and there is none here", "remove --branch");
            }
            if (image.isEmpty()) {
                context.output().say("No git repository here: deploying the files of this directory.");
            }
            Snapshot snapshot = image.isPresent()
                    ? Snapshot.ofFiles(
                            directory, List.of(ManifestFile.NAME, Procfile.NAME, AppJson.NAME), "Image " + image.get())
                    : Snapshot.ofDirectory(directory);
            return new Shipment(
                    snapshot.repository(),
                    snapshot,
                    GitDeploySource.of(snapshot.repository(), snapshot.commit()),
                    context.target().stage());
        }
        LocalRepository repository = found.get();
        Commit commit = dirty ? repository.snapshotWorkingTree() : committed(context, repository, branch);
        // A tag that --branch names is no branch.
        Optional<String> shipped = branch.isEmpty()
                ? repository.branch()
                : branch.filter(name -> repository.find("refs/heads/" + name).isPresent());
        GitDeploySource source = GitDeploySource.of(repository, commit, shipped);
        Optional<String> inner = manifestDirectory(repository, directory);
        return new Shipment(
                repository,
                null,
                inner.isEmpty() ? source : source.in(inner.get()),
                context.target().stage());
    }

    /** What is in an archive: a file, an address, or {@code -}. Its own manifest says which app it is, unless the user does. */
    static Shipment ofArchive(CommandContext context, String name) {
        Environment environment = context.environment();
        if (name.equals("-") && environment.terminals().stdin()) {
            throw PocketException.usage(
                    "--archive - reads an archive from standard input, and that is the terminal",
                    "pass one on: git archive --format=tar.gz HEAD | pocketpaas deploy --archive -");
        }
        try (ArchiveFile file = ArchiveFile.open(name, environment.stdin(), environment::resolve)) {
            SourceArchive.Unpacked unpacked =
                    SourceArchive.read(file.path(), file.shown(), environment.workingDirectory(), ArchiveLimits.USUAL);
            Snapshot snapshot = unpacked.snapshot();
            boolean taken = false;
            try {
                GitDeploySource source = GitDeploySource.of(snapshot.repository(), snapshot.commit());
                Optional<String> stage = context.target().stage();
                context.ships(Deployments.manifest(source, stage));
                context.output().say(said(file.shown(), unpacked));
                Shipment shipment = new Shipment(snapshot.repository(), snapshot, source, stage);
                taken = true;
                return shipment;
            } finally {
                if (!taken) {
                    snapshot.close();
                }
            }
        }
    }

    private static String said(String name, SourceArchive.Unpacked unpacked) {
        String files = unpacked.files() == 1 ? "1 file" : unpacked.files() + " files";
        return "Deploying " + files + " of " + name
                + (unpacked.wrapper().isEmpty()
                        ? "."
                        : ", without the directory " + Printable.of(unpacked.wrapper()) + "/ around them.");
    }

    /** The directory of the manifest that counts here, in the repository; empty for the top, and where there is none. */
    private static Optional<String> manifestDirectory(LocalRepository repository, Path workingDirectory) {
        Optional<ManifestFile> manifest = ManifestFile.find(workingDirectory);
        if (manifest.isEmpty()) {
            return Optional.empty();
        }
        String path = real(repository.workTree())
                .relativize(real(manifest.get().directory()))
                .toString()
                .replace(File.separatorChar, '/');
        if (path.isEmpty()) {
            return Optional.empty();
        }
        if (!path.matches(Patterns.SOURCE_PATH)) {
            throw PocketException.usage(
                    "the directory " + Printable.of(path)
                            + " cannot be deployed by itself: its path has characters that" + " a host does not take",
                    "rename it, with only letters, digits, and . _ - in its path");
        }
        return Optional.of(path);
    }

    /** Without symbolic links: git names its working tree so. */
    private static Path real(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            return path.toAbsolutePath().normalize();
        }
    }

    LocalRepository repository() {
        return repository;
    }

    DeploySource source() {
        return source;
    }

    /** Adds the git remote, so that plain git can push. An existing remote that points elsewhere is left alone. */
    void addRemote(CommandContext context, HostResolver.ResolvedHost place, AppName app) {
        if (snapshot != null || context.target().stage().isPresent()) {
            // A plain push goes to one place.
            return;
        }
        HostAddress door = place.address().withUser(Target.DOOR);
        String url = GitRemote.url(door, app.value());
        Optional<String> present = repository.remoteUrl(Project.REMOTE);
        if (present.isPresent() && !present.get().equals(url)) {
            context.output()
                    .say("note: the git remote " + Project.REMOTE + " points to " + Printable.of(present.get())
                            + " and was not changed");
            return;
        }
        if (repository.addRemote(Project.REMOTE, url) != RemoteChange.ADDED) {
            return;
        }
        String push = "\"git push " + Project.REMOTE + " " + repository.branch().orElse("main") + "\"";
        Optional<String> ssh = sshCommand(new HostResolver(context.environment()), place);
        boolean configured = ssh.isPresent() && repository.setSshCommand(ssh.get());
        StringBuilder said = new StringBuilder("Added the git remote " + Project.REMOTE);
        if (deployedWithoutManifest(context)) {
            // A push carries code only, so a manifest that the host has never seen is refused.
            said.append(". Commit " + ManifestFile.NAME + " and run \"pocketpaas deploy\" once more; then " + push
                    + " deploys, too.");
        } else {
            said.append(": ").append(push).append(" deploys, too.");
        }
        if (configured) {
            said.append(" For that, core.sshCommand of this repository names your key.");
        } else if (ssh.isPresent()) {
            said.append(" It needs GIT_SSH_COMMAND='" + ssh.get() + "', as core.sshCommand is set to something else.");
        }
        context.output().say(said.toString());
    }

    private boolean deployedWithoutManifest(CommandContext context) {
        return source.blobId(ManifestFile.NAME).isEmpty()
                && ManifestFile.find(context.environment().workingDirectory()).isPresent();
    }

    /** The ssh command that git needs if plain ssh would use another key or another known_hosts file. */
    private static Optional<String> sshCommand(HostResolver hosts, HostResolver.ResolvedHost place) {
        Optional<String> key = hosts.ownIdentity(place).map(file -> " -i " + quoted(file));
        Optional<String> known = hosts.ownKnownHosts(place)
                .map(file -> " -o " + quoted("UserKnownHostsFile=" + file + " ~/.ssh/known_hosts"));
        return key.isEmpty() && known.isEmpty()
                ? Optional.empty()
                : Optional.of("ssh" + key.orElse("") + known.orElse(""));
    }

    private static String quoted(String text) {
        return text.matches("[A-Za-z0-9/._=-]+") ? text : "\"" + text.replaceAll("([\"$`\\\\])", "\\\\$1") + "\"";
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
                            "no branch or tag " + Printable.of(branch.get()) + " in this repository",
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
            context.output().warn("not committed, so not deployed (--dirty includes it):");
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
