package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.cli.invocation.Words;
import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.core.failure.PocketException;
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
        if (generate == (file != null)) {
            throw PocketException.usage(
                    generate ? "--generate and a file cannot be combined" : "no key given",
                    "pass the file of a public key, or --generate");
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
        String right = apps.isEmpty() ? "administer the host" : "deploy and read " + Words.joined(apps);
        String said = "the key " + key + " (" + line.fingerprint() + ") can " + right;
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
        context.output().say(said + ". Its private key follows. Keep it secret; put its path into POCKETPAAS_SSH_KEY.");
        context.output().document(pair.privateKey().revealText(), document);
    }
}
