/** Laptop and host agree: what one takes, the other takes. */
@NullMarked
package dev.pocketpaas.installer.contract;

import org.jspecify.annotations.NullMarked;
