package dev.pocketpaas.core.backup;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Secret;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The backups of a host: of its services, its apps, and its own settings. */
public final class Backups {
    /** What a schedule is set to where there is to be none. */
    public static final String OFF = "off";

    private static final String ITS_OWN = "-";
    private static final String APP = "app";
    private static final String SERVICE = "service";

    private final HostClient host;

    /** Backups of {@code host}. */
    public Backups(HostClient host) {
        this.host = host;
    }

    /**
     * A backup in its destination.
     *
     * @param id its id
     * @param kind service, app or host
     * @param service the service that it is of, else empty
     * @param type the kind of that service
     * @param version its major version then; of an app the live release
     * @param apps the apps whose data is in it, as they were called then
     * @param now the same, as they are called now: those that a restore replaces
     * @param at when it was made, UTC, ISO 8601
     * @param size bytes of the dumps, or of the volumes, before they were compressed
     * @param host the host that made it; empty for this one
     * @param drilled when it was last restored for a trial, else empty
     * @param drill how that went: {@code ok}, what was wrong, or empty
     */
    public record Backup(
            String id,
            String kind,
            String service,
            String type,
            String version,
            List<String> apps,
            List<String> now,
            String at,
            String size,
            String host,
            String drilled,
            String drill) {
        /** What a restore of it replaces; empty for a host. */
        public String subject() {
            return isOfApp() && !now.isEmpty() ? now.get(0) : service;
        }

        /** Whether it is of an app. */
        public boolean isOfApp() {
            return kind.equals(APP);
        }

        /** Whether it is of the data in a service. */
        public boolean isOfService() {
            return kind.equals(SERVICE);
        }
    }

    /**
     * Where backups go, and when.
     *
     * @param destination the place; empty where there is none
     * @param schedule the time of the day in UTC; empty where there is no schedule
     * @param keep which are kept
     * @param limit how much is uploaded in a second
     */
    public record Settings(String destination, String schedule, BackupKeep keep, BackupLimit limit) {}

    /**
     * The key of a bucket.
     *
     * @param id its public part
     * @param secret its secret part
     */
    public record BucketKey(Secret id, Secret secret) {}

    /** What is in the destination, the newest first. */
    public List<Backup> list() {
        ValueTree answer = host.query(Verb.of("backups", "list"));
        List<Backup> found = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (String id : answer.children("")) {
            ValueTree backup = answer.under(id);
            places.put(id, backup.text("place").map(Integer::valueOf).orElse(0));
            found.add(new Backup(
                    id,
                    backup.text("kind").orElse(SERVICE),
                    backup.text("service").orElse(""),
                    backup.text("type").orElse(""),
                    backup.text("major")
                            .or(() -> backup.text("release").map(release -> "v" + release))
                            .orElse(""),
                    backup.lines("apps"),
                    backup.lines(backup.text("now").isPresent() ? "now" : "apps"),
                    backup.text("at").orElse(""),
                    backup.text("size").orElse(""),
                    backup.text("host").orElse(""),
                    backup.text("drilled").orElse(""),
                    backup.text("drill").orElse("")));
        }
        // A clock that was wrong has dated some of them. Older hosts tell no places.
        found.sort(Comparator.<Backup>comparingInt(backup -> places.get(backup.id()))
                .thenComparing(Backup::at)
                .reversed());
        return found;
    }

    /** Where they go, and when. */
    public Settings settings() {
        ValueTree answer = host.query(Verb.of("backups", "settings"));
        return new Settings(
                answer.text("destination").orElse(""),
                answer.text("schedule").orElse(""),
                BackupKeep.ofHost(answer.text("keep").orElse("")),
                BackupLimit.ofHost(answer.text("limit").orElse("0")));
    }

    /**
     * They go to {@code destination} from now on.
     *
     * @param key of a bucket
     * @param remote of rclone, if it is behind one
     * @param fingerprint of the key that another machine has to show; else the first one that it shows is remembered
     * @param passphrase of a destination that holds backups already; else the host makes one, fact {@code passphrase} of the result, or has one of the same
     *     place already, fact {@code passphrase-kept}: the file that holds it
     */
    public OperationResult use(
            BackupDestination destination,
            Optional<BucketKey> key,
            Optional<RcloneRemote> remote,
            Optional<KeyFingerprint> fingerprint,
            Optional<Secret> passphrase,
            OperationListener listener) {
        ValueTree.Builder sent = described(destination, key, remote, fingerprint);
        passphrase.ifPresent(one -> sent.put("passphrase", one.reveal()));
        return host.operate(Verb.of("backup", "destination"), sent.build(), listener);
    }

    /** The same before {@link #restoreHost}: a host that has apps or services of its own refuses it, and its backups go where they went. */
    public OperationResult useToRestore(
            BackupDestination destination,
            Optional<BucketKey> key,
            Optional<RcloneRemote> remote,
            Optional<KeyFingerprint> fingerprint,
            Secret passphrase,
            OperationListener listener) {
        ValueTree.Builder sent = described(destination, key, remote, fingerprint)
                .put("passphrase", passphrase.reveal())
                .put("restore", "yes");
        return host.operate(Verb.of("backup", "destination"), sent.build(), listener);
    }

    private static ValueTree.Builder described(
            BackupDestination destination,
            Optional<BucketKey> key,
            Optional<RcloneRemote> remote,
            Optional<KeyFingerprint> fingerprint) {
        ValueTree.Builder sent = ValueTree.builder().put("location", destination.location());
        key.ifPresent(one ->
                sent.put("key", one.id().reveal()).put("secret", one.secret().reveal()));
        remote.ifPresent(one -> sent.put("rclone", one.lines().reveal()));
        fingerprint.ifPresent(one -> sent.put("fingerprint", one.value()));
        return sent;
    }

    /** The key by which the host goes to other machines, made if there is none: its public half is the fact {@code ssh-key} of the result. */
    public OperationResult sshKey(OperationListener listener) {
        return host.operate(Verb.of("backup", "ssh-key"), ValueTree.empty(), listener);
    }

    /** There is no destination any more; what is there stays there. */
    public OperationResult forget(OperationListener listener) {
        return host.operate(Verb.of("backup", "forget"), ValueTree.empty(), listener);
    }

    /** They are made each day at {@code time} (UTC), or by no schedule ({@link #OFF}), and {@code keep} says which stay. */
    public OperationResult schedule(
            Optional<String> time, Optional<BackupKeep> keep, Optional<BackupLimit> limit, OperationListener listener) {
        ValueTree.Builder sent = ValueTree.builder();
        time.ifPresent(text -> sent.put("time", text));
        keep.ifPresent(one -> sent.put("keep", one.forHost()));
        limit.ifPresent(one -> sent.put("limit", one.forHost()));
        return host.operate(Verb.of("backup", "schedule"), sent.build(), listener);
    }

    /** Makes a backup of each of the services and apps, or of all and the host itself. */
    public OperationResult create(List<BackupName> names, OperationListener listener) {
        return operate("create", names, listener);
    }

    /** Restores the newest backup of each of the services and apps, or of all, for a trial. */
    public OperationResult drill(List<BackupName> names, OperationListener listener) {
        return operate("drill", names, listener);
    }

    /**
     * The backup takes the place of the service or the app that it is of, or of {@code into}.
     *
     * @param only of a service the app whose data alone are replaced; else those of all apps in the backup are
     * @param replaced the app whose volumes are replaced, also where it was destroyed and they were kept
     */
    public OperationResult restore(
            BackupId backup,
            Optional<BackupName> into,
            Optional<AppName> only,
            Optional<BackupName> replaced,
            OperationListener listener) {
        List<Object> words = new ArrayList<>(
                List.of("restore", backup, into.map(BackupName::value).orElse(ITS_OWN)));
        only.ifPresent(words::add);
        replaced.ifPresent(name -> words.add("confirm=" + name));
        return host.operate(Verb.of("backup", words.toArray()), ValueTree.empty(), listener);
    }

    /**
     * All of the host {@code of} in the destination (empty: the only one there) comes back on this host. One that is at work is shown from its
     * beginning.
     *
     * @param confirmed what is replaced by its backup, whatever an earlier try or somebody else has made of it
     * @param kept what stays as it is
     */
    public OperationResult restoreHost(
            Optional<String> of, List<BackupName> confirmed, List<BackupName> kept, OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of("restore-host"));
        of.ifPresent(words::add);
        if (of.isEmpty() && !(confirmed.isEmpty() && kept.isEmpty())) {
            words.add(ITS_OWN);
        }
        confirmed.forEach(name -> words.add("confirm=" + name));
        kept.forEach(name -> words.add("keep=" + name));
        return host.operate(Verb.of("backup", words.toArray()), ValueTree.empty(), listener);
    }

    /** Stops the backup, restore or drill that is at work; what had not come yet is as it was then. */
    public OperationResult cancel(OperationListener listener) {
        return operate("cancel", List.of(), listener);
    }

    private OperationResult operate(String action, List<BackupName> names, OperationListener listener) {
        List<Object> words = new ArrayList<>(List.of(action));
        words.addAll(names);
        return host.operate(Verb.of("backup", words.toArray()), ValueTree.empty(), listener);
    }
}
