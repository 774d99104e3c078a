package dev.pocketpaas.core.rules;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** The names of an operation's steps as people read them, on the laptop and behind {@code git push}. */
public final class StepTitles {
    private static final Map<String, String> TITLES = titles();

    private StepTitles() {}

    private static Map<String, String> titles() {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("push", "Pushing");
        all.put("upload", "Sending the image");
        all.put("queue", "Waiting for the other deploy");
        all.put("source", "Receiving the source");
        all.put("registry", "Asking the registry");
        all.put("build", "Building");
        all.put("release", "Running the release command");
        all.put("start", "Starting");
        all.put("check", "Checking");
        all.put("routing", "Updating the routing");
        all.put("certificate", "Requesting a certificate");
        all.put("probe", "Checking from here");
        all.put("switch", "Switching over");
        all.put("drain", "Draining the old release");
        all.put("stop", "Stopping");
        all.put("service-images", "Images of services");
        all.put("service-image", "Fetching the image");
        all.put("service-start", "Starting the service");
        all.put("promotion", "Taking over the release");
        all.put("service-copy", "Copying the data");
        all.put("service-login", "Creating a login");
        all.put("service-query", "Querying as the app");
        all.put("service-stop", "Stopping the service");
        all.put("service-data", "Deleting the data");
        all.put("service-freeze", "Keeping the apps out");
        all.put("service-compare", "Comparing the copy");
        all.put("backup-destination", "Opening the backup destination");
        all.put("backup-dump", "Dumping");
        all.put("backup-store", "Storing the backup");
        all.put("backup-fetch", "Fetching the backup");
        all.put("backup-restore", "Restoring");
        all.put("backup-state", "Collecting settings");
        all.put("move-copy", "Copying");
        all.put("move-send", "Sending");
        all.put("move-close", "Stopping writes");
        all.put("move-open", "Serving here again");
        all.put("backup-hook", "Running the backup hook");
        all.put("backup-copy", "Copying the volumes");
        all.put("backup-notes", "Reading the volume");
        all.put("backup-image", "Storing the image");
        all.put("backup-compare", "Comparing");
        all.put("restore-settings", "Restoring settings and keys");
        all.put("recover-home", "Taking over the cluster");
        all.put("recover-app", "Taking over the app");
        all.put("restore-image", "Loading the image");
        all.put("restore-volume", "Restoring the volume");
        all.put("copy", "Copying");
        all.put("connect", "Connecting");
        all.put("look", "Inspecting the machine");
        all.put("send", "Sending the host programs");
        all.put("cloud-init", "Waiting for cloud-init");
        all.put("packages", "Installing packages");
        all.put("swap", "Adding swap space");
        all.put("user", "Creating the user");
        all.put("directories", "Creating directories");
        all.put("programs", "Installing the host programs");
        all.put("files", "Writing system files");
        all.put("docker", "Starting Docker");
        all.put("settings", "Saving settings");
        all.put("nginx", "Configuring nginx");
        all.put("firewall", "Opening the firewall");
        all.put("key", "Adding your key");
        all.put("notify", "Sending a test alert");
        all.put("remove-door", "Closing the login");
        all.put("remove-units", "Stopping units and timers");
        all.put("remove-things", "Removing containers and images");
        all.put("remove-nginx", "Restoring nginx");
        all.put("remove-system", "Restoring system files");
        all.put("remove-state", "Removing the state and the user");
        all.put("harden-ssh-keys-only", "Turning off SSH passwords");
        all.put("harden-firewall", "Turning on the firewall");
        all.put("harden-fail2ban", "Turning on fail2ban");
        all.put("harden-login", "Logging in again");
        all.put("stack", "Preparing the base images");
        all.put("droplet", "Starting the sandbox");
        all.put("remove-droplet", "Removing the sandbox");
        all.put("image", "Building the sandbox image");
        all.put("images", "Base images");
        all.put("base", "Building the base system");
        all.put("engine", "Docker");
        return Collections.unmodifiableMap(all);
    }

    /** What {@code step} does; a step that has no title is named as it is. */
    public static String of(String step) {
        String known = TITLES.get(step);
        if (known != null) {
            return known;
        }
        return step.isEmpty() ? step : step.substring(0, 1).toUpperCase(Locale.ROOT) + step.substring(1);
    }

    /** Whether {@code step} has a title. */
    public static boolean has(String step) {
        return TITLES.containsKey(step);
    }

    static Map<String, Object> forHost() {
        return Collections.unmodifiableMap(TITLES);
    }
}
