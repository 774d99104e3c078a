/** What a user does with an app: one service for each subject, all of them on top of the verbs. */
@NullMarked
package dev.pocketpaas.core.app;

import org.jspecify.annotations.NullMarked;
