/** Commands for what visitors meet: domains, certificates, basic auth, maintenance, nginx. */
@NullMarked
package dev.pocketpaas.cli.command.routing;

import org.jspecify.annotations.NullMarked;
