package dev.pocketpaas.core.service;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.ServiceName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An app's data in a service, and how to log in to it.
 *
 * @param service the service
 * @param type its kind
 * @param app the app
 * @param port the port that the service listens on
 * @param database the app's database
 * @param login the name that the app logs in with
 * @param variable a variable of the app that holds the whole address, with the password
 */
public record ServicePlace(
        ServiceName service, String type, AppName app, int port, String database, String login, String variable) {

    /**
     * Finds it, where there is no doubt which one is meant.
     *
     * @param service the service, else the only one that is linked to {@code app} (or to any app)
     * @param app the app, else the only one that is linked to the service
     * @throws PocketException refused, where there is none, or the service does not run; a usage error, where there are several
     */
    public static ServicePlace find(HostClient host, Optional<ServiceName> service, Optional<AppName> app) {
        Services services = new Services(host);
        List<Services.Service> all =
                service.map(name -> List.of(services.info(name))).orElseGet(services::list);
        List<ServicePlace> found = all.stream()
                .flatMap(each -> each.links().stream().map(link -> of(each, link)))
                .toList();
        List<ServicePlace> fitting = found.stream()
                .filter(each -> app.isEmpty() || app.get().equals(each.app()))
                .toList();
        if (fitting.isEmpty()) {
            String name = service.map(ServiceName::value).orElse("NAME");
            String others = found.isEmpty()
                    ? ""
                    : "; or name another app: --app " + found.get(0).app();
            throw PocketException.refused(
                    app.map(each -> each + " is not").orElse("no app is") + " linked to "
                            + service.map(ServiceName::value).orElse("a service"),
                    "pocketpaas services link " + name + others);
        }
        if (fitting.size() > 1) {
            throw PocketException.usage(
                    "several are possible: "
                            + fitting.stream()
                                    .map(each -> each.service() + " of " + each.app())
                                    .collect(Collectors.joining(", ")),
                    "name the service and the app: NAME --app APP");
        }
        ServicePlace place = fitting.get(0);
        all.stream()
                .filter(each -> each.name().equals(place.service().value()))
                .filter(each -> List.of("stopped", "down").contains(each.state()))
                .findFirst()
                .ifPresent(each -> {
                    throw PocketException.refused(
                            "the service " + each.name() + " does not run", "pocketpaas services start " + each.name());
                });
        return place;
    }

    private static ServicePlace of(Services.Service service, Services.Link link) {
        return new ServicePlace(
                new ServiceName(service.name()),
                service.type(),
                AppName.parse(link.app()),
                service.port().isEmpty() ? 0 : Integer.parseInt(service.port()),
                link.database(),
                link.login(),
                link.variables().isEmpty() ? "" : link.variables().get(0));
    }
}
