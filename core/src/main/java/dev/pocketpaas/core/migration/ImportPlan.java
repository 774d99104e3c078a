package dev.pocketpaas.core.migration;

import dev.pocketpaas.core.environment.EnvironmentValue;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.EnvName;
import dev.pocketpaas.core.name.ProcessType;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.name.ServiceVersion;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What an import makes of another platform's app.
 *
 * @param app the app
 * @param source where it comes from, for people
 * @param manifest the text of {@code pocketpaas.yml}; it always validates and holds no value of a secret
 * @param mapped what became what
 * @param unmapped what could not be taken over, each once
 * @param values variables that go to the host, never into a file of the repository
 * @param missing variables whose values the source does not have
 * @param services databases
 * @param scale how many of each process type
 */
public record ImportPlan(
        AppName app,
        String source,
        String manifest,
        List<Mapped> mapped,
        List<Unmapped> unmapped,
        SortedMap<EnvName, EnvironmentValue> values,
        List<EnvName> missing,
        List<Link> services,
        SortedMap<ProcessType, Integer> scale) {
    /** Copies its collections. */
    public ImportPlan {
        mapped = List.copyOf(mapped);
        unmapped = List.copyOf(unmapped);
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
        missing = List.copyOf(missing);
        services = List.copyOf(services);
        scale = Collections.unmodifiableSortedMap(new TreeMap<>(scale));
    }

    /**
     * What became what.
     *
     * @param from its name there
     * @param to what it is here
     */
    public record Mapped(String from, String to) {}

    /**
     * What could not be taken over.
     *
     * @param what its name there
     * @param why the reason
     * @param cure what to do instead
     */
    public record Unmapped(String what, String why, String cure) {}

    /**
     * A database that the app is linked to.
     *
     * @param name the service
     * @param version its kind
     * @param variables the variables that get its address; empty for the usual ones
     */
    public record Link(ServiceName name, ServiceVersion version, List<EnvName> variables) {
        /** Copies its list. */
        public Link {
            variables = List.copyOf(variables);
        }
    }

    /** The service that a dump of PostgreSQL goes into. */
    public Optional<ServiceName> forDump() {
        return services.stream()
                .filter(link -> link.version().type().equals("postgres"))
                .map(Link::name)
                .findFirst();
    }
}
