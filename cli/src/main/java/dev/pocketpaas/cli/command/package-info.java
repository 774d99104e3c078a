/** The tree of commands, their help and their completion. */
@NullMarked
package dev.pocketpaas.cli.command;

import org.jspecify.annotations.NullMarked;
