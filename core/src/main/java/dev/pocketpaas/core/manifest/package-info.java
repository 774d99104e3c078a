/**
 * What a repository says about itself: {@code pocketpaas.yml}, {@code Procfile}, {@code app.json}. One declarative schema is the source of the
 * validation, the JSON Schema and the reference page.
 */
@NullMarked
package dev.pocketpaas.core.manifest;

import org.jspecify.annotations.NullMarked;
