/** The installer module of PocketPaaS. */
@NullMarked
package dev.pocketpaas.installer;

import org.jspecify.annotations.NullMarked;
