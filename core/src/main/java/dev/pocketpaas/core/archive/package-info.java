/** Archives of source code (tar, zip): fetched, checked, and read into a snapshot. */
@NullMarked
package dev.pocketpaas.core.archive;

import org.jspecify.annotations.NullMarked;
