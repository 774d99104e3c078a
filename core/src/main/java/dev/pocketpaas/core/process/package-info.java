/** An app's processes and their logs, one-off ones too. */
@NullMarked
package dev.pocketpaas.core.process;

import org.jspecify.annotations.NullMarked;
