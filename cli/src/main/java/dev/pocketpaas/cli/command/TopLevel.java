package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.command.app.AppsCommand;
import dev.pocketpaas.cli.command.app.AppsInfoCommand;
import dev.pocketpaas.cli.command.app.AppsLockCommand;
import dev.pocketpaas.cli.command.app.AppsMoveCommand;
import dev.pocketpaas.cli.command.app.AppsRenameCommand;
import dev.pocketpaas.cli.command.app.DestroyCommand;
import dev.pocketpaas.cli.command.app.OpenCommand;
import dev.pocketpaas.cli.command.app.PreviewsCommand;
import dev.pocketpaas.cli.command.backup.BackupsCancelCommand;
import dev.pocketpaas.cli.command.backup.BackupsCommand;
import dev.pocketpaas.cli.command.backup.BackupsCreateCommand;
import dev.pocketpaas.cli.command.backup.BackupsDestinationCommand;
import dev.pocketpaas.cli.command.backup.BackupsRestoreCommand;
import dev.pocketpaas.cli.command.backup.BackupsScheduleCommand;
import dev.pocketpaas.cli.command.backup.HostRestoreCommand;
import dev.pocketpaas.cli.command.deploy.AppsCloneCommand;
import dev.pocketpaas.cli.command.deploy.DeployCommand;
import dev.pocketpaas.cli.command.deploy.PromoteCommand;
import dev.pocketpaas.cli.command.deploy.WaitCommand;
import dev.pocketpaas.cli.command.environment.EnvCommand;
import dev.pocketpaas.cli.command.environment.EnvDiffCommand;
import dev.pocketpaas.cli.command.environment.EnvEditCommand;
import dev.pocketpaas.cli.command.environment.EnvExportCommand;
import dev.pocketpaas.cli.command.environment.EnvImportCommand;
import dev.pocketpaas.cli.command.environment.EnvPullCommand;
import dev.pocketpaas.cli.command.environment.EnvSetCommand;
import dev.pocketpaas.cli.command.environment.EnvUnsetCommand;
import dev.pocketpaas.cli.command.host.BuildpacksCommand;
import dev.pocketpaas.cli.command.host.BuildpacksUpdateCommand;
import dev.pocketpaas.cli.command.host.DoctorCommand;
import dev.pocketpaas.cli.command.host.HostAuditCommand;
import dev.pocketpaas.cli.command.host.HostCommand;
import dev.pocketpaas.cli.command.host.HostHardenCommand;
import dev.pocketpaas.cli.command.host.HostMigrateCommand;
import dev.pocketpaas.cli.command.host.HostMoveCommand;
import dev.pocketpaas.cli.command.host.HostNodeCommand;
import dev.pocketpaas.cli.command.host.HostRecoverCommand;
import dev.pocketpaas.cli.command.host.HostUninstallCommand;
import dev.pocketpaas.cli.command.host.HostsCommand;
import dev.pocketpaas.cli.command.host.InitHostCommand;
import dev.pocketpaas.cli.command.host.KeysAddCommand;
import dev.pocketpaas.cli.command.host.KeysCommand;
import dev.pocketpaas.cli.command.host.PruneCommand;
import dev.pocketpaas.cli.command.host.RegistriesCommand;
import dev.pocketpaas.cli.command.host.RegistriesLoginCommand;
import dev.pocketpaas.cli.command.host.SandboxCommand;
import dev.pocketpaas.cli.command.host.StatusCommand;
import dev.pocketpaas.cli.command.manifest.InitCommand;
import dev.pocketpaas.cli.command.manifest.ManifestCommand;
import dev.pocketpaas.cli.command.migration.EjectCommand;
import dev.pocketpaas.cli.command.migration.ImportCommand;
import dev.pocketpaas.cli.command.migration.ImportComposeCommand;
import dev.pocketpaas.cli.command.migration.ImportDokkuCommand;
import dev.pocketpaas.cli.command.migration.ImportHerokuCommand;
import dev.pocketpaas.cli.command.migration.ImportKamalCommand;
import dev.pocketpaas.cli.command.process.ConsoleCommand;
import dev.pocketpaas.cli.command.process.CpCommand;
import dev.pocketpaas.cli.command.process.CronCommand;
import dev.pocketpaas.cli.command.process.ExecCommand;
import dev.pocketpaas.cli.command.process.LocalCommand;
import dev.pocketpaas.cli.command.process.LogsCommand;
import dev.pocketpaas.cli.command.process.LogsDrainCommand;
import dev.pocketpaas.cli.command.process.PsCommand;
import dev.pocketpaas.cli.command.process.RestartCommand;
import dev.pocketpaas.cli.command.process.RunCommand;
import dev.pocketpaas.cli.command.process.RunsCommand;
import dev.pocketpaas.cli.command.process.ScaleCommand;
import dev.pocketpaas.cli.command.process.StartCommand;
import dev.pocketpaas.cli.command.process.StopCommand;
import dev.pocketpaas.cli.command.process.TunnelCommand;
import dev.pocketpaas.cli.command.release.ReleasesCommand;
import dev.pocketpaas.cli.command.release.RetryCommand;
import dev.pocketpaas.cli.command.release.RollbackCommand;
import dev.pocketpaas.cli.command.routing.AuthAddCommand;
import dev.pocketpaas.cli.command.routing.AuthCommand;
import dev.pocketpaas.cli.command.routing.DomainsAddCommand;
import dev.pocketpaas.cli.command.routing.DomainsCommand;
import dev.pocketpaas.cli.command.routing.DomainsDefaultCommand;
import dev.pocketpaas.cli.command.routing.DomainsRemoveCommand;
import dev.pocketpaas.cli.command.routing.MaintenanceCommand;
import dev.pocketpaas.cli.command.routing.NginxCommand;
import dev.pocketpaas.cli.command.routing.SslAddCommand;
import dev.pocketpaas.cli.command.routing.SslCommand;
import dev.pocketpaas.cli.command.routing.SslRemoveCommand;
import dev.pocketpaas.cli.command.service.ServicesCancelCommand;
import dev.pocketpaas.cli.command.service.ServicesCommand;
import dev.pocketpaas.cli.command.service.ServicesConsoleCommand;
import dev.pocketpaas.cli.command.service.ServicesControlCommand;
import dev.pocketpaas.cli.command.service.ServicesCopyCommand;
import dev.pocketpaas.cli.command.service.ServicesCreateCommand;
import dev.pocketpaas.cli.command.service.ServicesCredentialsCommand;
import dev.pocketpaas.cli.command.service.ServicesDestroyCommand;
import dev.pocketpaas.cli.command.service.ServicesDumpCommand;
import dev.pocketpaas.cli.command.service.ServicesInfoCommand;
import dev.pocketpaas.cli.command.service.ServicesLinkCommand;
import dev.pocketpaas.cli.command.service.ServicesLogsCommand;
import dev.pocketpaas.cli.command.service.ServicesTunnelCommand;
import dev.pocketpaas.cli.command.service.ServicesUpgradeCommand;
import dev.pocketpaas.cli.invocation.CommandContext;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;

/** The top-level commands, with their subcommands and how to build them. */
enum TopLevel {
    APPS("apps"),
    AUTH("auth"),
    BACKUPS("backups"),
    BUILDPACKS("buildpacks"),
    COMPLETION("completion"),
    CONSOLE("console"),
    CP("cp"),
    CRON("cron"),
    DEPLOY("deploy"),
    DESTROY("destroy"),
    DOCTOR("doctor"),
    DOMAINS("domains"),
    EJECT("eject"),
    ENV("env"),
    EXEC("exec"),
    HOST("host"),
    HOSTS("hosts"),
    IMPORT("import"),
    INIT("init"),
    KEYS("keys"),
    LOCAL("local"),
    LOGS("logs"),
    MAINTENANCE("maintenance"),
    MANIFEST("manifest"),
    NGINX("nginx"),
    OPEN("open"),
    PREVIEWS("previews"),
    PROMOTE("promote"),
    PRUNE("prune"),
    PS("ps"),
    REGISTRIES("registries"),
    RELEASES("releases"),
    RESTART("restart"),
    ROLLBACK("rollback"),
    RUN("run"),
    RUNS("runs"),
    SANDBOX("sandbox"),
    SCALE("scale"),
    SERVICES("services"),
    SHELL("shell"),
    SSL("ssl"),
    START("start"),
    STATUS("status"),
    STOP("stop"),
    TUNNEL("tunnel"),
    UPGRADE("upgrade"),
    VERSION("version"),
    WAIT("wait");

    private final String word;

    TopLevel(String word) {
        this.word = word;
    }

    /** The word on the command line. */
    String word() {
        return word;
    }

    /** Whether it never contacts a host over SSH as its first act. */
    boolean isLocal() {
        return switch (this) {
            case COMPLETION, HOSTS, LOCAL, MANIFEST, SANDBOX, UPGRADE, VERSION -> true;
            default -> false;
        };
    }

    /** The names of its subcommands; they need no context. */
    Set<String> children() {
        return switch (this) {
            case APPS -> Set.of("clone", "info", "list", "lock", "move", "rename", "unlock");
            case AUTH -> Set.of("add", "remove");
            case BACKUPS -> Set.of("cancel", "create", "destination", "drill", "list", "restore", "schedule");
            case BUILDPACKS -> Set.of("list", "update");
            case COMPLETION -> Set.of("install", "uninstall");
            case CRON -> Set.of("list", "pause", "resume", "run");
            case DOMAINS -> Set.of("add", "default", "list", "remove");
            case ENV -> Set.of("diff", "edit", "export", "get", "import", "list", "pull", "set", "unset");
            case HOST ->
                Set.of(
                        "audit",
                        "demote",
                        "drain",
                        "harden",
                        "leave",
                        "move",
                        "promote",
                        "label",
                        "migrate",
                        "recover",
                        "restore",
                        "resume",
                        "uninstall");
            case HOSTS -> Set.of("nodes", "settings");
            case IMPORT -> Set.of("compose", "dokku", "heroku", "kamal");
            case INIT -> Set.of("host");
            case KEYS -> Set.of("add", "list", "remove");
            case LOCAL -> Set.of("run");
            case LOGS -> Set.of("drain");
            case MAINTENANCE -> Set.of("off", "on");
            case MANIFEST -> Set.of("check", "schema");
            case NGINX -> Set.of("set", "unset");
            case PREVIEWS -> Set.of("extend", "list", "prune", "remove");
            case REGISTRIES -> Set.of("list", "login", "remove");
            case RELEASES -> Set.of("list", "log", "retry", "show");
            case RUNS -> Set.of("list", "stop");
            case SANDBOX -> Set.of("down", "list", "ssh", "up");
            case SERVICES ->
                Set.of(
                        "cancel",
                        "console",
                        "copy",
                        "create",
                        "credentials",
                        "destroy",
                        "dump",
                        "info",
                        "link",
                        "list",
                        "logs",
                        "promote",
                        "restart",
                        "restore",
                        "start",
                        "stop",
                        "tunnel",
                        "unlink",
                        "upgrade");
            case SSL -> Set.of("add", "list", "remove");
            case WAIT -> Set.of("certificate", "deploy", "domain");
            default -> Set.of();
        };
    }

    /** The command with its subcommands, for Picocli. */
    CommandLine line(CommandContext context) {
        return make(context).line().setStopAtPositional(this == RUN || this == EXEC || this == CONSOLE);
    }

    /** The command with its subcommands. A switch: a lambda for each would be made at every start. */
    Made make(CommandContext c) {
        return switch (this) {
            case APPS ->
                new Made(new AppsCommand(c))
                        .with("clone", new AppsCloneCommand(c))
                        .with("info", new AppsInfoCommand(c))
                        .with("list", new AppsCommand.ListCommand(c))
                        .with("lock", new AppsLockCommand(c))
                        .with("move", new AppsMoveCommand(c))
                        .with("rename", new AppsRenameCommand(c))
                        .with("unlock", new AppsLockCommand.UnlockCommand(c));
            case AUTH ->
                new Made(new AuthCommand(c))
                        .with("add", new AuthAddCommand(c))
                        .with("remove", new AuthCommand.RemoveCommand(c));
            case BACKUPS ->
                new Made(new BackupsCommand(c))
                        .with("cancel", new BackupsCancelCommand(c))
                        .with("create", new BackupsCreateCommand(c))
                        .with("destination", new BackupsDestinationCommand(c))
                        .with("drill", new BackupsCreateCommand.DrillCommand(c))
                        .with("list", new BackupsCommand.ListCommand(c))
                        .with("restore", new BackupsRestoreCommand(c))
                        .with("schedule", new BackupsScheduleCommand(c));
            case BUILDPACKS ->
                new Made(new BuildpacksCommand(c))
                        .with("list", new BuildpacksCommand.ListCommand(c))
                        .with("update", new BuildpacksUpdateCommand(c));
            case COMPLETION ->
                new Made(new CompletionCommand(c))
                        .with("install", new CompletionCommand.InstallCommand(c))
                        .with("uninstall", new CompletionCommand.UninstallCommand(c));
            case CONSOLE -> new Made(new ConsoleCommand(c));
            case CP -> new Made(new CpCommand(c));
            case CRON ->
                new Made(new CronCommand(c))
                        .with("list", new CronCommand.ListCommand(c))
                        .with("pause", new CronCommand.PauseCommand(c))
                        .with("resume", new CronCommand.ResumeCommand(c))
                        .with("run", new CronCommand.RunNowCommand(c));
            case DEPLOY -> new Made(new DeployCommand(c));
            case DESTROY -> new Made(new DestroyCommand(c));
            case DOCTOR -> new Made(new DoctorCommand(c));
            case DOMAINS ->
                new Made(new DomainsCommand(c))
                        .with("add", new DomainsAddCommand(c))
                        .with("default", new DomainsDefaultCommand(c))
                        .with("list", new DomainsCommand.ListCommand(c))
                        .with("remove", new DomainsRemoveCommand(c));
            case EJECT -> new Made(new EjectCommand(c));
            case ENV ->
                new Made(new EnvCommand(c))
                        .with("diff", new EnvDiffCommand(c))
                        .with("edit", new EnvEditCommand(c))
                        .with("export", new EnvExportCommand(c))
                        .with("get", new EnvCommand.GetCommand(c))
                        .with("import", new EnvImportCommand(c))
                        .with("list", new EnvCommand.ListCommand(c))
                        .with("pull", new EnvPullCommand(c))
                        .with("set", new EnvSetCommand(c))
                        .with("unset", new EnvUnsetCommand(c));
            case EXEC -> new Made(new ExecCommand(c));
            case HOST ->
                new Made(new HostCommand())
                        .with("audit", new HostAuditCommand(c))
                        .with("demote", new HostNodeCommand.DemoteCommand(c))
                        .with("drain", new HostNodeCommand.DrainCommand(c))
                        .with("harden", new HostHardenCommand(c))
                        .with("label", new HostNodeCommand.LabelCommand(c))
                        .with("leave", new HostNodeCommand.LeaveCommand(c))
                        .with("migrate", new HostMigrateCommand(c))
                        .with("move", new HostMoveCommand(c))
                        .with("promote", new HostNodeCommand.PromoteCommand(c))
                        .with("recover", new HostRecoverCommand(c))
                        .with("restore", new HostRestoreCommand(c))
                        .with("resume", new HostNodeCommand.ResumeCommand(c))
                        .with("uninstall", new HostUninstallCommand(c));
            case HOSTS ->
                new Made(new HostsCommand(c))
                        .with("nodes", new HostsCommand.NodesCommand(c))
                        .with("settings", new HostsCommand.SettingsCommand(c));
            case IMPORT ->
                new Made(new ImportCommand(c))
                        .with("compose", new ImportComposeCommand(c))
                        .with("dokku", new ImportDokkuCommand(c))
                        .with("heroku", new ImportHerokuCommand(c))
                        .with("kamal", new ImportKamalCommand(c));
            case INIT -> new Made(new InitCommand(c)).with("host", InitHostCommand.of(c));
            case KEYS ->
                new Made(new KeysCommand(c))
                        .with("add", new KeysAddCommand(c))
                        .with("list", new KeysCommand.ListCommand(c))
                        .with("remove", new KeysCommand.RemoveCommand(c));
            case LOCAL -> new Made(new LocalCommand()).with("run", new LocalCommand.RunCommand(c));
            case LOGS ->
                new Made(new LogsCommand(c))
                        .with(
                                "drain",
                                new Made(new LogsDrainCommand(c))
                                        .with("add", new LogsDrainCommand.AddCommand(c))
                                        .with("list", new LogsDrainCommand.ListCommand(c))
                                        .with("remove", new LogsDrainCommand.RemoveCommand(c)));
            case MAINTENANCE ->
                new Made(new MaintenanceCommand(c))
                        .with("off", new MaintenanceCommand.OffCommand(c))
                        .with("on", new MaintenanceCommand.OnCommand(c));
            case MANIFEST ->
                new Made(new ManifestCommand(c))
                        .with("check", new ManifestCommand.CheckCommand(c))
                        .with("schema", new ManifestCommand.SchemaCommand(c));
            case NGINX ->
                new Made(new NginxCommand(c))
                        .with("set", new NginxCommand.SetCommand(c))
                        .with("unset", new NginxCommand.UnsetCommand(c));
            case OPEN -> new Made(new OpenCommand(c));
            case PREVIEWS ->
                new Made(new PreviewsCommand(c))
                        .with("extend", new PreviewsCommand.ExtendCommand(c))
                        .with("list", new PreviewsCommand.ListCommand(c))
                        .with("prune", new PreviewsCommand.PruneCommand(c))
                        .with("remove", new PreviewsCommand.RemoveCommand(c));
            case PROMOTE -> new Made(new PromoteCommand(c));
            case PRUNE -> new Made(new PruneCommand(c));
            case PS -> new Made(new PsCommand(c));
            case REGISTRIES ->
                new Made(new RegistriesCommand(c))
                        .with("list", new RegistriesCommand.ListCommand(c))
                        .with("login", new RegistriesLoginCommand(c))
                        .with("remove", new RegistriesCommand.RemoveCommand(c));
            case RELEASES ->
                new Made(new ReleasesCommand(c))
                        .with("list", new ReleasesCommand.ListCommand(c))
                        .with("log", new ReleasesCommand.LogCommand(c))
                        .with("retry", new RetryCommand(c))
                        .with("show", new ReleasesCommand.ShowCommand(c));
            case RESTART -> new Made(new RestartCommand(c));
            case ROLLBACK -> new Made(new RollbackCommand(c));
            case RUN -> new Made(new RunCommand(c));
            case RUNS ->
                new Made(new RunsCommand(c))
                        .with("list", new RunsCommand.ListCommand(c))
                        .with("stop", new RunsCommand.StopCommand(c));
            case SANDBOX ->
                new Made(new SandboxCommand(c))
                        .with("down", new SandboxCommand.DownCommand(c))
                        .with("list", new SandboxCommand.ListCommand(c))
                        .with("ssh", new SandboxCommand.SshCommand(c))
                        .with("up", new SandboxCommand.UpCommand(c));
            case SCALE -> new Made(new ScaleCommand(c));
            case SERVICES ->
                new Made(new ServicesCommand(c))
                        .with("cancel", new ServicesCancelCommand(c))
                        .with("console", new ServicesConsoleCommand(c))
                        .with("copy", new ServicesCopyCommand(c))
                        .with("create", new ServicesCreateCommand(c))
                        .with(
                                "credentials",
                                new Made(new ServicesCredentialsCommand(c))
                                        .with("rotate", new ServicesCredentialsCommand.RotateCommand(c)))
                        .with("destroy", new ServicesDestroyCommand(c))
                        .with("dump", new ServicesDumpCommand(c))
                        .with("info", new ServicesInfoCommand(c))
                        .with("link", new ServicesLinkCommand(c))
                        .with("list", new ServicesCommand.ListCommand(c))
                        .with("logs", new ServicesLogsCommand(c))
                        .with("promote", new ServicesLinkCommand.PromoteCommand(c))
                        .with("restart", new ServicesControlCommand.RestartCommand(c))
                        .with("restore", new ServicesDumpCommand.RestoreCommand(c))
                        .with("start", new ServicesControlCommand.StartCommand(c))
                        .with("stop", new ServicesControlCommand.StopCommand(c))
                        .with("tunnel", new ServicesTunnelCommand(c))
                        .with("unlink", new ServicesLinkCommand.UnlinkCommand(c))
                        .with("upgrade", new ServicesUpgradeCommand(c));
            case SHELL -> new Made(new ShellCommand(c));
            case SSL ->
                new Made(new SslCommand(c))
                        .with("add", new SslAddCommand(c))
                        .with("list", new SslCommand.ListCommand(c))
                        .with("remove", new SslRemoveCommand(c));
            case START -> new Made(new StartCommand(c));
            case STATUS -> new Made(new StatusCommand(c));
            case STOP -> new Made(new StopCommand(c));
            case TUNNEL -> new Made(new TunnelCommand(c));
            case UPGRADE -> new Made(new UpgradeCommand(c));
            case VERSION -> new Made(new VersionCommand(c));
            case WAIT ->
                new Made(new WaitCommand())
                        .with("certificate", new WaitCommand.CertificateWait(c))
                        .with("deploy", new WaitCommand.DeployWait(c))
                        .with("domain", new WaitCommand.DomainWait(c));
        };
    }

    /**
     * A command and those below it.
     *
     * @param command the command
     * @param below its subcommands by name
     */
    record Made(Object command, Map<String, Made> below) {
        Made(Object command) {
            this(command, new LinkedHashMap<>());
        }

        private Made with(String name, Object child) {
            return with(name, new Made(child));
        }

        private Made with(String name, Made child) {
            below.put(name, child);
            return this;
        }

        private CommandLine line() {
            CommandLine line = command instanceof CommandLine made ? made : new CommandLine(command);
            below.forEach((name, child) -> line.addSubcommand(name, child.line()));
            return line;
        }
    }
}
