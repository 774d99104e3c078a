"""From a source to an image: which builder, buildpacks, Dockerfile, a ready image."""
