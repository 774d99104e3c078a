package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.AuthUser;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.routing.BasicAuth;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas auth add}. */
@Command(
        name = "add",
        description = "Protect an app with a password (HTTP basic auth). Run again to change it.",
        footer = {"", "Asks for the password, or reads it from standard input. Takes effect at once."})
public final class AuthAddCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The user name that visitors type.")
    @Completes(Values.USERS)
    private String name = "";

    /** Acts through {@code context}. */
    public AuthAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AuthUser visitor = new AuthUser(name);
        AppName app = context.app();
        Secret password = password();
        if (password.reveal().length == 0) {
            throw PocketException.usage("the password is empty", "type one, or pass it on standard input");
        }
        return context.operate(
                "change",
                app + " is protected; " + visitor + " has access",
                (host, listener) -> new BasicAuth(host).add(app, visitor, password, listener));
    }

    private Secret password() {
        if (context.prompts().canAsk()) {
            return Secret.of(new String(
                    context.prompts().secret("Password (not shown): ").orElse(new char[0])));
        }
        try {
            String text =
                    new String(context.environment().stdin().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            String line = text.lines().findFirst().orElse("");
            if (text.strip().lines().count() > 1) {
                throw PocketException.usage("the password has more than one line", "pass a single line");
            }
            return Secret.of(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
