package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestDraft;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.installer.hosts.KnownHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;

/** Writes the first manifest of a directory: what can be seen is filled in, what cannot is asked where somebody can answer. */
final class ManifestWriter {
    private final CommandContext context;

    ManifestWriter(CommandContext context) {
        this.context = context;
    }

    /** Writes the file and returns where it is; refuses when there is one. */
    Path write() {
        Path directory = context.environment().workingDirectory();
        Optional<ManifestFile> present = ManifestFile.find(directory);
        if (present.isPresent()) {
            throw PocketException.refused(
                    "there is a manifest already: " + present.get().shown(), "edit it, or remove it first");
        }
        String name = String.valueOf(directory.getFileName());
        ManifestDraft seen = ManifestDraft.of(name, SourceFiles.ofDirectory(directory), null);
        context.output().say("This looks like " + seen.kind().label() + ".");
        AppName app = given(
                        EnvironmentVariable.POCKETPAAS_APP, context.options().app())
                .or(() -> answer("Name of the app [" + seen.app() + "]: "))
                .map(AppName::parse)
                .orElse(seen.app());
        HostAddress host = given(
                        EnvironmentVariable.POCKETPAAS_HOST, context.options().host())
                .or(this::onlyKnownHost)
                .or(() -> answer("Host, as [user@]address or a name of \"pocketpaas hosts\" [later]: "))
                .map(HostAddress::parse)
                .orElse(null);
        Path file = directory.resolve(ManifestFile.NAME);
        String text = new ManifestDraft(app, host, seen.kind(), seen.hasProcfile()).text();
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw PocketException.refused("there is a manifest already: " + file, "edit it, or remove it first");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private Optional<String> given(EnvironmentVariable variable, Optional<String> option) {
        return option.or(() -> context.environment().get(variable));
    }

    private Optional<String> onlyKnownHost() {
        List<KnownHost> known = new Hosts(context.environment()).registry().list();
        return known.size() == 1 ? Optional.of(known.get(0).name()) : Optional.empty();
    }

    private Optional<String> answer(String question) {
        return context.prompts().line(question).filter(text -> !text.isEmpty());
    }
}
