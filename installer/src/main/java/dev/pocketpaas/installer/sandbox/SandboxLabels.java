package dev.pocketpaas.installer.sandbox;

/** The labels and names of everything that the sandbox makes in the local engine; it finds and removes by label only. */
final class SandboxLabels {
    /** On images and containers; on a container its value is the sandbox's name. */
    static final String LABEL = "dev.pocketpaas.sandbox";

    /** On images: digest of what it was made from. */
    static final String RECIPE = "dev.pocketpaas.sandbox.recipe";

    /** On images and containers: the system that runs there, for example {@code debian-13}. */
    static final String SYSTEM = "dev.pocketpaas.sandbox.system";

    static final String BASE_IMAGE = "pocketpaas/sandbox-base";
    static final String DROPLET_IMAGE = "pocketpaas/sandbox-droplet";

    private SandboxLabels() {}

    /** The name of the container of the sandbox {@code name}. */
    static String container(String name) {
        return "pocketpaas-sandbox-" + name;
    }
}
