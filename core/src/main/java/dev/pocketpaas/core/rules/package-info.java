/** What laptop and host both know, declared once: patterns, limits, defaults, words, titles, verbs. */
@NullMarked
package dev.pocketpaas.core.rules;

import org.jspecify.annotations.NullMarked;
