package dev.pocketpaas.cli.command.migration;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.manifest.ManifestFile;
import dev.pocketpaas.core.migration.AppliedImport;
import dev.pocketpaas.core.migration.ImportPlan;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.service.ServiceStreams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Carries a plan out: the manifest, the file of variables, and with {@code --apply} the host. */
final class ImportRun {
    private static final String AGAIN = "Interrupted. What was done stays done; the same command again does the rest.";

    private final CommandContext context;
    private final ImportOptions options;
    private final ImportPlan plan;
    private final Path directory;
    private final Optional<Path> dump;

    /**
     * @param directory where the manifest goes
     * @param dump a dump of its PostgreSQL
     */
    ImportRun(CommandContext context, ImportOptions options, ImportPlan plan, Path directory, Optional<Path> dump) {
        this.context = context;
        this.options = options;
        this.plan = plan;
        this.directory = directory;
        this.dump = dump;
    }

    int run() {
        // All that can be refused is refused before anything is written.
        Optional<HostResolver.ResolvedHost> place =
                options.apply() ? Optional.of(context.target().host()) : Optional.empty();
        dump.ifPresent(ImportRun::requireReadable);
        WrittenFiles files = new WrittenFiles(directory, options.force());
        WrittenFiles.Manifest manifest = files.manifest(plan, options.apply());
        Optional<Path> envFile = options.envFile()
                .map(name -> files.environment(context.environment().resolve(name)));
        files.write(plan, manifest, envFile);
        List<AppliedImport.Step> steps = new ArrayList<>();
        context.output().importPlan(plan, manifest.shown());
        place.ifPresent(there -> applied(there, steps));
        context.output().importEnd(plan, manifest.shown(), envFile.map(Path::toString), steps, next());
        return 0;
    }

    private String next() {
        if (options.apply()) {
            return "git add " + ManifestFile.NAME + ", commit, pocketpaas deploy";
        }
        return "look at " + ManifestFile.NAME + ", then run the import again with --apply; the host is still untouched";
    }

    /** What was done before a failure stays done, so it is told. */
    private void applied(HostResolver.ResolvedHost place, List<AppliedImport.Step> steps) {
        try {
            context.environment().interruption().during(AGAIN, () -> {
                apply(place, steps);
                return true;
            });
        } catch (PocketException e) {
            context.output().importFailed(steps);
            throw e;
        }
    }

    private void apply(HostResolver.ResolvedHost place, List<AppliedImport.Step> steps) {
        try (Progress progress = context.progress();
                HostClient host = context.open(place)) {
            OperationListener listener = context.output().isJson() ? OperationListener.silent() : progress;
            boolean live = new AppliedImport(host, listener, steps::add).apply(plan);
            if (dump.isPresent() && plan.forDump().isPresent()) {
                restore(host, listener, plan.forDump().get(), dump.get(), live, steps);
            }
        }
    }

    /** Data that an app has written since are not replaced by what it had before it moved. */
    private void restore(
            HostClient host,
            OperationListener listener,
            ServiceName service,
            Path file,
            boolean live,
            List<AppliedImport.Step> steps) {
        if (live) {
            steps.add(new AppliedImport.Step(
                    "dump",
                    "not restored, as the app is live and would lose its data; to replace it: pocketpaas services "
                            + "restore " + service + " --confirm " + service + " <" + file.getFileName()));
            return;
        }
        try (InputStream input = Files.newInputStream(file)) {
            new ServiceStreams(host).restore(service, Optional.of(plan.app()), input, listener);
            steps.add(new AppliedImport.Step("dump", "restored into " + service));
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static void requireReadable(Path file) {
        try (InputStream input = Files.newInputStream(file)) {
            input.read();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static PocketException unreadable(Path file, IOException e) {
        return new PocketException(
                ExitCode.USAGE, "cannot read " + file, List.of(), "check the path and the permissions of the file", e);
    }
}
