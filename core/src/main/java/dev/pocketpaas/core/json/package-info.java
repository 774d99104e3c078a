/** JSON text written by hand: the one quoting routine. */
@NullMarked
package dev.pocketpaas.core.json;

import org.jspecify.annotations.NullMarked;
