package dev.pocketpaas.core.host;

import dev.pocketpaas.core.protocol.ValueTree;
import java.util.function.Supplier;

/**
 * The host programs that came with this version; the installer has them.
 *
 * @param version the version that they came with
 * @param hash the name of their directory on a host
 * @param tree the programs as they travel, made only when they are sent
 */
public record ProgramSet(ProgramVersion version, String hash, Supplier<ValueTree> tree) {}
