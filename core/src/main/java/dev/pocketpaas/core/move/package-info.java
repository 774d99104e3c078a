/** Apps that move from one host to another, by way of this machine (docs/move.md). */
@NullMarked
package dev.pocketpaas.core.move;

import org.jspecify.annotations.NullMarked;
