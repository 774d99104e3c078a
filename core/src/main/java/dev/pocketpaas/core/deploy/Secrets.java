package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostState;
import dev.pocketpaas.core.manifest.AppJson;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.name.ServiceName;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The secrets of a manifest, and the variables that {@code app.json} requires or has made, as far as the host lacks them.
 *
 * @param unsent what is told of those that this machine has, too, and that a service of the manifest is about to give
 * @param found those that this machine has
 * @param commands those that a command of this machine prints
 * @param missing the names of the manifest's that are nowhere
 * @param generated those of {@code app.json} that were made at random just now
 * @param required those that {@code app.json} requires and that are nowhere, each with its description
 * @param kept the names of those of {@code app.json} that the host has as secrets already
 * @param first whether nothing of the app is live yet
 */
record Secrets(
        List<String> unsent,
        List<EnvironmentValue> found,
        SortedMap<EnvName, String> commands,
        List<String> missing,
        List<EnvironmentValue> generated,
        SortedMap<EnvName, String> required,
        SortedSet<EnvName> kept,
        boolean first) {
    private static final int GENERATED_BYTES = 32;

    Secrets {
        unsent = List.copyOf(unsent);
        found = List.copyOf(found);
        commands = Collections.unmodifiableSortedMap(new TreeMap<>(commands));
        missing = List.copyOf(missing);
        generated = List.copyOf(generated);
        required = Collections.unmodifiableSortedMap(new TreeMap<>(required));
        kept = Collections.unmodifiableSortedSet(new TreeSet<>(kept));
    }

    static Secrets of(DeployRequest request, Manifest manifest, AppJson appJson, HostState state) {
        SortedMap<String, ServiceName> services = ServiceVariables.of(manifest, state);
        Set<String> had = new TreeSet<>(state.environmentNames());
        had.addAll(services.keySet());
        List<EnvironmentValue> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        SortedMap<EnvName, String> commands = new TreeMap<>();
        manifest.secrets().forEach((name, settings) -> {
            if (had.contains(name.value())) {
                return;
            }
            Optional<Secret> local = local(request, name);
            if (local.isPresent()) {
                found.add(new EnvironmentValue(name, local.get()));
            } else if (settings.commandIfAny().isPresent()) {
                commands.put(name, settings.commandIfAny().get());
            } else {
                missing.add(name.value());
            }
        });
        List<EnvironmentValue> generated = new ArrayList<>();
        SortedMap<EnvName, String> required = new TreeMap<>();
        SortedSet<EnvName> kept = new TreeSet<>();
        SortedMap<EnvName, String> wanted = new TreeMap<>(appJson.required());
        appJson.generated().forEach(name -> wanted.put(name, ""));
        wanted.keySet().removeAll(manifest.env().keySet());
        wanted.keySet().removeAll(manifest.secrets().keySet());
        wanted.forEach((name, description) -> {
            Optional<Secret> local = local(request, name);
            if (had.contains(name.value())) {
                kept.add(name);
            } else if (local.isPresent()) {
                found.add(new EnvironmentValue(name, local.get()));
            } else if (appJson.generated().contains(name)) {
                generated.add(new EnvironmentValue(name, Secret.of(random())));
            } else {
                required.put(name, description);
            }
        });
        List<String> unsent = services.entrySet().stream()
                .filter(one -> isStated(one.getKey(), manifest, wanted))
                .filter(one -> local(request, new EnvName(one.getKey())).isPresent())
                .map(one -> one.getKey() + " comes from the service " + one.getValue()
                        + ": the value that this machine has is not sent")
                .toList();
        return new Secrets(
                unsent,
                found,
                commands,
                missing,
                generated,
                required,
                kept,
                state.liveRelease().isEmpty());
    }

    private static boolean isStated(String variable, Manifest manifest, SortedMap<EnvName, String> ofAppJson) {
        return manifest.secrets().keySet().stream()
                        .anyMatch(name -> name.value().equals(variable))
                || ofAppJson.keySet().stream().anyMatch(name -> name.value().equals(variable));
    }

    private static Optional<Secret> local(DeployRequest request, EnvName name) {
        return request.secrets().find(name).filter(secret -> secret.reveal().length > 0);
    }

    private static String random() {
        byte[] bytes = new byte[GENERATED_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** The names of those that the deploy brings from this machine. */
    List<String> names() {
        return Stream.concat(found.stream().map(EnvironmentValue::name), commands.keySet().stream())
                .map(EnvName::value)
                .sorted()
                .toList();
    }

    /**
     * What the user should know of the secrets, and of the variables of {@code app.json}.
     *
     * @param planned whether nothing was asked yet, and is not going to be
     */
    List<String> notes(boolean planned) {
        List<String> notes = new ArrayList<>(unsent);
        generated.forEach(value -> notes.add(AppJson.NAME + ": a secret is made for " + value.name()));
        if (!required.isEmpty() && (planned || !first)) {
            notes.add(AppJson.NAME + " requires " + joined() + ", which the app does not have"
                    + (first ? ": the deploy asks for it, on a terminal" : ""));
        }
        return notes;
    }

    /** What a deploy would bring, as far as it is known without asking anybody. */
    List<EnvironmentValue> expected() {
        List<EnvironmentValue> all = new ArrayList<>(found);
        all.addAll(generated);
        return all;
    }

    /** What the deploy brings; commands run now, once the user agrees, and what is required is asked for. */
    List<EnvironmentValue> bring(LocalSecrets local) {
        List<EnvironmentValue> all = new ArrayList<>(found);
        if (first) {
            required.forEach((name, description) -> all.add(
                    new EnvironmentValue(name, local.ask(name, description).orElseThrow(this::requiredMissing))));
        }
        if (!commands.isEmpty()) {
            local.run(commands).forEach((name, value) -> all.add(new EnvironmentValue(name, value)));
        }
        all.addAll(generated);
        return all;
    }

    /**
     * The variables of {@code app.json} that are secrets of the app from now on: its values come from here and not from the file.
     *
     * @param brought what the deploy brings
     */
    SortedSet<EnvName> ofAppJson(AppJson appJson, List<EnvironmentValue> brought) {
        SortedSet<EnvName> names = new TreeSet<>(kept);
        brought.stream()
                .map(EnvironmentValue::name)
                .filter(name -> appJson.required().containsKey(name)
                        || appJson.generated().contains(name))
                .forEach(names::add);
        return names;
    }

    private String joined() {
        return required.keySet().stream().map(EnvName::value).collect(Collectors.joining(", "));
    }

    private PocketException requiredMissing() {
        EnvName name = required.firstKey();
        return PocketException.usage(
                AppJson.NAME + " requires " + joined() + ", and "
                        + (required.size() == 1 ? "it has no value" : "they have no values"),
                "export " + name
                        + " before you deploy, or write it into .env.pocketpaas; or give it a value under env: in"
                        + " pocketpaas.yml, or say \"required\": false");
    }

    /** A secret that is nowhere stops the deploy. */
    void refuseMissing(HostState state) {
        if (missing.isEmpty()) {
            return;
        }
        boolean one = missing.size() == 1;
        String cure = state.previewOf().isPresent()
                ? "name it in previews.secrets of pocketpaas.yml, or give it a value in previews.env, and deploy "
                        + state.previewOf().get() + " once; or export it before you deploy"
                : state.appExists()
                        ? "pocketpaas env set " + missing.get(0)
                                + "=-   (or export it before you deploy, or add it to .env.pocketpaas)"
                        : "export " + missing.get(0)
                                + " before you deploy, or add it to .env.pocketpaas. The host stores it. Later: pocketpaas env set "
                                + missing.get(0) + "=-";
        throw new PocketException(
                ExitCode.REFUSED,
                (one ? "the secret " : "the secrets ") + String.join(", ", missing) + (one ? " has" : " have")
                        + " no value on the host or in your environment",
                List.of("nothing was changed"),
                cure,
                null);
    }
}
