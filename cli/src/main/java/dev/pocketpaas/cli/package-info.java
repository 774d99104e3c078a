/** The cli module of PocketPaaS. */
@NullMarked
package dev.pocketpaas.cli;

import org.jspecify.annotations.NullMarked;
