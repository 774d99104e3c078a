/** The way over from other platforms, and the way out: plans made of their files, and plain Docker files made of an app. */
@NullMarked
package dev.pocketpaas.core.migration;

import org.jspecify.annotations.NullMarked;
