/** Several machines as one host: who belongs to it, who joins and leaves. */
@NullMarked
package dev.pocketpaas.core.cluster;

import org.jspecify.annotations.NullMarked;
