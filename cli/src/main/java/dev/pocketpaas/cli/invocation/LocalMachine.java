package dev.pocketpaas.cli.invocation;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** The machine that the program runs on. */
final class LocalMachine {
    private LocalMachine() {}

    /** Its host name; empty if unknown. */
    static String name() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "";
        }
    }
}
