/** Whatever needs a terminal: questions, hidden lines, a shell on the far side. Only this package sees JLine. */
@NullMarked
package dev.pocketpaas.cli.terminal;

import org.jspecify.annotations.NullMarked;
