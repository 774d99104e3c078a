/** The apps of a host. */
@NullMarked
package dev.pocketpaas.core.app;

import org.jspecify.annotations.NullMarked;
