/** Commands for the way over from other platforms, and the way out. */
@NullMarked
package dev.pocketpaas.cli.command.migration;

import org.jspecify.annotations.NullMarked;
