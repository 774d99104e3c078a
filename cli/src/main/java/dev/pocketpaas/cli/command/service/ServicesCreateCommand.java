package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.Subject;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import dev.pocketpaas.core.service.Services;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services create}. */
@Command(
        name = "create",
        description = "Create a service and wait until it takes queries.",
        footer = {
            "",
            "Without a version it is the newest one that is known. No port is published: only linked apps reach it.",
            "Example: pocketpaas services create postgres:17 db"
        })
public final class ServicesCreateCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(
            index = "0",
            paramLabel = "TYPE[:MAJOR]",
            description = "The kind: postgres, mariadb, mysql, mongodb, redis or valkey.")
    @Completes(words = {"postgres", "mariadb", "mysql", "mongodb", "redis", "valkey"})
    private String type = "";

    @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Its name (default: the type).")
    @Completes(Values.NOTHING)
    private @Nullable String name;

    @Option(names = "--memory", paramLabel = "SIZE", description = "Memory limit (default: 256M; mongodb: 768M).")
    private @Nullable String memory;

    @Option(names = "--image", paramLabel = "IMAGE", description = "Use this image instead of the official one.")
    private @Nullable String image;

    /** Acts through {@code context}. */
    public ServicesCreateCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceVersion version = ServiceVersion.parse(type);
        ServiceName chosen = new ServiceName(name == null ? version.type() : name);
        Services.Wanted wanted = new Services.Wanted(
                chosen,
                version,
                Optional.ofNullable(memory).map(text -> ByteSize.parse(text).bytes()),
                Optional.ofNullable(image).map(ServicesCreateCommand::checked));
        return context.operate(
                Subject.SERVICE,
                "creation",
                chosen + " runs; link an app: pocketpaas services link " + chosen,
                (host, listener) -> new Services(host).create(wanted, listener));
    }

    /** {@code reference}, which is the name of an image. */
    static String checked(String reference) {
        if (!reference.matches(Patterns.IMAGE_REFERENCE) || !NumberLimit.IMAGE_LENGTH.holds(reference)) {
            throw PocketException.usage(
                    "\"" + Printable.of(reference) + "\" is not the name of an image",
                    "for example registry.example.com/postgres:17");
        }
        return reference;
    }
}
