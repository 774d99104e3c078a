/** Commands for apps as a whole. */
@NullMarked
package dev.pocketpaas.cli.command.app;

import org.jspecify.annotations.NullMarked;
