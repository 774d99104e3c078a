package dev.pocketpaas.core.ssh;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * Something that was done on a host, for who wants to know what takes time. It holds no data that was sent: neither values nor keys.
 *
 * @param what the verb with its arguments, or what else it was
 * @param took from its start to its end
 * @param roundTrips how often something was sent and then waited for; nothing where that is not known
 * @param sent how many bytes were sent to it
 * @param received how many bytes it answered
 */
public record RemoteCall(String what, Duration took, OptionalInt roundTrips, long sent, long received) {}
