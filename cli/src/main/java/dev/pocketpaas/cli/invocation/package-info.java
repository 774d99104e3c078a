/** What a command is called with: shared options, the app and the host it acts on, files, whoever it may ask. */
@NullMarked
package dev.pocketpaas.cli.invocation;

import org.jspecify.annotations.NullMarked;
