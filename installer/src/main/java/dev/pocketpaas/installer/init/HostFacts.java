package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.protocol.ValueTree;
import java.util.List;
import java.util.Optional;

/** What a machine is and has, as {@code lib/facts.bash} reported it over one channel. Read-only; nothing was changed to learn it. */
public final class HostFacts {
    private final ValueTree tree;

    HostFacts(ValueTree tree) {
        this.tree = tree;
    }

    /** The raw value at {@code path}, empty where it is unknown. */
    String value(String path) {
        return tree.text(path).orElse("");
    }

    /** What lies below {@code directory}. */
    ValueTree under(String directory) {
        return tree.under(directory);
    }

    /** The lines of the value at {@code path}. */
    List<String> lines(String path) {
        return tree.lines(path);
    }

    /** Whether {@code item} is a line of the value at {@code path}. */
    boolean lists(String path, String item) {
        return tree.lines(path).contains(item);
    }

    /** Whether the script ran as root. */
    boolean root() {
        return value("uid").equals("0");
    }

    /** The login that was used. */
    public String user() {
        return value("user");
    }

    /** For example {@code debian}. */
    String distribution() {
        return value("os/id");
    }

    /** For example {@code 12}. */
    String version() {
        return value("os/version");
    }

    /** The distribution's full name, for people. */
    public String systemName() {
        return value("os/name");
    }

    /** As Debian names it: {@code amd64}. */
    public String architecture() {
        return value("arch");
    }

    /** Main memory in megabytes. */
    public long memoryMegabytes() {
        return number("memory") / 1024;
    }

    /** Swap in megabytes. */
    long swapMegabytes() {
        return number("swap") / 1024;
    }

    /** Free space where Docker keeps its data, in megabytes. */
    public long diskMegabytes() {
        return number("disk") / 1024;
    }

    /** Whether the machine is a container. */
    boolean container() {
        String kind = value("container");
        return !kind.isEmpty() && !kind.equals("none");
    }

    /** Whether systemd runs it. */
    boolean systemd() {
        return value("systemd").equals("yes");
    }

    /** Whether a Docker engine is there, ours or not. */
    boolean hasEngine() {
        return !value("docker/program").isEmpty() || !value("docker/version").isEmpty();
    }

    /** Who listens on {@code port}, if anybody. */
    Optional<String> listener(int port) {
        return Optional.of(value("listen/" + port)).filter(s -> !s.isEmpty());
    }

    private long number(String path) {
        String text = value(path);
        return text.matches("[0-9]{1,15}") ? Long.parseLong(text) : 0;
    }
}
