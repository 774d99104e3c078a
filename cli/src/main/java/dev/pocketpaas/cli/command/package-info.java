/** The command tree. A command takes options in, calls one service, and has one result rendered; it decides nothing itself. */
@NullMarked
package dev.pocketpaas.cli.command;

import org.jspecify.annotations.NullMarked;
