/** {@code deploy}, and what it sends. */
@NullMarked
package dev.pocketpaas.cli.command.deploy;

import org.jspecify.annotations.NullMarked;
