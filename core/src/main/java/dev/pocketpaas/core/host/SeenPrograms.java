package dev.pocketpaas.core.host;

/**
 * The programs of a host as this laptop saw them last.
 *
 * @param hash content hash
 * @param version the version that they came with
 */
public record SeenPrograms(String hash, ProgramVersion version) {}
