package dev.pocketpaas.cli.command.service;

import dev.pocketpaas.cli.completion.Completes;
import dev.pocketpaas.cli.completion.Values;
import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.service.Services;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code pocketpaas services info}. */
@Command(name = "info", description = "Show a service: version, state, size, image, and the apps linked to it.")
public final class ServicesInfoCommand implements Callable<Integer> {
    private final CommandContext context;

    @Parameters(paramLabel = "NAME", description = "The service.")
    @Completes(Values.SERVICES)
    private String name = "";

    /** Acts through {@code context}. */
    public ServicesInfoCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        ServiceName asked = new ServiceName(name);
        Services.Service service = context.ask(host -> new Services(host).info(asked));
        context.output().result(text(service), document(service));
        return 0;
    }

    private String text(Services.Service service) {
        List<String> lines = new ArrayList<>();
        lines.add(service.name() + ": " + service.type() + " " + service.major()
                + (service.version().isEmpty() ? "" : " (" + service.version() + ")") + ", " + service.state());
        lines.add("memory       " + Bytes.text(service.memory()));
        if (!service.size().isEmpty()) {
            lines.add("size         " + Bytes.text(service.size()));
            lines.add("connections  " + service.connections());
        }
        lines.add("image        " + service.digest());
        lines.add("created      " + context.time(service.created()));
        for (Services.Link link : service.links()) {
            lines.add("linked       " + link.app() + " (" + String.join(", ", link.variables()) + "; database "
                    + link.database() + ", login " + link.login() + ")");
        }
        service.kept().forEach(app -> lines.add("data of      " + app + " (not linked)"));
        service.previous()
                .ifPresent(before -> lines.add("before       " + service.type() + " " + before.major() + ", kept until "
                        + context.time(before.until()) + "; go back: pocketpaas services upgrade " + service.name()
                        + " --undo"));
        return String.join("\n", lines);
    }

    private static Map<String, Object> document(Services.Service service) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", service.name());
        document.put("type", service.type());
        document.put("major", service.major());
        document.put("version", service.version());
        document.put("state", service.state());
        number("memory", service.memory(), document);
        number("size", service.size(), document);
        number("connections", service.connections(), document);
        document.put("image", service.digest());
        document.put("created", service.created());
        List<Map<String, Object>> links = new ArrayList<>();
        for (Services.Link link : service.links()) {
            links.add(document(link));
        }
        document.put("links", links);
        document.put("kept", service.kept());
        service.previous().ifPresent(before -> {
            document.put("previous_major", before.major());
            document.put("previous_until", before.until());
        });
        return document;
    }

    /** What a server that does not run does not tell is left out. */
    private static void number(String key, String text, Map<String, Object> document) {
        if (text.matches("[0-9]{1,18}")) {
            document.put(key, Long.valueOf(text));
        }
    }

    /** A link, for programs. */
    static Map<String, Object> document(Services.Link link) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put("app", link.app());
        one.put("variables", link.variables());
        one.put("database", link.database());
        one.put("login", link.login());
        return one;
    }
}
