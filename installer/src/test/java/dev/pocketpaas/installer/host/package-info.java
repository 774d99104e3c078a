/** The host programs, tried function by function with the shell that runs them; whole on a droplet elsewhere. */
@NullMarked
package dev.pocketpaas.installer.host;

import org.jspecify.annotations.NullMarked;
