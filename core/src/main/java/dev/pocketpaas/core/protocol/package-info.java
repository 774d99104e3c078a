/** What travels between the laptop and the host: verbs, value trees, operation streams (docs/protocol.md). */
@NullMarked
package dev.pocketpaas.core.protocol;

import org.jspecify.annotations.NullMarked;
