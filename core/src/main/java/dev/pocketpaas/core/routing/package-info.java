/** What visitors meet: domains, certificates, basic auth, maintenance, own nginx lines. */
@NullMarked
package dev.pocketpaas.core.routing;

import org.jspecify.annotations.NullMarked;
