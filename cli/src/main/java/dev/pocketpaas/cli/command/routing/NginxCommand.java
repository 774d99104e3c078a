package dev.pocketpaas.cli.command.routing;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.invocation.GivenInput;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.proxy.Snippet;
import dev.pocketpaas.core.routing.Snippets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas nginx}. */
@Command(name = "nginx", description = "Print the custom nginx configuration of an app.")
public final class NginxCommand implements Callable<Integer> {
    private final CommandContext context;

    /** Acts through {@code context}. */
    public NginxCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        AppName app = context.app();
        Snippets.State state = context.ask(host -> new Snippets(host).show(app));
        if (state.text().isEmpty()) {
            context.output()
                    .say(app + " has no custom nginx configuration. Run \"pocketpaas nginx set FILE\" to add some.");
        }
        state.refused().ifPresent(why -> context.output().warn("nginx rejects it now, so it is not in use: " + why));
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("snippet", state.text().orElse(""));
        document.put("in_use", state.text().isPresent() && state.refused().isEmpty());
        state.refused().ifPresent(why -> document.put("refused", why));
        context.output().document(state.text().orElse(""), document);
        return 0;
    }

    @Command(
            name = "set",
            description = "Set the custom nginx configuration of an app, replacing any earlier one.",
            footer = {
                "",
                "For admins only. The file is checked here and tested by nginx first; if nginx rejects it, "
                        + "nothing changes. It takes effect at once.",
                "If a later version of nginx rejects it, it is left out with a warning. So do not use it "
                        + "for access control: use http.allow and \"pocketpaas auth\"."
            })
    public static final class SetCommand implements Callable<Integer> {
        private final CommandContext context;

        @Parameters(paramLabel = "FILE", description = "The file; \"-\" reads standard input.")
        private String file = "";

        public SetCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            GivenInput input = new GivenInput(file);
            Snippet snippet = Snippet.parse(input.bytes(context.environment()), input.shown());
            AppName app = context.app();
            return context.operate(
                    "change",
                    app + " uses your nginx configuration",
                    (host, listener) -> new Snippets(host).set(app, snippet, listener));
        }
    }

    @Command(name = "unset", description = "Remove the custom nginx configuration.")
    public static final class UnsetCommand implements Callable<Integer> {
        private final CommandContext context;

        public UnsetCommand(CommandContext context) {
            this.context = context;
        }

        @Override
        public Integer call() {
            AppName app = context.app();
            return context.operate(
                    "change",
                    app + " has no custom nginx configuration now",
                    (host, listener) -> new Snippets(host).unset(app, listener));
        }
    }
}
