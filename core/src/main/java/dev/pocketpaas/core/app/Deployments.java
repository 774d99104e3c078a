package dev.pocketpaas.core.app;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.NodeAppCheck;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.settings.CompiledSettings;
import dev.pocketpaas.core.settings.SettingsCompiler;
import dev.pocketpaas.core.settings.SettingsSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Ships a commit: greets the host, pushes what it lacks, and calls the verb {@code deploy}. Three channels of one connection; a
 * fourth when the host's programs are older than ours.
 */
public final class Deployments {
    private final HostClient host;
    private final ProgramSet programs;

    /** Deployments on {@code host}, whose programs are brought to {@code programs} on the way. */
    public Deployments(HostClient host, ProgramSet programs) {
        this.host = host;
        this.programs = programs;
    }

    /**
     * Deploys {@code source}.
     *
     * @throws PocketException before anything is touched when the source, the manifest or a precondition is wrong
     * @throws dev.pocketpaas.core.host.OperationFailed when the deploy failed on the host
     */
    public OperationResult deploy(DeployRequest request, DeploySource source, OperationListener listener) {
        Manifest manifest = source.files()
                .read(ManifestFile.NAME)
                .map(bytes -> ManifestReader.read(ManifestFile.NAME, bytes))
                .orElse(Manifest.EMPTY);
        NodeAppCheck.problem(source.files(), manifest).ifPresent(problem -> {
            throw problem;
        });

        HostState state = HostState.ask(host, request.app());
        requireSameHistory(request, source, state);
        requireRoom(source, state);
        List<EnvironmentValue> secrets = newSecrets(request, manifest, state);
        CompiledSettings settings = compile(source, manifest);
        settings.notes().forEach(note -> listener.on(new OperationEvent.Note(note)));

        new ProgramRefresh(host, programs).bringUpToDate(state, listener);
        if (!state.liveCommit().equals(Optional.of(source.commit()))) {
            listener.on(new OperationEvent.Step("push", OperationEvent.Step.State.START, shortId(source)));
            source.push(host.connection(), request.app(), "refs/pocketpaas/" + source.commit());
            listener.on(new OperationEvent.Step("push", OperationEvent.Step.State.DONE, ""));
        }
        return host.operate(
                Verb.of("deploy", request.app(), source.commit()), input(request, settings, secrets), listener);
    }

    private static void requireSameHistory(DeployRequest request, DeploySource source, HostState state) {
        if (request.confirmed() || state.roots().isEmpty()) {
            return;
        }
        if (source.descendsFrom(state.roots()).equals(Optional.of(false))) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "the app " + request.app()
                            + " on this host has an unrelated history: it looks like another project",
                    List.of("nothing was changed"),
                    "choose another name with --app, or replace it with: pocketpaas deploy --confirm " + request.app(),
                    null);
        }
    }

    /** Before anything is sent. What is live already may be deployed again: there may be nothing to do. */
    private static void requireRoom(DeploySource source, HostState state) {
        if (state.liveCommit().equals(Optional.of(source.commit()))) {
            return;
        }
        state.disk().filter(HostState.Disk::isShort).ifPresent(disk -> {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "there is too little room on the host: " + disk.free() + " MB are free in " + disk.where()
                            + ", a deploy needs " + disk.needed() + " MB",
                    List.of("nothing was sent, nothing was changed"),
                    "make room first: pocketpaas prune",
                    null);
        });
    }

    /** The secrets that the host lacks, from this machine; one that is nowhere stops the deploy before any command has run. */
    private static List<EnvironmentValue> newSecrets(DeployRequest request, Manifest manifest, HostState state) {
        List<EnvironmentValue> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        SortedMap<EnvName, String> commands = new TreeMap<>();
        manifest.secrets().forEach((name, settings) -> {
            if (state.environmentNames().contains(name.value())) {
                return;
            }
            Optional<Secret> local = request.secrets().find(name).filter(secret -> secret.reveal().length > 0);
            if (local.isPresent()) {
                found.add(new EnvironmentValue(name, local.get()));
            } else if (settings.commandIfAny().isPresent()) {
                commands.put(name, settings.commandIfAny().get());
            } else {
                missing.add(name.value());
            }
        });
        if (!missing.isEmpty()) {
            throw missing(missing, state);
        }
        if (!commands.isEmpty()) {
            request.secrets().run(commands).forEach((name, value) -> found.add(new EnvironmentValue(name, value)));
        }
        return found;
    }

    private static PocketException missing(List<String> names, HostState state) {
        boolean one = names.size() == 1;
        String cure = state.appExists()
                ? "pocketpaas env set " + names.get(0)
                        + "=-   (or export it before you deploy, or write it into .env.pocketpaas)"
                : "export " + names.get(0)
                        + " before you deploy, or write it into .env.pocketpaas; the host keeps it from then on; later: pocketpaas env set "
                        + names.get(0) + "=-";
        return new PocketException(
                ExitCode.REFUSED,
                (one ? "the secret " : "the secrets ") + String.join(", ", names) + (one ? " has" : " have")
                        + " no value, neither on the host nor in your environment",
                List.of("nothing was changed"),
                cure,
                null);
    }

    private static CompiledSettings compile(DeploySource source, Manifest manifest) {
        Procfile procfile =
                source.files().read(Procfile.NAME).map(Procfile::read).orElse(Procfile.NONE);
        AppJson appJson = source.files()
                .read(AppJson.NAME)
                .map(bytes -> AppJson.read(AppJson.NAME, bytes))
                .orElse(AppJson.NONE);
        return SettingsCompiler.compile(new SettingsSource(
                manifest,
                procfile,
                appJson,
                orNull(source.blobId(ManifestFile.NAME)),
                orNull(source.blobId(AppJson.NAME))));
    }

    private static @Nullable String orNull(Optional<String> value) {
        return value.isPresent() ? value.get() : null;
    }

    private static ValueTree input(DeployRequest request, CompiledSettings settings, List<EnvironmentValue> secrets) {
        List<String> options = new ArrayList<>();
        if (request.force()) {
            options.add("force");
        }
        if (request.clearCache()) {
            options.add("clear-cache");
        }
        if (request.handover() == Handover.STOP_FIRST) {
            options.add(Handover.WORD);
        }
        ValueTree.Builder tree = ValueTree.builder();
        tree.putAll("settings", settings.tree());
        // Kept by the host as if `env set` had brought them, so that the next deploy need not bring them again.
        secrets.forEach(secret -> secret.putInto(tree, "set", "set.json"));
        return tree.putLines("options", options).build();
    }

    private static String shortId(DeploySource source) {
        return source.commit().substring(0, Math.min(7, source.commit().length()));
    }
}
