/** "pocketpaas shell": one command after another over one connection. */
@NullMarked
package dev.pocketpaas.cli.shell;

import org.jspecify.annotations.NullMarked;
