/** When cron jobs run: cron's own language, translated for systemd's timers. */
@NullMarked
package dev.pocketpaas.core.schedule;

import org.jspecify.annotations.NullMarked;
