/** Images of the Docker engine on this machine, sent to a host: only the layers that it lacks. */
@NullMarked
package dev.pocketpaas.core.image;

import org.jspecify.annotations.NullMarked;
