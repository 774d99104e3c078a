package dev.pocketpaas.core.manifest;

import java.util.List;
import java.util.Optional;

/** What a directory looks like from outside, in the order in which the host would decide. */
public enum AppKind {
    /** A Dockerfile. */
    DOCKERFILE("a Dockerfile", "Dockerfile"),
    /** Ruby, by its Gemfile. */
    RUBY("a Ruby app", "Gemfile"),
    /** Node.js, by its package.json. */
    NODE("a Node.js app", "package.json"),
    /** Python. */
    PYTHON("a Python app", "requirements.txt", "pyproject.toml", "Pipfile", "poetry.lock", "uv.lock", "setup.py"),
    /** Java with Maven. */
    JAVA("a Java app built with Maven", "pom.xml"),
    /** Java or Kotlin with Gradle. */
    GRADLE("an app built with Gradle", "build.gradle", "build.gradle.kts", "gradlew"),
    /** PHP. */
    PHP("a PHP app", "composer.json", "index.php"),
    /** Go. */
    GO("a Go app", "go.mod"),
    /** Only a Procfile says what runs. */
    PROCFILE("an app with a Procfile", "Procfile"),
    /** Files for a web server. */
    STATIC("a static site", "index.html"),
    /** None of these. */
    UNKNOWN("an app of a kind I do not know");

    private final String label;
    private final List<String> signs;

    AppKind(String label, String... signs) {
        this.label = label;
        this.signs = List.of(signs);
    }

    /** What it is, with its article. */
    public String label() {
        return label;
    }

    /** The file by which {@code files} is of this kind. */
    Optional<String> sign(SourceFiles files) {
        return signs.stream().filter(files::has).findFirst();
    }

    /** The first kind that applies. */
    public static AppKind of(SourceFiles files) {
        for (AppKind kind : values()) {
            if (kind.sign(files).isPresent()) {
                return kind;
            }
        }
        return UNKNOWN;
    }
}
