/** The entry of the program: fast answers, then the command line. */
@NullMarked
package dev.pocketpaas.cli;

import org.jspecify.annotations.NullMarked;
