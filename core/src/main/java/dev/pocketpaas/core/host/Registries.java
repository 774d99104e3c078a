package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.name.RegistryName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.rules.NumberLimit;
import dev.pocketpaas.core.rules.Patterns;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The logins of a host at registries of images. */
public final class Registries {
    private final HostClient host;

    /** Logins of {@code host}. */
    public Registries(HostClient host) {
        this.host = host;
    }

    /**
     * A login. Its password never leaves the host.
     *
     * @param registry where
     * @param user the account
     * @param app the only app whose images it is for; empty for all
     * @param who the key that stored it
     * @param when UTC, ISO 8601
     */
    public record Login(String registry, String user, String app, String who, String when) {}

    /** Every login, those for all apps first. */
    public List<Login> list() {
        ValueTree answer = host.query(Verb.of("registries", "list"));
        List<Login> logins = new ArrayList<>();
        for (ValueTree login : answer.numbered()) {
            logins.add(new Login(
                    login.text("registry").orElse(""),
                    login.text("user").orElse(""),
                    login.text("app").orElse(""),
                    login.text("who").orElse(""),
                    login.text("when").orElse("")));
        }
        return logins;
    }

    /**
     * Stores a login, once the registry has taken it.
     *
     * @param app the only app that it is for; empty for all
     * @throws PocketException when the registry does not take it; one that was stored before stays
     */
    public void login(RegistryName registry, Optional<AppName> app, String user, Secret password) {
        if (!user.matches(Patterns.REGISTRY_USER)) {
            throw PocketException.usage(
                    "\"" + Printable.of(user) + "\" is not the name of an account", "pass it with --user NAME");
        }
        if (!NumberLimit.REGISTRY_PASSWORD.holds(password.reveal().length)) {
            throw PocketException.usage(
                    password.reveal().length == 0 ? "the password is empty" : "the password is longer than any",
                    "type it, or pass it on standard input");
        }
        ValueTree account = ValueTree.builder()
                .put("user", user)
                .put("password", password.reveal())
                .build();
        host.query(verb("login", registry, app), account);
    }

    /** Forgets a login; whether there was one. */
    public boolean remove(RegistryName registry, Optional<AppName> app) {
        return host.query(verb("remove", registry, app))
                .text("removed")
                .filter("yes"::equals)
                .isPresent();
    }

    private static Verb verb(String action, RegistryName registry, Optional<AppName> app) {
        return app.isPresent()
                ? Verb.of("registries", action, registry, app.get())
                : Verb.of("registries", action, registry);
    }
}
