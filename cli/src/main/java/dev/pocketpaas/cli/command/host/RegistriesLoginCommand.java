package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.Registries;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.RegistryName;
import dev.pocketpaas.core.name.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas registries login}. */
@Command(
        name = "login",
        description = "Store a login at a registry of images on the host. Run again to replace it.",
        footer = {
            "",
            "Asks for the password, or reads it from standard input. The host tries it first. With --app only that "
                    + "app's images are fetched with it; without, those of all apps.",
            "Example: pocketpaas registries login ghcr.io --user ada --app shop <token"
        })
public final class RegistriesLoginCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "REGISTRY", description = "The registry, for example ghcr.io or docker.io.")
    @Completes(Values.REGISTRIES)
    private String registry = "";

    @Option(names = "--user", paramLabel = "NAME", description = "The account.")
    @Completes(Values.NOTHING)
    private @Nullable String user;

    /** Acts through {@code context}. */
    public RegistriesLoginCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        RegistryName name = RegistryName.parse(registry);
        Optional<AppName> app = RegistriesCommand.app(context);
        String account = user();
        Secret password = password();
        context.ask(host -> {
            new Registries(host).login(name, app, account, password);
            return 0;
        });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("registry", name.value());
        document.put("user", account);
        document.put("app", app.map(AppName::value).orElse(""));
        context.output()
                .result(
                        "logged in at " + name + " as " + account + ", for "
                                + app.map(AppName::value).orElse("all apps"),
                        document);
        return 0;
    }

    private String user() {
        if (user != null) {
            return user;
        }
        if (!context.prompts().canAsk()) {
            throw PocketException.usage("no account given", "pass it with --user NAME");
        }
        return context.prompts().line("User name: ").orElse("");
    }

    private Secret password() {
        if (context.prompts().canAsk()) {
            return Secret.of(new String(
                    context.prompts().secret("Password or token (not shown): ").orElse(new char[0])));
        }
        try {
            byte[] bytes = context.environment().stdin().readAllBytes();
            // The end of the last line is that of the file: a password may be a document of many lines.
            int end = bytes.length;
            while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
                end--;
            }
            return Secret.of(Arrays.copyOf(bytes, end));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
