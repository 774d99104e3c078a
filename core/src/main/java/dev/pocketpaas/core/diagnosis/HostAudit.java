package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.probe.PortProbe;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import dev.pocketpaas.core.ssh.SshConnection;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Audits one host from here: asks it for its facts, and tries its ports as a stranger would. */
public final class HostAudit {
    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.%a-z0-9]*");

    private final HostClient host;
    private final PortProbe probe;
    private final Consumer<String> doing;

    /** {@code doing} hears what is being done, in a few words. */
    public HostAudit(HostClient host, PortProbe probe, Consumer<String> doing) {
        this.host = host;
        this.probe = probe;
        this.doing = doing;
    }

    /** What was found. */
    public Diagnosis look() {
        doing.accept("Examining the host");
        ValueTree facts = host.query(Verb.of("audit"));
        doing.accept("Trying ports");
        SortedMap<Integer, PortProbe.Answer> answers = canTry(host.connection())
                ? probe.look(host.connection().peer(), Audit.ports(facts))
                : Collections.emptySortedMap();
        return new Diagnosis(Audit.findings(facts, answers), List.of(), true);
    }

    /** Only the host itself is tried: not what is on the way to it, and not this machine, which forwards a port to it. */
    private static boolean canTry(SshConnection connection) {
        if (!connection.isDirect() || !ADDRESS.matcher(connection.peer()).matches()) {
            return false;
        }
        try {
            InetAddress address = InetAddress.getByName(connection.peer());
            return !address.isLoopbackAddress() && !address.isAnyLocalAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
