package dev.pocketpaas.cli.command.app;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.GitRemote;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.Project;
import dev.pocketpaas.cli.invocation.Target;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.LocalRepository;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import java.nio.file.Path;
import java.util.Optional;

/** What the working directory says of an app that has another name now. */
final class RenamedProject {
    private final CommandContext context;
    private final HostAddress door;

    RenamedProject(CommandContext context, HostResolver.ResolvedHost place) {
        this.context = context;
        this.door = place.address().withUser(Target.DOOR);
    }

    /** The git remote leads to the new name; what is left to the user is told. */
    void follow(AppName old, AppName next) {
        Path directory = context.environment().workingDirectory();
        try {
            LocalRepository.discover(directory).ifPresent(found -> {
                try (LocalRepository repository = found) {
                    redirect(repository, old, next);
                }
            });
            ManifestFile.find(directory)
                    .filter(file -> names(file, old))
                    .ifPresent(file ->
                            context.output().say("For your next deploy write into " + file.shown() + ": app: " + next));
        } catch (PocketException e) {
            context.output().warn(e.what());
        }
    }

    private void redirect(LocalRepository repository, AppName old, AppName next) {
        if (repository.remoteUrl(Project.REMOTE).equals(Optional.of(GitRemote.url(door, old.value())))) {
            repository.addRemote(Project.REMOTE, GitRemote.url(door, next.value()));
            context.output().say("The git remote " + Project.REMOTE + " leads to " + next + " now.");
        }
    }

    private boolean names(ManifestFile file, AppName app) {
        Optional<Manifest> manifest = Optional.of(file.read(context.options().stage()));
        return manifest.flatMap(Manifest::appName).equals(Optional.of(app));
    }
}
