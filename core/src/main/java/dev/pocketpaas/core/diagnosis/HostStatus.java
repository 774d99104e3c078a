package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A host and its apps at one moment: one answer to one question.
 *
 * @param machine what the host is
 * @param key the name of our key there
 * @param role {@code admin} or {@code deploy}
 * @param engineWhy why the Docker engine does not answer; empty where it does
 * @param nginx whether nginx runs
 * @param apps the apps that the key may see, or the one that was asked for
 * @param services the services that the key may see, or those of the app that was asked for
 * @param last their newest releases, newest first
 */
public record HostStatus(
        Machine machine,
        String key,
        String role,
        String engineWhy,
        boolean nginx,
        List<AppStatus> apps,
        List<ServiceStatus> services,
        List<LastRelease> last) {
    /** Copies the lists. */
    public HostStatus {
        services = List.copyOf(services);
        apps = List.copyOf(apps);
        last = List.copyOf(last);
    }

    /**
     * What the host is. Amounts in bytes.
     *
     * @param name its name, empty where it has none
     * @param domain the domain below which apps have their default addresses
     * @param address its public address
     * @param version the version of the host programs
     * @param system its operating system
     * @param kernel its kernel
     * @param uptime for how many seconds it has been up
     * @param load its load over 1, 5 and 15 minutes
     * @param cpus how many processors it has
     * @param memory all of its memory
     * @param available what programs may still take of it
     * @param swap its swap space
     * @param swapFree what is free of that
     * @param disks the file systems that PocketPaaS writes to
     * @param needed what a deploy needs of each
     */
    public record Machine(
            String name,
            String domain,
            String address,
            String version,
            String system,
            String kernel,
            long uptime,
            String load,
            long cpus,
            long memory,
            long available,
            long swap,
            long swapFree,
            List<Disk> disks,
            long needed) {
        /** Copies the list. */
        public Machine {
            disks = List.copyOf(disks);
        }
    }

    /**
     * A file system, amounts in bytes.
     *
     * @param where a directory of it
     * @param size its size
     * @param free what is free
     * @param percent how full it is
     */
    public record Disk(String where, long size, long free, long percent) {}

    /**
     * An app.
     *
     * @param name its name
     * @param state running, degraded, crash-loop, down, stopped, idle, new, damaged, or unknown where the engine is away
     * @param live its live release; empty where nothing is live
     * @param urls where it answers
     * @param created when it was made, RFC 3339
     * @param maintenance whether visitors see the maintenance page
     * @param busy the deploy at work, in words; empty for none
     * @param trouble what is wrong with it, a line each
     * @param types its process types
     * @param memory what its processes use, in bytes; empty where unknown
     * @param restarts how often its processes were started again; empty where unknown
     * @param certificates of its domains that have one or shall have one
     * @param previewOf the app that it is a preview of; empty for an app that is none
     * @param ends when it ends, if it is a preview; UTC, ISO 8601
     */
    public record AppStatus(
            String name,
            String state,
            Optional<LastRelease> live,
            List<String> urls,
            String created,
            boolean maintenance,
            String busy,
            List<String> trouble,
            List<Type> types,
            String memory,
            String restarts,
            List<DomainCertificate> certificates,
            String previewOf,
            String ends) {
        /** Copies the lists. */
        public AppStatus {
            urls = List.copyOf(urls);
            trouble = List.copyOf(trouble);
            types = List.copyOf(types);
            certificates = List.copyOf(certificates);
        }
    }

    /**
     * A service.
     *
     * @param name its name
     * @param type its kind
     * @param major its major version
     * @param state running, stopped, crash-loop (it keeps ending), down (it should run and does not), destroying or damaged
     * @param apps the apps that are linked to it, of those that the key may see
     * @param problem why it is damaged; empty where it is not
     */
    public record ServiceStatus(
            String name, String type, String major, String state, List<String> apps, String problem) {
        /** Copies the list. */
        public ServiceStatus {
            apps = List.copyOf(apps);
        }

        /** Whether it is neither running nor stopped on purpose. */
        public boolean isWrong() {
            return !state.equals("running") && !state.equals("stopped");
        }
    }

    /**
     * How many processes of a type are well.
     *
     * @param name the type
     * @param counts for example {@code 1/2}
     */
    public record Type(String name, String counts) {}

    /**
     * The certificate of a domain.
     *
     * @param domain the domain
     * @param notAfter when it expires; empty where there is none yet
     * @param source own or automatic
     * @param problem why none could be had, or not again; empty for nothing
     */
    public record DomainCertificate(String domain, Optional<Instant> notAfter, String source, String problem) {}

    /**
     * A release.
     *
     * @param app its app
     * @param number its number
     * @param kind deploy, env, rollback …
     * @param change what it changed, in words
     * @param who whose key made it
     * @param when RFC 3339
     * @param status good, failed, cancelled …
     * @param commit its commit
     * @param subject the first line of that commit's message
     * @param failure why it failed; empty where it did not
     */
    public record LastRelease(
            String app,
            String number,
            String kind,
            String change,
            String who,
            String when,
            String status,
            String commit,
            String subject,
            String failure) {}

    /** Asks for the host and all apps that the key may see. */
    public static HostStatus ask(HostClient host) {
        return of(host.query(Verb.of("status")));
    }

    /** Asks for the host and {@code app}. */
    public static HostStatus ask(HostClient host, AppName app) {
        return of(host.query(Verb.of("status", app)));
    }

    /** Whether the Docker engine does not answer, so that nobody knows what runs. */
    public boolean engineDown() {
        return !engineWhy.isEmpty();
    }

    private static HostStatus of(ValueTree answer) {
        List<AppStatus> apps = new ArrayList<>();
        answer.children("app").forEach(name -> apps.add(app(name, answer.under("app/" + name))));
        List<ServiceStatus> services = new ArrayList<>();
        answer.children("service").forEach(name -> services.add(service(name, answer.under("service/" + name))));
        List<LastRelease> last = new ArrayList<>();
        answer.children("deploy").forEach(number -> {
            ValueTree release = answer.under("deploy/" + number);
            last.add(release(text(release, "app"), text(release, "release"), release));
        });
        boolean down = text(answer, "engine/state").equals("down");
        return new HostStatus(
                machine(answer),
                text(answer, "key"),
                text(answer, "role"),
                down ? answer.text("engine/why").orElse("the Docker engine does not answer") : "",
                text(answer, "nginx/state").equals("up"),
                apps,
                services,
                last);
    }

    private static Machine machine(ValueTree answer) {
        List<Disk> disks = new ArrayList<>();
        for (String number : answer.children("disk")) {
            ValueTree disk = answer.under("disk/" + number);
            if (disk.has("where")) {
                disks.add(new Disk(
                        text(disk, "where"), number(disk, "size"), number(disk, "free"), number(disk, "percent")));
            }
        }
        ValueTree host = answer.under("host");
        ValueTree memory = answer.under("memory");
        return new Machine(
                text(host, "name"),
                text(host, "domain"),
                text(host, "address"),
                text(host, "version"),
                text(host, "system"),
                text(host, "kernel"),
                number(host, "uptime"),
                text(host, "load"),
                number(host, "cpus"),
                number(memory, "total"),
                number(memory, "available"),
                number(memory, "swap"),
                number(memory, "swap-free"),
                disks,
                number(answer, "disk/needed"));
    }

    private static AppStatus app(String name, ValueTree app) {
        List<Type> types = new ArrayList<>();
        app.children("type").forEach(type -> types.add(new Type(type, text(app, "type/" + type))));
        List<DomainCertificate> certificates = new ArrayList<>();
        for (String directory : app.children("certificate")) {
            ValueTree certificate = app.under("certificate/" + directory);
            certificates.add(new DomainCertificate(
                    text(certificate, "domain"),
                    certificate.text("not-after").map(Long::parseLong).map(Instant::ofEpochSecond),
                    text(certificate, "source"),
                    text(certificate, "problem")));
        }
        List<String> trouble = new ArrayList<>(app.lines("problem"));
        trouble.addAll(app.lines("trouble"));
        return new AppStatus(
                name,
                app.text("state").orElse("unknown"),
                app.text("live").map(number -> release(name, number, app)),
                app.lines("url"),
                text(app, "created"),
                text(app, "maintenance").equals("on"),
                text(app, "busy"),
                trouble,
                types,
                app.text("memory").filter(HostStatus::isNumber).orElse(""),
                app.text("restarts").filter(HostStatus::isNumber).orElse("0"),
                certificates,
                text(app, "preview-of"),
                text(app, "ends"));
    }

    private static ServiceStatus service(String name, ValueTree service) {
        return new ServiceStatus(
                name,
                text(service, "type"),
                text(service, "major"),
                text(service, "state"),
                service.lines("apps"),
                text(service, "problem"));
    }

    private static LastRelease release(String app, String number, ValueTree release) {
        return new LastRelease(
                app,
                number,
                text(release, "kind"),
                text(release, "change"),
                text(release, "who"),
                text(release, "when"),
                text(release, "status"),
                text(release, "commit"),
                text(release, "subject"),
                text(release, "failure"));
    }

    private static String text(ValueTree tree, String path) {
        return tree.text(path).orElse("");
    }

    private static long number(ValueTree tree, String path) {
        return tree.text(path).filter(HostStatus::isNumber).map(Long::parseLong).orElse(0L);
    }

    private static boolean isNumber(String text) {
        return text.matches("[0-9]{1,18}");
    }
}
