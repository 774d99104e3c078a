/** The SSH transport: one connection per host and command, several channels on it. Only this package sees SSHJ. */
@NullMarked
package dev.pocketpaas.core.ssh;

import org.jspecify.annotations.NullMarked;
