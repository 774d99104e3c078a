/** Commands for hosts, their keys and the sandbox. */
@NullMarked
package dev.pocketpaas.cli.command.host;

import org.jspecify.annotations.NullMarked;
