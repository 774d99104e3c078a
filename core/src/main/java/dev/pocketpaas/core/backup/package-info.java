/** Backups of services, apps and hosts: where they go, when they are made, and what can be done with them. */
@NullMarked
package dev.pocketpaas.core.backup;

import org.jspecify.annotations.NullMarked;
