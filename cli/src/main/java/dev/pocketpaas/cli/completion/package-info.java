/** What completes where: the model of the command line, from which the shells' scripts are made, and the completion of "pocketpaas shell". */
@NullMarked
package dev.pocketpaas.cli.completion;

import org.jspecify.annotations.NullMarked;
