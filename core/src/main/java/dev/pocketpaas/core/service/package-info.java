/** Services: databases that apps are linked to. */
@NullMarked
package dev.pocketpaas.core.service;

import org.jspecify.annotations.NullMarked;
