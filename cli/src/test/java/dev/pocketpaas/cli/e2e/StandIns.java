package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;

/** Images that stand in for the official ones of services, on a droplet of tests. */
final class StandIns {
    private StandIns() {}

    /** Makes those that are missing on this machine, and brings them to the droplet: what {@code sandbox up --services} does. */
    static void bring(TestDroplet droplet, String services) {
        Laptop laptop = droplet.laptop();
        Seen up = laptop.pocketpaas(laptop.home(), "sandbox", "up", "--name", droplet.name(), "--services", services);
        if (up.exit() != 0) {
            throw new AssertionError("the stand-ins could not be had\n" + up);
        }
    }
}
