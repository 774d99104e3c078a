/** A value type for every noun of the domain; each has a parsing factory that throws one clear message. */
@NullMarked
package dev.pocketpaas.core.name;

import org.jspecify.annotations.NullMarked;
