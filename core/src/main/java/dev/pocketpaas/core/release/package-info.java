/** Releases of an app: what they are, what is in them, going back. */
@NullMarked
package dev.pocketpaas.core.release;

import org.jspecify.annotations.NullMarked;
