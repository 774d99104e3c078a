/** Turns a bare machine into a host: facts, checks, steps. */
@NullMarked
package dev.pocketpaas.installer.init;

import org.jspecify.annotations.NullMarked;
