/** The host programs and the resources that travel in the jar. */
@NullMarked
package dev.pocketpaas.installer.programs;

import org.jspecify.annotations.NullMarked;
