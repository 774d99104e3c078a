package dev.pocketpaas.core.git;

/**
 * A file in a commit.
 *
 * @param blob the full id of its content
 * @param content its content
 */
public record CommittedFile(String blob, byte[] content) {}
