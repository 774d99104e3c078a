/** The local git repository and the push over an open SSH connection. Only this package sees JGit. */
@NullMarked
package dev.pocketpaas.core.git;

import org.jspecify.annotations.NullMarked;
