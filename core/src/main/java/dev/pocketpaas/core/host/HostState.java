package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.List;
import java.util.Optional;

/** What a host says of itself, and of one app, when it is greeted: one channel. */
public final class HostState {
    private final ValueTree answer;

    private HostState(ValueTree answer) {
        this.answer = answer;
    }

    /** Greets the host. */
    public static HostState ask(HostClient host) {
        return checked(host.query(Verb.of("hello")));
    }

    /** Greets the host and asks for {@code app}, which need not exist. */
    public static HostState ask(HostClient host, AppName app) {
        return checked(host.query(Verb.of("hello", app)));
    }

    /** The same for an app that is still to be made, and will have variables of these names. */
    public HostState withNewApp(List<String> environment) {
        ValueTree.Builder tree = ValueTree.builder();
        tree.putAll("", answer);
        tree.put("app/exists", "no");
        tree.putLines("app/env", environment);
        return new HostState(tree.build());
    }

    private static HostState checked(ValueTree answer) {
        String protocol = answer.text("protocol").orElse("none");
        if (!protocol.equals(String.valueOf(Verb.PROTOCOL))) {
            throw PocketException.refused(
                    "the host uses protocol " + protocol + ", this program uses " + Verb.PROTOCOL,
                    "install the version of pocketpaas that the host was set up with, or run \"pocketpaas init host\" again");
        }
        return new HostState(answer);
    }

    /** Content hash of the programs that the host runs. */
    public String programs() {
        return answer.text("programs").orElse("");
    }

    /** The version that those programs came with. */
    public ProgramVersion programVersion() {
        return new ProgramVersion(answer.text("version").orElse(""));
    }

    /** Whether our key may do everything. */
    public boolean admin() {
        return answer.text("role").orElse("").equals("admin");
    }

    /** The name of our key. */
    public String key() {
        return answer.text("key").orElse("");
    }

    /** Whether the app is there. */
    public boolean appExists() {
        return answer.text("app/exists").orElse("no").equals("yes");
    }

    /** Number of the live release. */
    public Optional<String> liveRelease() {
        return answer.text("app/live");
    }

    /** The commit that is live. */
    public Optional<String> liveCommit() {
        return answer.text("app/commit");
    }

    /** First commits of the live commit's history; none where nothing is live. */
    public List<String> roots() {
        return answer.lines("app/roots");
    }

    /** The deploy of the app that is at work, in words. */
    public Optional<String> busy() {
        return answer.text("app/busy");
    }

    /** Who has locked the app's deploys, in words. */
    public Optional<String> locked() {
        return answer.text("app/locked");
    }

    /** The app that this one is a preview of. */
    public Optional<String> previewOf() {
        return answer.text("app/preview-of");
    }

    /** Names of the variables that the app has on the host. */
    public List<String> environmentNames() {
        return answer.lines("app/env");
    }

    /**
     * The room on the host's disk, in megabytes.
     *
     * @param free what is free
     * @param needed what a deploy needs
     * @param where the directory that this was measured at
     */
    public record Disk(long free, long needed, String where) {
        /** Whether a deploy has to be refused. */
        public boolean isShort() {
            return free < needed;
        }
    }

    /** The room on the host's disk; empty where the host's programs are too old to say. */
    public Optional<Disk> disk() {
        return answer.text("disk/free")
                .map(free -> new Disk(
                        Long.parseLong(free),
                        Long.parseLong(answer.text("disk/needed").orElse("0")),
                        answer.text("disk/where").orElse("")));
    }

    /** A setting of the host, such as {@code name} or {@code domain}. */
    public Optional<String> setting(String name) {
        return answer.text("host/" + name);
    }
}
