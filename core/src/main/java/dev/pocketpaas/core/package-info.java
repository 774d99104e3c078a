/** The core module of PocketPaaS. */
@NullMarked
package dev.pocketpaas.core;

import org.jspecify.annotations.NullMarked;
