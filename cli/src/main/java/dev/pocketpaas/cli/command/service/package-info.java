/** Commands for services. */
@NullMarked
package dev.pocketpaas.cli.command.service;

import org.jspecify.annotations.NullMarked;
