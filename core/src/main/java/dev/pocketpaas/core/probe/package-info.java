/** What an app looks like from the laptop, once the host says that it serves. */
@NullMarked
package dev.pocketpaas.core.probe;

import org.jspecify.annotations.NullMarked;
