package dev.pocketpaas.cli.render;

import java.util.Locale;
import java.util.Map;

/** The names of steps as people read them. */
final class StepText {
    private static final Map<String, String> RUNNING = Map.ofEntries(
            Map.entry("push", "Pushing"),
            Map.entry("queue", "Waiting for the other deploy"),
            Map.entry("source", "Receiving the source"),
            Map.entry("build", "Building"),
            Map.entry("release", "Running the release command"),
            Map.entry("start", "Starting"),
            Map.entry("check", "Checking"),
            Map.entry("routing", "Updating the routing"),
            Map.entry("certificate", "Requesting a certificate"),
            Map.entry("probe", "Checking from here"),
            Map.entry("switch", "Switching over"),
            Map.entry("drain", "Draining the old release"),
            Map.entry("stop", "Stopping"),
            Map.entry("connect", "Connecting"),
            Map.entry("look", "Inspecting the machine"),
            Map.entry("send", "Sending the host programs"),
            Map.entry("cloud-init", "Waiting for cloud-init"),
            Map.entry("packages", "Installing packages"),
            Map.entry("swap", "Adding swap space"),
            Map.entry("user", "Creating the user"),
            Map.entry("directories", "Creating directories"),
            Map.entry("programs", "Installing the host programs"),
            Map.entry("files", "Writing system files"),
            Map.entry("docker", "Starting Docker"),
            Map.entry("settings", "Saving settings"),
            Map.entry("nginx", "Configuring nginx"),
            Map.entry("firewall", "Opening the firewall"),
            Map.entry("key", "Adding your key"),
            Map.entry("notify", "Sending a test alert"),
            Map.entry("stack", "Preparing the base images"),
            Map.entry("droplet", "Starting the sandbox"),
            Map.entry("image", "Building the sandbox image"),
            Map.entry("images", "Base images"),
            Map.entry("base", "Building the base system"),
            Map.entry("engine", "Docker"));

    private StepText() {}

    /** What {@code step} does; a step that has no text of its own is named as it is. */
    static String of(String step) {
        String known = RUNNING.get(step);
        if (known != null) {
            return known;
        }
        return step.isEmpty() ? step : step.substring(0, 1).toUpperCase(Locale.ROOT) + step.substring(1);
    }
}
