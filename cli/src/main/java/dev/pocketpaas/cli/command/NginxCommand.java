package dev.pocketpaas.cli.command;

import dev.pocketpaas.core.app.Snippets;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.proxy.Snippet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "nginx", description = "Print the lines of your own that nginx has for an app.")
final class NginxCommand implements Callable<Integer> {
    private final CommandContext context;

    NginxCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Snippets.State state = context.ask(host -> new Snippets(host).show(app));
        if (state.text().isEmpty()) {
            context.output().say(app + " has no lines of your own; \"pocketpaas nginx set FILE\" sets them");
        }
        state.refused()
                .ifPresent(why ->
                        context.output().warn("nginx does not take them any more, so they are left out: " + why));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("snippet", state.text().orElse(""));
        document.put("in_use", state.text().isPresent() && state.refused().isEmpty());
        state.refused().ifPresent(why -> document.put("refused", why));
        context.output().document(state.text().orElse(""), document);
        return 0;
    }

    @Command(
            name = "set",
            description =
                    "Put lines of your own into the servers that answer for an app, in the place of those that were there.",
            footer = {
                "",
                "For admins only, and never taken from what is pushed. Checked here, then tried by nginx aside: what it refuses changes",
                "nothing. In force at once, without a build or a release. What nginx no longer takes one day is left out, with a",
                "warning, so it is no place for what must hold: who may come is said by http.allow and \"pocketpaas auth\"."
            })
    static final class SetCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "FILE", description = "The lines; - is standard input.")
        private String file = "";

        SetCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            GivenInput input = new GivenInput(file);
            Snippet snippet = Snippet.parse(input.bytes(context.environment()), input.shown());
            AppName app = context.app();
            return context.operate(
                    "change",
                    app + " is served with your lines",
                    (host, listener) -> new Snippets(host).set(app, snippet, listener));
        }
    }

    @Command(name = "unset", description = "Take the lines of your own away.")
    static final class UnsetCommand implements Callable<Integer> {
        private final CommandContext context;

        UnsetCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            return context.operate(
                    "change",
                    app + " is served without lines of your own",
                    (host, listener) -> new Snippets(host).unset(app, listener));
        }
    }
}
