/** The machine that the program runs on: its commands, packages and trusted authorities. */
@NullMarked
package dev.pocketpaas.installer.machine;

import org.jspecify.annotations.NullMarked;
