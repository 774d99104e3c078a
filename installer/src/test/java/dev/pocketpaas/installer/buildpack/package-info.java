/** Tests of the programs inside our own buildpacks. */
@NullMarked
package dev.pocketpaas.installer.buildpack;

import org.jspecify.annotations.NullMarked;
