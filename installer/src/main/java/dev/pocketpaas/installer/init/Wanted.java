package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.name.KeyName;
import dev.pocketpaas.installer.programs.HostPrograms;

/**
 * What a host shall have once it is set up.
 *
 * @param options what the user asked for
 * @param programs the host programs
 * @param address the address that the user reaches it at
 * @param publicKey the key that let us in
 * @param keyName the name for that key
 */
record Wanted(InitOptions options, HostPrograms programs, String address, String publicKey, KeyName keyName) {}
