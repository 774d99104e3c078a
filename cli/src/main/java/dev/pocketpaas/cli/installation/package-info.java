/** This program on this machine: its version, where it came from, and whether there is a newer one. */
@NullMarked
package dev.pocketpaas.cli.installation;

import org.jspecify.annotations.NullMarked;
