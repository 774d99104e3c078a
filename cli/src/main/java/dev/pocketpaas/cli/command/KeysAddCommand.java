package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Keys;
import dev.pocketpaas.core.failure.PocketException;
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

@Command(
        name = "add",
        description = "Let a key use a host: with --app for those apps only, to deploy and to look; else as an admin.",
        footer = {
            "",
            "--app takes several names with commas between them. Example: pocketpaas keys add ci --app shop --generate"
        })
final class KeysAddCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(index = "0", paramLabel = "NAME", description = "What the key is called, for example ci.")
    private String name = "";

    @Parameters(index = "1", paramLabel = "FILE", arity = "0..1", description = "The public key (.pub).")
    private @Nullable String file;

    @Option(
            names = "--generate",
            description = "Make a new key pair; the private half is printed once, and kept nowhere.")
    private boolean generate;

    KeysAddCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        KeyName key = new KeyName(name);
        // Only the option counts: a manifest in the directory must not decide what a key may do.
        List<AppName> apps = context.options().app().stream()
                .flatMap(names -> Arrays.stream(names.split(",")))
                .map(AppName::parse)
                .toList();
        if (generate == (file != null)) {
            throw PocketException.usage(
                    generate ? "--generate and a file are both given" : "no key is given",
                    "give the file of a public key, or --generate");
        }
        @Nullable SshKeyPair pair = generate ? SshKeyPair.generate(key.value()) : null;
        PublicKeyLine line = pair != null
                ? pair.publicKey()
                : PublicKeyLine.parse(LocalFile.text(context.environment().resolve(String.valueOf(file))));
        context.ask(host -> {
            Keys keys = new Keys(host);
            if (apps.isEmpty()) {
                keys.addAdmin(key, line.toString());
            } else {
                keys.addDeploy(key, apps, line.toString());
            }
            return 0;
        });
        report(key, apps, line, pair);
        return 0;
    }

    private void report(KeyName key, List<AppName> apps, PublicKeyLine line, @Nullable SshKeyPair pair) {
        String right = apps.isEmpty() ? "everything on the host" : "deploy and look at " + Words.joined(apps);
        String said = "the key " + key + " (" + line.fingerprint() + ") may " + right;
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", key.value());
        document.put("role", apps.isEmpty() ? "admin" : "deploy");
        document.put("apps", apps);
        document.put("fingerprint", line.fingerprint());
        if (pair == null) {
            context.output().result(said, document);
            return;
        }
        document.put("private_key", pair.privateKey().revealText());
        context.output()
                .say(said + "; its private half follows, keep it as a secret (POCKETPAAS_SSH_KEY names its file):");
        context.output().document(pair.privateKey().revealText(), document);
    }
}
