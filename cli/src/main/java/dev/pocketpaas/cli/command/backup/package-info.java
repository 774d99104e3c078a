/** The commands of backups. */
@NullMarked
package dev.pocketpaas.cli.command.backup;

import org.jspecify.annotations.NullMarked;
