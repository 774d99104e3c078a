/** What setting up reports while it works. */
@NullMarked
package dev.pocketpaas.installer.progress;

import org.jspecify.annotations.NullMarked;
