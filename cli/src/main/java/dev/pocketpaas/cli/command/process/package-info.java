/** Commands for an app's processes and their logs. */
@NullMarked
package dev.pocketpaas.cli.command.process;

import org.jspecify.annotations.NullMarked;
