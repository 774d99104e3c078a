/** A host as its verbs: queries, operations and streams over one SSH connection. */
@NullMarked
package dev.pocketpaas.core.host;

import org.jspecify.annotations.NullMarked;
