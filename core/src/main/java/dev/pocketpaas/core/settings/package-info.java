/** The settings of an app as the host reads them, compiled from the manifest and {@code app.json} (docs/protocol.md, "settings/"). */
@NullMarked
package dev.pocketpaas.core.settings;

import org.jspecify.annotations.NullMarked;
