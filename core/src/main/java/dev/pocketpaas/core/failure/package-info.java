/** How operations fail: what happened, what to do, and the exit code. */
@NullMarked
package dev.pocketpaas.core.failure;

import org.jspecify.annotations.NullMarked;
