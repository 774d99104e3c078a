/** Commands for pocketpaas.yml. */
@NullMarked
package dev.pocketpaas.cli.command.manifest;

import org.jspecify.annotations.NullMarked;
