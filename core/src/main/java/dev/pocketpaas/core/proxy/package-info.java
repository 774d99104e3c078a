/** nginx in front of the apps: the base configuration of a host and the file of one app. */
@NullMarked
package dev.pocketpaas.core.proxy;

import org.jspecify.annotations.NullMarked;
