/** Commands for an app's environment. */
@NullMarked
package dev.pocketpaas.cli.command.environment;

import org.jspecify.annotations.NullMarked;
