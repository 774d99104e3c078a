/** How an app's containers are created on the host: the text that the host programs fill in. */
@NullMarked
package dev.pocketpaas.core.container;

import org.jspecify.annotations.NullMarked;
