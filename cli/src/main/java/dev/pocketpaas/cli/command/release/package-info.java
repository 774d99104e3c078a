/** Commands for releases. */
@NullMarked
package dev.pocketpaas.cli.command.release;

import org.jspecify.annotations.NullMarked;
