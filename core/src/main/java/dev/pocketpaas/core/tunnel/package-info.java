/** A port of this machine that leads to something on a host, without forwarding of ports. */
@NullMarked
package dev.pocketpaas.core.tunnel;

import org.jspecify.annotations.NullMarked;
