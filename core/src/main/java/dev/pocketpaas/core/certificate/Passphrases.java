package dev.pocketpaas.core.certificate;

import java.util.Optional;

/** Who can be asked for the passphrase of an encrypted key. */
@FunctionalInterface
public interface Passphrases {
    /** The passphrase of the key in {@code file}; nothing where nobody can be asked. {@code attempt} counts from 1. */
    Optional<char[]> ask(String file, int attempt);
}
