/** Environment variables of an app: which values are possible, and changes as a command line states them. */
@NullMarked
package dev.pocketpaas.core.environment;

import org.jspecify.annotations.NullMarked;
