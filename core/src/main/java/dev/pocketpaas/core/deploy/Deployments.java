package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.app.Previews;
import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.HostState;
import dev.pocketpaas.core.host.OperationFailed;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.host.ProgramRefresh;
import dev.pocketpaas.core.image.ImageUpload;
import dev.pocketpaas.core.image.LocalImage;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.manifest.ManifestReader;
import dev.pocketpaas.core.manifest.NodeAppCheck;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.plan.DeployPlanner;
import dev.pocketpaas.core.plan.HostCode;
import dev.pocketpaas.core.plan.PlanInput;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.progress.TransferMeter;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.HostRules;
import dev.pocketpaas.core.settings.CompiledSettings;
import dev.pocketpaas.core.settings.SettingsCompiler;
import dev.pocketpaas.core.settings.SettingsSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Ships a commit: greets the host, pushes what it lacks, and calls the verb {@code deploy}. Three channels of one connection; a
 * fourth when the host's programs are older than ours.
 */
public final class Deployments {
    private final HostClient host;
    private final ProgramRefresh programs;

    /** Deployments on {@code host}, whose programs are updated on the way. */
    public Deployments(HostClient host, ProgramRefresh programs) {
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
        Manifest manifest = manifest(source, request.stage());
        DeploySource app = ofApp(request, source, manifest);
        HostState state = HostState.ask(host, request.app());
        requireSameHistory(request, source, state);
        requireRoom(source, state);
        refuseMisspeltWeb(app, manifest);
        AppJson appJson = appJson(app);
        Secrets secrets = Secrets.of(request, manifest, appJson, state);
        secrets.refuseMissing(state);
        List<EnvironmentValue> brought = secrets.bring(request.secrets());
        refuseBusy(request, state);
        CompiledSettings settings =
                compile(request, source, app, manifest, appJson, secrets.ofAppJson(appJson, brought));
        List<String> notes = new ArrayList<>(settings.notes());
        notes.addAll(app.notes());
        notes.addAll(secrets.notes(false));
        if (state.liveRelease().isEmpty()) {
            notes.addAll(HostCode.of(app.files(), settings.tree(), state.environmentNames()));
        }
        notes.forEach(note -> listener.on(new OperationEvent.Note(note)));
        state.liveCommit()
                .filter(live -> !live.equals(source.commit()))
                .flatMap(app::changesSince)
                .filter(CodeChange::goesBack)
                .ifPresent(change -> listener.on(new OperationEvent.Note(DeployPlanner.goesBack(change))));

        programs.bringUpToDate(host, state, listener);
        if (!state.liveCommit().equals(Optional.of(source.commit()))) {
            listener.on(new OperationEvent.Step(
                    "push", OperationEvent.Step.State.START, Commit.shortened(source.commit())));
            source.push(host.connection(), request.app(), "refs/pocketpaas/" + source.commit(), listener);
            listener.on(new OperationEvent.Step("push", OperationEvent.Step.State.DONE, ""));
        }
        ValueTree.Builder input = input(request, source, settings, brought);
        if (request.local().isPresent()) {
            return withImage(request, request.local().get(), source, input, listener);
        }
        return host.operate(Verb.of("deploy", request.app(), source.commit()), input.build(), listener);
    }

    /** The image is sent behind the tree, in the same channel: cut off anywhere, the host keeps nothing of it. */
    private OperationResult withImage(
            DeployRequest request,
            LocalImage image,
            DeploySource source,
            ValueTree.Builder input,
            OperationListener listener) {
        ImageUpload upload = ImageUpload.ask(host, request.app(), image);
        upload.announce(input);
        listener.on(new OperationEvent.Step("upload", OperationEvent.Step.State.START, upload.described()));
        TransferMeter meter = new TransferMeter("upload", System::nanoTime, listener);
        long all = Math.max(1, upload.bytes());
        return host.operate(
                Verb.of("deploy", request.app(), source.commit(), "upload"),
                input.build(),
                out -> image.send(upload.missing(), out, sent -> meter.sent(sent, (int) (sent * 100 / all))),
                listener);
    }

    /**
     * What {@link #deploy} would change. Nothing is sent: two questions are asked.
     *
     * @throws PocketException when the source or the manifest is wrong
     */
    public DeployPlan plan(DeployRequest request, DeploySource source) {
        return plan(
                request, source, HostState.ask(host, request.app()), tree -> tree, tree -> tree, List.of(), List.of());
    }

    /**
     * What a deploy of the preview {@code label} of the request's app would change. Nothing is made or sent.
     *
     * @throws PocketException when the source or the manifest is wrong
     */
    public DeployPlan planPreview(DeployRequest request, String label, DeploySource source) {
        PreviewPlan preview = new PreviewPlan(new Previews(host).plan(request.app(), label), request.app());
        return plan(
                request.of(preview.app()),
                source,
                preview.state(host),
                preview::settings,
                preview::withoutWhatTheAppDecides,
                preview.notes(),
                preview.blockers());
    }

    private DeployPlan plan(
            DeployRequest request,
            DeploySource source,
            HostState state,
            UnaryOperator<ValueTree> adapted,
            UnaryOperator<ValueTree> known,
            List<String> beside,
            List<String> against) {
        Manifest manifest = manifest(source, request.stage());
        DeploySource app = ofApp(request, source, manifest);
        ValueTree live = state.liveRelease().isPresent()
                ? known.apply(host.query(Verb.of("show", request.app(), "bundle")))
                : ValueTree.empty();
        AppJson appJson = appJson(app);
        Secrets secrets = Secrets.of(request, manifest, appJson, state);
        List<String> blockers = new ArrayList<>(against);
        if (isUnrelated(request, source, state)) {
            blockers.add(
                    "the history of the app on the host is unrelated (--confirm " + request.app() + " replaces it)");
        }
        tooLittleRoom(source, state).ifPresent(blockers::add);
        secrets.missing()
                .forEach(name ->
                        blockers.add("the secret " + name + " is set neither on the host nor in your environment"));
        misspeltWeb(app, manifest).map(PocketException::what).ifPresent(blockers::add);
        CompiledSettings settings =
                compile(request, source, app, manifest, appJson, secrets.ofAppJson(appJson, secrets.expected()));
        List<String> notes = new ArrayList<>(beside);
        notes.addAll(settings.notes());
        notes.addAll(app.notes());
        notes.addAll(secrets.notes(true));
        notes.addAll(HostCode.of(app.files(), settings.tree(), state.environmentNames()));
        state.busy().ifPresent(busy -> notes.add("running now: " + busy));
        state.locked().ifPresent(locked -> blockers.add("deploys of the app are locked " + locked));
        return DeployPlanner.plan(new PlanInput(
                request.app(),
                state.appExists(),
                app.described(),
                app.files(),
                procfile(app),
                adapted.apply(settings.tree()),
                live,
                live.text("commit").flatMap(app::changesSince),
                secrets.names(),
                request.handover().stopFirst(),
                request.force(),
                notes,
                blockers));
    }

    /** Shows the deploy of {@code app} that is at work, or ended a moment ago, from its beginning; ends as it does. */
    public OperationResult attach(AppName app, OperationListener listener) {
        return host.operate(Verb.of("attach", app), ValueTree.empty(), listener);
    }

    /**
     * Stops the deploy of {@code app} that is at work; the old release serves on.
     *
     * @param work the one deploy that is meant, where it is not just any
     */
    public OperationResult cancel(AppName app, Optional<String> work, OperationListener listener) {
        Verb verb = work.isPresent() ? Verb.of("cancel", app, work.get()) : Verb.of("cancel", app);
        return host.operate(verb, ValueTree.empty(), listener);
    }

    /**
     * Refuses what no host could deploy, before any is asked.
     *
     * @throws PocketException when the manifest is wrong, or some of the app's files would not arrive
     */
    public static void requireWhole(DeploySource source, Optional<String> stage) {
        inDirectory(source, manifest(source, stage)).refuseIncomplete();
    }

    /**
     * The manifest of the source's directory, as it is in a stage.
     *
     * @throws PocketException when it is wrong, or has no such stage
     */
    public static Manifest manifest(DeploySource source, Optional<String> stage) {
        String shown = inside(source.directory(), ManifestFile.NAME);
        return source.files()
                .read(ManifestFile.NAME)
                .map(bytes -> ManifestReader.read(shown, bytes, stage))
                .orElseGet(() -> {
                    stage.ifPresent(name -> {
                        throw PocketException.usage(
                                "there is no " + ManifestFile.NAME + " that could have a stage " + Printable.of(name),
                                "commit it, or leave out --stage");
                    });
                    return Manifest.EMPTY;
                });
    }

    /** The source of the app alone, which the manifest may have in a directory of its own. */
    private static DeploySource ofApp(DeployRequest request, DeploySource source, Manifest manifest) {
        DeploySource app = inDirectory(source, manifest);
        if (request.image().isEmpty()) {
            NodeAppCheck.problem(app.files(), manifest).ifPresent(problem -> {
                throw problem;
            });
        }
        return app;
    }

    private static DeploySource inDirectory(DeploySource source, Manifest manifest) {
        @Nullable String directory = manifest.build().directory();
        DeploySource app = directory == null ? source : source.in(directory);
        List<String> include = manifest.build().include();
        return include.isEmpty() ? app : app.including(include);
    }

    private static String inside(String directory, String path) {
        return directory.isEmpty() ? path : directory + "/" + path;
    }

    private static void refuseBusy(DeployRequest request, HostState state) {
        if (state.locked().isPresent()) {
            throw OperationFailed.refused(
                    "deploys-locked",
                    "deploys of " + request.app() + " are locked "
                            + state.locked().get(),
                    HostRules.LOCKED_DEPLOYS);
        }
        if (!request.waitsForOthers() && state.busy().isPresent()) {
            throw OperationFailed.refused(
                    "locked", request.app() + " is busy: " + state.busy().get(), HostRules.BUSY_DEPLOY);
        }
    }

    private static boolean isUnrelated(DeployRequest request, DeploySource source, HostState state) {
        // Of an image no history is replaced.
        return !request.confirmed()
                && request.image().isEmpty()
                && !state.roots().isEmpty()
                && source.descendsFrom(state.roots()).equals(Optional.of(false));
    }

    private static void requireSameHistory(DeployRequest request, DeploySource source, HostState state) {
        if (isUnrelated(request, source, state)) {
            throw new PocketException(
                    ExitCode.REFUSED,
                    "the app " + request.app() + " on this host has an unrelated history: it may be another project",
                    List.of("nothing was changed"),
                    "choose another name with --app, or replace it with: pocketpaas deploy --confirm " + request.app(),
                    null);
        }
    }

    /** Before anything is sent. */
    private static void requireRoom(DeploySource source, HostState state) {
        tooLittleRoom(source, state).ifPresent(what -> {
            throw new PocketException(
                    ExitCode.REFUSED,
                    what,
                    List.of("nothing was sent or changed"),
                    "free disk space first: pocketpaas prune",
                    null);
        });
    }

    /** The sentence for a host that is too full. What is live already may be deployed again: there may be nothing to do. */
    private static Optional<String> tooLittleRoom(DeploySource source, HostState state) {
        return state.disk()
                .filter(disk -> disk.isShort() && !state.liveCommit().equals(Optional.of(source.commit())))
                .map(disk -> "not enough disk space on the host: " + disk.free() + " MB free in " + disk.where()
                        + ", a deploy needs " + disk.needed() + " MB");
    }

    private static void refuseMisspeltWeb(DeploySource source, Manifest manifest) {
        misspeltWeb(source, manifest).ifPresent(problem -> {
            throw problem;
        });
    }

    /** Nobody would answer: nginx sends requests to {@code web} alone, and the host would take away a site that serves. */
    private static Optional<PocketException> misspeltWeb(DeploySource source, Manifest manifest) {
        if (manifest.processes().containsKey(ProcessType.WEB)
                && manifest.processes().get(ProcessType.WEB).command() != null) {
            return Optional.empty();
        }
        return procfile(source)
                .misspeltWeb()
                .map(type -> PocketException.usage(
                        "the Procfile has a process \"" + type + "\" and no \"web\", so nobody would answer requests",
                        "write \"web:\" in lower case"));
    }

    private static AppJson appJson(DeploySource source) {
        return source.files()
                .read(AppJson.NAME)
                .map(bytes -> AppJson.read(AppJson.NAME, bytes))
                .orElse(AppJson.NONE);
    }

    private static CompiledSettings compile(
            DeployRequest request,
            DeploySource source,
            DeploySource app,
            Manifest manifest,
            AppJson appJson,
            SortedSet<EnvName> secrets) {
        return SettingsCompiler.compile(new SettingsSource(
                manifest,
                procfile(app),
                appJson,
                orNull(source.blobId(ManifestFile.NAME)),
                orNull(app.blobId(AppJson.NAME)),
                source.directory(),
                secrets,
                request.image().isPresent() ? request.image().get() : null));
    }

    private static Procfile procfile(DeploySource source) {
        return source.files().read(Procfile.NAME).map(Procfile::read).orElse(Procfile.NONE);
    }

    private static @Nullable String orNull(Optional<String> value) {
        return value.isPresent() ? value.get() : null;
    }

    private static ValueTree.Builder input(
            DeployRequest request, DeploySource source, CompiledSettings settings, List<EnvironmentValue> secrets) {
        List<String> options = new ArrayList<>();
        if (request.force()) {
            options.add("force");
        }
        if (request.clearCache()) {
            options.add("clear-cache");
        }
        if (request.waitsForOthers()) {
            options.add("wait");
        }
        options.addAll(request.handover().words());
        ValueTree.Builder tree = ValueTree.builder();
        tree.putAll("settings", settings.tree());
        // From the first good deploy on it is the one that a plain push deploys.
        source.branch().ifPresent(branch -> tree.put("branch", branch));
        // Kept by the host as if `env set` had brought them, so that the next deploy need not bring them again.
        secrets.forEach(secret -> secret.putInto(tree, "set", "set.json"));
        return tree.putLines("options", options);
    }
}
