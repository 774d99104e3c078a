package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.installer.programs.HostPrograms;
import java.util.Map;
import java.util.TreeMap;

/** Machines for tests. */
final class Facts {
    static final String KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOangPHLmrsJwwon22hnBrKRKQurpcVSISv95U3sQNKZ";
    static final HostPrograms PROGRAMS = HostPrograms.bundled();

    private final Map<String, String> values = new TreeMap<>();

    private Facts() {}

    /** A fresh Debian 12 with root's login. */
    static Facts bare() {
        return new Facts()
                .with("uid", "0")
                .with("user", "root")
                .with("os/id", "debian")
                .with("os/version", "12")
                .with("os/name", "Debian GNU/Linux 12 (bookworm)")
                .with("arch", "amd64")
                .with("hostname", "droplet")
                .with("systemd", "yes")
                .with("container", "none")
                .with("memory", "4000000")
                .with("swap", "0")
                .with("disk", "20000000")
                .with("packages/installed", "ca-certificates\nsudo");
    }

    /** The same after everything was done. */
    static Facts complete() {
        Facts facts = bare().with(
                        "packages/installed",
                        "ca-certificates\ncertbot\ncurl\ndocker.io\ngit\niproute2\niptables\nlogrotate\nnginx\npython3\nsudo\nunattended-upgrades")
                .with("docker/program", "/usr/sbin/dockerd")
                .with("docker/version", "20.10.24")
                .with("docker/enabled", "enabled")
                .with("docker/stack", "present")
                .with("docker/build-image", "present")
                .with("nginx/variant", "11111")
                .with("nginx/enabled", "enabled")
                .with("nginx/active", "active")
                .with("nginx/stock", "absent")
                .with(
                        "files/etc_nginx_conf.d_pocketpaas.conf",
                        Steps.digest(NginxBase.text("11111").orElseThrow()))
                .with("account", "/var/lib/pocketpaas/home:/bin/bash")
                .with("programs", PROGRAMS.hash())
                .with("units", "enabled")
                .with("protocol", "1")
                .with("keys", "me@laptop\t" + KEY)
                .with("listen/80", "nginx");
        ValueTree.Builder values = ValueTree.builder();
        Steps.all().stream()
                .filter(step -> step.name().equals("directories"))
                .forEach(step -> step.describe(facts.facts(), wanted(InitOptions.defaults()), values));
        facts.with("directories", values.build().text("directories").orElseThrow());
        ManagedFile.ALL.forEach(file -> facts.with(file.fact(), Steps.digest(file.content())));
        WantedSettings.of(bare().facts(), wanted(InitOptions.defaults()))
                .forEach((name, value) -> facts.with("host/" + name, value));
        return facts;
    }

    static Wanted wanted(InitOptions options) {
        return new Wanted(options, PROGRAMS, "203.0.113.10", KEY, new KeyName("me@laptop"));
    }

    Facts with(String path, String value) {
        values.put(path, value);
        return this;
    }

    ValueTree tree() {
        ValueTree.Builder tree = ValueTree.builder();
        values.forEach(tree::put);
        return tree.build();
    }

    HostFacts facts() {
        return new HostFacts(tree());
    }
}
