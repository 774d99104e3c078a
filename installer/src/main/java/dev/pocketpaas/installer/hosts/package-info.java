/** The hosts that this laptop knows. */
@NullMarked
package dev.pocketpaas.installer.hosts;

import org.jspecify.annotations.NullMarked;
