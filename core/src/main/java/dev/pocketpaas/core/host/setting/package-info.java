/** The settings of a host, each declared once: option, check, default, secrecy and documentation. */
@NullMarked
package dev.pocketpaas.core.host.setting;

import org.jspecify.annotations.NullMarked;
