/** What the program takes from outside: variables, directories, streams, the clock. Given in, so that tests run all of it in-process. */
@NullMarked
package dev.pocketpaas.cli.environment;

import org.jspecify.annotations.NullMarked;
