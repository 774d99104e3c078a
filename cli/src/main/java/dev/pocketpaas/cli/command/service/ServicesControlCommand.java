package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Starts, stops and restarts a service. */
public abstract class ServicesControlCommand implements Callable<Integer> {
    private final CommandContext context;
    private final Services.Control control;
    private final String done;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    private ServicesControlCommand(CommandContext context, Services.Control control, String done) {
        this.context = context;
        this.control = control;
        this.done = done;
    }

    @Override
    public Integer call() {
        ServiceName service = new ServiceName(name);
        return context.operate(
                Subject.SERVICE,
                "change",
                service + done,
                (host, listener) -> new Services(host).control(service, control, listener));
    }

    /** {@code pocketpaas services start}. */
    @Command(name = "start", description = "Start a stopped service.")
    public static final class StartCommand extends ServicesControlCommand {
        /** Acts through {@code context}. */
        public StartCommand(CommandContext context) {
            super(context, Services.Control.START, " runs");
        }
    }

    /** {@code pocketpaas services stop}. */
    @Command(name = "stop", description = "Stop a service. It keeps its data and stays stopped until it is started.")
    public static final class StopCommand extends ServicesControlCommand {
        /** Acts through {@code context}. */
        public StopCommand(CommandContext context) {
            super(context, Services.Control.STOP, " is stopped");
        }
    }

    /** {@code pocketpaas services restart}. */
    @Command(name = "restart", description = "Restart a service, with its settings of now.")
    public static final class RestartCommand extends ServicesControlCommand {
        /** Acts through {@code context}. */
        public RestartCommand(CommandContext context) {
            super(context, Services.Control.RESTART, " was restarted");
        }
    }
}
