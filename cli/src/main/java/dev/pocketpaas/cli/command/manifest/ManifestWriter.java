package dev.pocketpaas.cli.command.manifest;

import dev.pocketpaas.cli.environment.EnvironmentVariable;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ManifestDraft;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.installer.hosts.RegisteredHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Writes the first manifest of a directory. What it cannot detect it asks for on a terminal. */
public final class ManifestWriter {
    private final CommandContext context;

    public ManifestWriter(CommandContext context) {
        this.context = context;
    }

    /** Writes the file and returns its path; refuses if there is one. */
    public Path write() {
        Path directory = context.environment().workingDirectory();
        Optional<ManifestFile> present = ManifestFile.find(directory);
        if (present.isPresent()) {
            throw PocketException.refused(
                    "there is already a manifest: " + present.get().shown(), "edit it, or delete it first");
        }
        String name = String.valueOf(directory.getFileName());
        ManifestDraft seen = ManifestDraft.of(name, SourceFiles.ofDirectory(directory), null);
        context.output().say(seen.kind().sentence());
        AppName app = given(
                        EnvironmentVariable.POCKETPAAS_APP, context.options().app())
                .map(AppName::parse)
                .or(() -> context.prompts()
                        .until(
                                "Name of the app [" + seen.app() + "]: ",
                                text -> text.isEmpty() ? seen.app() : AppName.parse(text)))
                .orElse(seen.app());
        HostAddress host = given(
                        EnvironmentVariable.POCKETPAAS_HOST, context.options().host())
                .map(HostAddress::parse)
                .or(this::askedHost)
                .orElse(null);
        Path file = directory.resolve(ManifestFile.NAME);
        String text = new ManifestDraft(app, host, seen.kind(), seen.hasProcfile()).text();
        try {
            Files.writeString(file, text, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw PocketException.refused("there is already a manifest: " + file, "edit it, or delete it first");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private Optional<String> given(EnvironmentVariable variable, Optional<String> option) {
        return option.or(() -> context.environment().get(variable));
    }

    /** Asks for the host. A known one is the default, but never chosen silently: it may be the wrong one. */
    private Optional<HostAddress> askedHost() {
        List<String> known = new HostResolver(context.environment())
                .registry().list().stream().map(RegisteredHost::name).toList();
        String only = known.size() == 1 ? known.get(0) : "";
        String names = known.size() > 1 ? String.join(", ", known) + " or " : "";
        String question = "Host (" + names + "[user@]address) [" + (only.isEmpty() ? "later" : only) + "]: ";
        return context.prompts()
                .until(
                        question,
                        text -> Optional.of(text.isEmpty() ? only : text)
                                .filter(host -> !host.isEmpty())
                                .map(HostAddress::parse))
                .flatMap(Function.identity());
    }
}
