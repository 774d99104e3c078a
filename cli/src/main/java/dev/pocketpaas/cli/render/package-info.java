/** How results, progress and failures look: on a terminal, as plain lines, as JSON. */
@NullMarked
package dev.pocketpaas.cli.render;

import org.jspecify.annotations.NullMarked;
