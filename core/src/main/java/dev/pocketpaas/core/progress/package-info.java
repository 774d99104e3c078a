/** What a running operation reports, as typed events. */
@NullMarked
package dev.pocketpaas.core.progress;

import org.jspecify.annotations.NullMarked;
