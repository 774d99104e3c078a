/** What a deploy would change, worked out without touching anything: pure builders from what the laptop has and what the host says is live. */
@NullMarked
package dev.pocketpaas.core.plan;

import org.jspecify.annotations.NullMarked;
