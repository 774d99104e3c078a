package dev.pocketpaas.core.manifest;

import java.util.List;
import java.util.Optional;

/** What a directory looks like from outside, in the order in which the host would decide. */
public enum AppKind {
    /** A Dockerfile. */
    DOCKERFILE("a Dockerfile"),
    /** Ruby, by its Gemfile. */
    RUBY("a Ruby app"),
    /** Node.js, by its package.json. */
    NODE("a Node.js app"),
    /** Clojure, by its project.clj. */
    CLOJURE("a Clojure app"),
    /** Python. */
    PYTHON("a Python app"),
    /** Java with Maven. */
    JAVA("a Java app built with Maven"),
    /** Java or Kotlin with Gradle. */
    GRADLE("an app built with Gradle"),
    /** Scala with sbt. */
    SCALA("a Scala app built with sbt"),
    /** PHP. */
    PHP("a PHP app"),
    /** Go. */
    GO("a Go app"),
    /** Only a Procfile says what runs. */
    PROCFILE("an app with a Procfile"),
    /** Files for a web server. */
    STATIC("a static site"),
    /** None of these. */
    UNKNOWN("");

    private final String label;

    AppKind(String label) {
        this.label = label;
    }

    /** What it is, with its article; empty if unknown. */
    public String label() {
        return label;
    }

    /** What is said about a directory of this kind. */
    public String sentence() {
        return this == UNKNOWN ? "Cannot tell what kind of app this is." : "This looks like " + label + ".";
    }

    /** The files of which any shows the kind. */
    private List<String> signs() {
        return switch (this) {
            case DOCKERFILE -> List.of("Dockerfile");
            case RUBY -> List.of("Gemfile");
            case NODE -> List.of("package.json");
            case CLOJURE -> List.of("project.clj");
            case PYTHON ->
                List.of("requirements.txt", "pyproject.toml", "Pipfile", "poetry.lock", "uv.lock", "setup.py");
            case JAVA ->
                List.of("pom.xml", "pom.atom", "pom.clj", "pom.groovy", "pom.rb", "pom.scala", "pom.yaml", "pom.yml");
            case GRADLE ->
                List.of("build.gradle", "build.gradle.kts", "gradlew", "settings.gradle", "settings.gradle.kts");
            case SCALA -> List.of("build.sbt", ".sbtopts");
            case PHP -> List.of("composer.json", "index.php");
            case GO -> List.of("go.mod", "Gopkg.lock", "glide.yaml");
            case PROCFILE -> List.of("Procfile");
            case STATIC -> List.of("index.html", "static.json");
            case UNKNOWN -> List.of();
        };
    }

    /** The first kind that applies, but for a Dockerfile, which may hold any of them. */
    public static AppKind ofSource(SourceFiles files) {
        return of(path -> path.equals("Dockerfile") ? Optional.empty() : files.read(path));
    }

    /** The first kind that applies. */
    public static AppKind of(SourceFiles files) {
        for (AppKind kind : values()) {
            if (kind.signs().stream().anyMatch(files::has)) {
                return kind;
            }
        }
        return UNKNOWN;
    }
}
