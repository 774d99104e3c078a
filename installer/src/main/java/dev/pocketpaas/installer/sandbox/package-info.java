/** The throw-away droplet in the local Docker engine. */
@NullMarked
package dev.pocketpaas.installer.sandbox;

import org.jspecify.annotations.NullMarked;
