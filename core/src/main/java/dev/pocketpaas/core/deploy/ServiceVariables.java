package dev.pocketpaas.core.deploy;

import dev.pocketpaas.core.host.HostState;
import dev.pocketpaas.core.manifest.Manifest;
import dev.pocketpaas.core.name.ServiceName;
import dev.pocketpaas.core.rules.ServiceTypes;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** The variables in which an app is about to get the addresses of the services of its manifest, so that nobody else has to give them a value. */
final class ServiceVariables {
    private ServiceVariables() {}

    /**
     * By variable the service, of those that the app does not have yet; as the host chooses them when it links a service. None for a preview, whose
     * services are another matter.
     */
    static SortedMap<String, ServiceName> of(Manifest manifest, HostState state) {
        SortedMap<String, ServiceName> given = new TreeMap<>();
        if (state.previewOf().isPresent()) {
            return given;
        }
        manifest.services().forEach((name, version) -> {
            List<String> usual =
                    ServiceTypes.named(version.type()).orElseThrow().variables();
            if (Collections.disjoint(usual, given.keySet())) {
                usual.forEach(variable -> given.put(variable, name));
            } else {
                given.put(further(name), name);
            }
        });
        given.keySet().removeAll(state.environmentNames());
        return given;
    }

    private static String further(ServiceName name) {
        return name.value().toUpperCase(Locale.ROOT).replace('-', '_') + "_URL";
    }
}
