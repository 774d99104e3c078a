/** A deploy: what is sent, from where, with which secrets, and what comes of it. */
@NullMarked
package dev.pocketpaas.core.deploy;

import org.jspecify.annotations.NullMarked;
