/** Everything that needs a terminal: questions, hidden input, a remote shell. Only this package uses JLine. */
@NullMarked
package dev.pocketpaas.cli.terminal;

import org.jspecify.annotations.NullMarked;
