package dev.pocketpaas.cli.command;

import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.app.Keys;
import dev.pocketpaas.core.name.KeyName;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "keys", description = "List the SSH keys of a host.")
final class KeysCommand implements Callable<Integer> {
    private final CommandContext context;

    KeysCommand(CommandContext context) {
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
    static final class ListCommand implements Callable<Integer> {
        private final CommandContext context;

        ListCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            return new KeysCommand(context).call();
        }
    }

    @Command(name = "remove", description = "Remove an SSH key from a host.")
    static final class RemoveCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "NAME", description = "The key's name.")
        private String name = "";

        RemoveCommand(CommandContext context) {
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
