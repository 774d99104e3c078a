/** TLS certificates: what a user brings is read and checked here, before anything of it leaves the laptop. */
@NullMarked
package dev.pocketpaas.core.certificate;

import org.jspecify.annotations.NullMarked;
