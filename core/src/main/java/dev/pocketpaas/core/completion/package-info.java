/** The names of things on a host, learnt from its answers, so that a shell can complete them without asking. */
@NullMarked
package dev.pocketpaas.core.completion;

import org.jspecify.annotations.NullMarked;
