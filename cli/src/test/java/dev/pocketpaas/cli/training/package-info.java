/** What the launcher's class archive is recorded from; packaged as {@code lib/training.jar}. */
@NullMarked
package dev.pocketpaas.cli.training;

import org.jspecify.annotations.NullMarked;
