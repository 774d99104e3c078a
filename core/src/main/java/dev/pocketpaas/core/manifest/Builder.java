package dev.pocketpaas.core.manifest;

import java.util.Locale;

/** How the source is built into an image. */
public enum Builder {
    /** Classic Heroku buildpacks. */
    BUILDPACKS,
    /** A Dockerfile of the repository. */
    DOCKERFILE,
    /** No build: a ready image. */
    IMAGE,
    /** A directory of files behind a web server. */
    STATIC,
    /** Cloud Native Buildpacks; known by name so that the refusal can say so. */
    CNB;

    /** The word of the manifest and of the protocol. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
