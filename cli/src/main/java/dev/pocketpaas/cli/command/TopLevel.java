package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.command.app.AppsCommand;
import dev.pocketpaas.cli.command.app.AppsInfoCommand;
import dev.pocketpaas.cli.command.app.AppsLockCommand;
import dev.pocketpaas.cli.command.app.DestroyCommand;
import dev.pocketpaas.cli.command.deploy.DeployCommand;
import dev.pocketpaas.cli.command.environment.EnvCommand;
import dev.pocketpaas.cli.command.environment.EnvDiffCommand;
import dev.pocketpaas.cli.command.environment.EnvEditCommand;
import dev.pocketpaas.cli.command.environment.EnvExportCommand;
import dev.pocketpaas.cli.command.environment.EnvImportCommand;
import dev.pocketpaas.cli.command.environment.EnvSetCommand;
import dev.pocketpaas.cli.command.environment.EnvUnsetCommand;
import dev.pocketpaas.cli.command.host.HostsCommand;
import dev.pocketpaas.cli.command.host.InitHostCommand;
import dev.pocketpaas.cli.command.host.KeysAddCommand;
import dev.pocketpaas.cli.command.host.KeysCommand;
import dev.pocketpaas.cli.command.host.PruneCommand;
import dev.pocketpaas.cli.command.host.SandboxCommand;
import dev.pocketpaas.cli.command.manifest.InitCommand;
import dev.pocketpaas.cli.command.manifest.ManifestCommand;
import dev.pocketpaas.cli.command.process.CronCommand;
import dev.pocketpaas.cli.command.process.ExecCommand;
import dev.pocketpaas.cli.command.process.LogsCommand;
import dev.pocketpaas.cli.command.process.PsCommand;
import dev.pocketpaas.cli.command.process.RestartCommand;
import dev.pocketpaas.cli.command.process.RunCommand;
import dev.pocketpaas.cli.command.process.RunsCommand;
import dev.pocketpaas.cli.command.process.ScaleCommand;
import dev.pocketpaas.cli.command.process.StartCommand;
import dev.pocketpaas.cli.command.process.StopCommand;
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
import dev.pocketpaas.cli.invocation.CommandContext;
import java.util.Set;
import java.util.function.Function;
import picocli.CommandLine;

/** The top-level commands, with their subcommands and how to build them. */
enum TopLevel {
    APPS(
            "apps",
            c -> of(
                    new AppsCommand(c),
                    new AppsInfoCommand(c),
                    new AppsCommand.ListCommand(c),
                    new AppsLockCommand(c),
                    new AppsLockCommand.UnlockCommand(c))),
    AUTH("auth", c -> of(new AuthCommand(c), new AuthAddCommand(c), new AuthCommand.RemoveCommand(c))),
    COMPLETION("completion", c -> of(new CompletionCommand(c))),
    CRON(
            "cron",
            c -> of(
                    new CronCommand(c),
                    new CronCommand.ListCommand(c),
                    new CronCommand.PauseCommand(c),
                    new CronCommand.ResumeCommand(c),
                    new CronCommand.RunNowCommand(c))),
    DEPLOY("deploy", c -> of(new DeployCommand(c))),
    DESTROY("destroy", c -> of(new DestroyCommand(c))),
    DOMAINS(
            "domains",
            c -> of(
                    new DomainsCommand(c),
                    new DomainsAddCommand(c),
                    new DomainsDefaultCommand(c),
                    new DomainsCommand.ListCommand(c),
                    new DomainsRemoveCommand(c))),
    ENV(
            "env",
            c -> of(
                    new EnvCommand(c),
                    new EnvDiffCommand(c),
                    new EnvEditCommand(c),
                    new EnvExportCommand(c),
                    new EnvCommand.GetCommand(c),
                    new EnvImportCommand(c),
                    new EnvCommand.ListCommand(c),
                    new EnvSetCommand(c),
                    new EnvUnsetCommand(c))),
    EXEC("exec", c -> of(new ExecCommand(c)).setStopAtPositional(true)),
    HOSTS("hosts", c -> of(new HostsCommand(c))),
    INIT("init", c -> of(new InitCommand(c), new InitHostCommand(c))),
    KEYS(
            "keys",
            c -> of(
                    new KeysCommand(c),
                    new KeysAddCommand(c),
                    new KeysCommand.ListCommand(c),
                    new KeysCommand.RemoveCommand(c))),
    LOGS("logs", c -> of(new LogsCommand(c))),
    MAINTENANCE(
            "maintenance",
            c -> of(
                    new MaintenanceCommand(c),
                    new MaintenanceCommand.OffCommand(c),
                    new MaintenanceCommand.OnCommand(c))),
    MANIFEST(
            "manifest",
            c -> of(new ManifestCommand(c), new ManifestCommand.CheckCommand(c), new ManifestCommand.SchemaCommand(c))),
    NGINX("nginx", c -> of(new NginxCommand(c), new NginxCommand.SetCommand(c), new NginxCommand.UnsetCommand(c))),
    PRUNE("prune", c -> of(new PruneCommand(c))),
    PS("ps", c -> of(new PsCommand(c))),
    RELEASES(
            "releases",
            c -> of(
                    new ReleasesCommand(c),
                    new ReleasesCommand.ListCommand(c),
                    new ReleasesCommand.LogCommand(c),
                    new RetryCommand(c),
                    new ReleasesCommand.ShowCommand(c))),
    RESTART("restart", c -> of(new RestartCommand(c))),
    ROLLBACK("rollback", c -> of(new RollbackCommand(c))),
    RUN("run", c -> of(new RunCommand(c)).setStopAtPositional(true)),
    RUNS("runs", c -> of(new RunsCommand(c), new RunsCommand.ListCommand(c), new RunsCommand.StopCommand(c))),
    SANDBOX(
            "sandbox",
            c -> of(
                    new SandboxCommand(c),
                    new SandboxCommand.DownCommand(c),
                    new SandboxCommand.ListCommand(c),
                    new SandboxCommand.SshCommand(c),
                    new SandboxCommand.UpCommand(c))),
    SCALE("scale", c -> of(new ScaleCommand(c))),
    SSL(
            "ssl",
            c -> of(new SslCommand(c), new SslAddCommand(c), new SslCommand.ListCommand(c), new SslRemoveCommand(c))),
    START("start", c -> of(new StartCommand(c))),
    STOP("stop", c -> of(new StopCommand(c))),
    VERSION("version", c -> of(new VersionCommand(c)));

    private final String word;
    private final Function<CommandContext, CommandLine> maker;

    TopLevel(String word, Function<CommandContext, CommandLine> maker) {
        this.word = word;
        this.maker = maker;
    }

    /** The word on the command line. */
    String word() {
        return word;
    }

    /** The names of its subcommands; they need no context. */
    Set<String> children() {
        return switch (this) {
            case APPS -> Set.of("info", "list", "lock", "unlock");
            case AUTH -> Set.of("add", "remove");
            case CRON -> Set.of("list", "pause", "resume", "run");
            case DOMAINS -> Set.of("add", "default", "list", "remove");
            case ENV -> Set.of("diff", "edit", "export", "get", "import", "list", "set", "unset");
            case INIT -> Set.of("host");
            case KEYS -> Set.of("add", "list", "remove");
            case MAINTENANCE -> Set.of("off", "on");
            case MANIFEST -> Set.of("check", "schema");
            case NGINX -> Set.of("set", "unset");
            case RELEASES -> Set.of("list", "log", "retry", "show");
            case RUNS -> Set.of("list", "stop");
            case SANDBOX -> Set.of("down", "list", "ssh", "up");
            case SSL -> Set.of("add", "list", "remove");
            default -> Set.of();
        };
    }

    /** The command with its subcommands. */
    CommandLine make(CommandContext context) {
        return maker.apply(context);
    }

    private static CommandLine of(Object command, Object... below) {
        CommandLine line = new CommandLine(command);
        for (Object child : below) {
            line.addSubcommand(child);
        }
        return line;
    }
}
