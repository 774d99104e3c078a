package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.host.Keys;
import dev.pocketpaas.core.name.KeyName;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas keys}. */
@Command(name = "keys", description = "List the SSH keys of a host.")
public final class KeysCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public KeysCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Listing.Builder listing = Listing.of("name", "role", "apps", "fingerprint", "added");
        context.ask(host -> new Keys(host).list())
                .forEach(key -> listing.row(
                        key.name(),
                        key.role(),
                        String.join(",", key.apps()),
                        key.fingerprint(),
                        context.time(key.added())));
        context.output().listing(listing.build(), "No keys.");
        return 0;
    }

    /** Same as {@code keys}. */
    @Command(name = "list", description = "List the SSH keys of a host.")
    public static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        public ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new KeysCommand(context).call();
        }
    }

    @Command(name = "remove", description = "Remove an SSH key from a host.")
    public static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", description = "The key's name.")
        @Completes(Values.KEYS)
        private String name = "";

        public RemoveCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            KeyName key = new KeyName(name);
            context.ask(host -> {
                new Keys(host).remove(key);
                return 0;
            });
            context.output().result("the key " + key + " removed", Map.of("removed", key.value()));
            return 0;
        }
    }
}
