/** How a host and its apps are, and what is wrong between a laptop and an app's visitors. */
@NullMarked
package dev.pocketpaas.core.diagnosis;

import org.jspecify.annotations.NullMarked;
