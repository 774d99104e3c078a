package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.environment.Version;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.HostResolver;
import dev.pocketpaas.cli.invocation.Target;
import dev.pocketpaas.cli.render.Progress;
import dev.pocketpaas.core.diagnosis.Diagnosis;
import dev.pocketpaas.core.diagnosis.Doctor;
import dev.pocketpaas.core.diagnosis.Laptop;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.probe.UrlCheck;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas doctor}. */
@Command(
        name = "doctor",
        description = "Find out what is wrong between this machine and an app's visitors.",
        footer = {
            "",
            "It examines this machine, the SSH configuration, the login, the host, Docker, nginx, the apps, their "
                    + "certificates, DNS and what visitors get. In a project, or with --app, it examines that app only. "
                    + "The exit code is 0 only if all is well, else 3 (the host cannot be reached) or 4."
        })
public final class DoctorCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CommandContext context;

    @Option(names = "--fix", description = "Fix what is safe: start services, update host programs, repair apps.")
    private boolean fix;

    @Option(names = "--all", description = "Examine every app of the host, also in a project.")
    private boolean all;

    /** Acts through {@code context}. */
    public DoctorCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Optional<PocketException> manifest = context.target().manifestProblem();
        Target target = target(manifest);
        HostResolver.ResolvedHost place = target.host();
        Optional<AppName> app = all ? Optional.empty() : target.appIfKnown();
        Diagnosis diagnosis;
        try (Progress progress = context.progress()) {
            Doctor doctor = new Doctor(
                    laptop(manifest),
                    context.connector(place),
                    place.address().withUser(Target.DOOR),
                    context.programs(),
                    context.refresh(place),
                    UrlCheck.ofStranger(PATIENCE),
                    context.clock(),
                    progress::waiting);
            diagnosis = doctor.examine(app, fix);
        }
        context.output().diagnosis(diagnosis, place.shown());
        return diagnosis.exitCode().code();
    }

    /** A manifest that cannot be read is a finding, as far as the host is known without it. */
    private Target target(Optional<PocketException> manifest) {
        Target without = context.target().withoutManifest();
        return manifest.isPresent() && without.hostIfKnown().isPresent() ? without : context.target();
    }

    private Laptop laptop(Optional<PocketException> manifest) {
        Environment environment = context.environment();
        return new Laptop(
                "pocketpaas " + Version.text(),
                Runtime.version().toString(),
                environment.program("ssh"),
                environment.program("git"),
                manifest.map(PocketException::what));
    }
}
