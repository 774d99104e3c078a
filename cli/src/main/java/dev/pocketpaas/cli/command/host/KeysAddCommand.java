package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.KeyRole;
import dev.pocketpaas.core.host.Keys;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.ssh.PublicKeyLine;
import dev.pocketpaas.core.ssh.SshKeyPair;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas keys add}. */
@Command(
        name = "add",
        description = "Add an SSH key: with --app for deploying those apps, else as an admin.",
        footer = {
            "",
            "--app takes several names, separated by commas. A deploy key can deploy and read, but never "
                    + "becomes root.",
            "Example: pocketpaas keys add ci --app shop --generate"
        })
public final class KeysAddCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "Name of the key, for example ci.")
    @Completes(Values.NOTHING)
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE", arity = "0..1", description = "The public key file (.pub).")
    private @Nullable String file;

    @Option(
            names = "--generate",
            description = "Create a key pair. The private key is printed once and stored nowhere.")
    private boolean generate;

    @Option(names = "--previews-only", description = "With --app: only previews of the app, never the app itself.")
    private boolean previewsOnly;

    @Option(names = "--read-only", description = "With --app: look at the app, change nothing, see no values.")
    private boolean readOnly;

    /** Acts through {@code context}. */
    public KeysAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        KeyName key = new KeyName(name);
        // Only the option counts: a manifest in the directory must not decide about the rights of a key.
        List<AppName> apps = context.options().app().stream()
                .flatMap(names -> Arrays.stream(names.split(",")))
                .map(AppName::parse)
                .toList();
        if (previewsOnly && readOnly) {
            throw PocketException.usage(
                    "--previews-only and --read-only cannot be combined", "add two keys, or leave out one of them");
        }
        if ((previewsOnly || readOnly) && apps.isEmpty()) {
            throw PocketException.usage(
                    (previewsOnly ? "--previews-only" : "--read-only") + " needs the apps that the key is for",
                    "add --app NAME");
        }
        if (generate == (file != null)) {
            throw PocketException.usage(
                    generate ? "--generate and a file cannot be combined" : "no key given",
                    "pass the file of a public key, or --generate");
        }
        if (generate) {
            return generated(key, apps);
        }
        PublicKeyLine line =
                PublicKeyLine.parse(LocalFile.text(context.environment().resolve(String.valueOf(file))));
        context.ask(host -> {
            add(new Keys(host), key, apps, line);
            return 0;
        });
        context.output().result(said(key, apps, line), document(key, apps, line));
        return 0;
    }

    /**
     * The private key is handed out before the host knows the public one: whatever goes wrong in between, there is no live key whose private half
     * nobody has.
     */
    private int generated(KeyName key, List<AppName> apps) {
        SshKeyPair pair = SshKeyPair.generate(key.value());
        Map<String, Object> document = document(key, apps, pair.publicKey());
        document.put("private_key", pair.privateKey().revealText());
        return context.ask(host -> {
            Keys keys = new Keys(host);
            refuseTaken(keys, key);
            context.output().document(pair.privateKey().revealText(), document);
            if (context.output().isClosed()) {
                context.output().warn("the private key could not be written, so no key was added");
                return 0;
            }
            try {
                add(keys, key, apps, pair.publicKey());
            } catch (PocketException e) {
                context.output().warn("the private key above is not in use unless \"pocketpaas keys\" lists " + key);
                throw e;
            }
            context.output()
                    .say(said(key, apps, pair.publicKey())
                            + ". Its private key is printed above. Keep it secret; put its path into"
                            + " POCKETPAAS_SSH_KEY.");
            return 0;
        });
    }

    private static void refuseTaken(Keys keys, KeyName key) {
        if (keys.list().stream().anyMatch(known -> known.name().equals(key.value()))) {
            throw PocketException.refused(
                    "there is another key with the name " + key,
                    "choose another name, or: pocketpaas keys remove " + key);
        }
    }

    private KeyRole role() {
        return previewsOnly ? KeyRole.PREVIEW : readOnly ? KeyRole.READ : KeyRole.DEPLOY;
    }

    private void add(Keys keys, KeyName key, List<AppName> apps, PublicKeyLine line) {
        if (apps.isEmpty()) {
            keys.addAdmin(key, line.toString());
        } else {
            keys.add(key, role(), apps, line.toString());
        }
    }

    private String said(KeyName key, List<AppName> apps, PublicKeyLine line) {
        String right = apps.isEmpty() ? "administer the host" : right() + " " + Words.joined(apps);
        return "the key " + key + " (" + line.fingerprint() + ") can " + right;
    }

    private String right() {
        return switch (role()) {
            case DEPLOY -> "deploy and read";
            case PREVIEW -> "deploy previews of";
            case READ -> "read";
        };
    }

    private Map<String, Object> document(KeyName key, List<AppName> apps, PublicKeyLine line) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", key.value());
        document.put("role", apps.isEmpty() ? "admin" : role().word());
        document.put("apps", apps);
        document.put("fingerprint", line.fingerprint());
        return document;
    }
}
