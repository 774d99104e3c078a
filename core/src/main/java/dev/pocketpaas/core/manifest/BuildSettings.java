package dev.pocketpaas.core.manifest;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The section {@code build}.
 *
 * @param directory the directory that the app is in, relative to the manifest's; null for that one itself
 * @param include what else of the repository belongs to the app: paths from the repository's top, placed at the same paths in the app's directory
 * @param builder how to build, stated or following from another key; null to detect
 * @param buildpacks the buildpacks, in order; empty to detect
 * @param dockerfile the Dockerfile's path, or null
 * @param image the ready image, or null
 * @param args build arguments of a Dockerfile
 */
public record BuildSettings(
        @Nullable String directory,
        List<String> include,
        @Nullable Builder builder,
        List<String> buildpacks,
        @Nullable String dockerfile,
        @Nullable String image,
        SortedMap<String, String> args) {
    /** Nothing said: detect. */
    public static final BuildSettings NONE =
            new BuildSettings(null, List.of(), null, List.of(), null, null, Collections.emptySortedMap());

    private static final Key<String> DIRECTORY = Key.of(
            "directory",
            Scalars.SOURCE_PATH,
            "The directory that the app is in, in a repository that holds more than one. Procfile, `app.json` and"
                    + " Dockerfile are looked for there, nothing else is built, and changes elsewhere are none.",
            "the manifest's directory",
            "services/api",
            "dir",
            "root",
            "context");
    private static final Key<List<String>> INCLUDE = Key.of(
            "include",
            new ListType<>("a list of paths", Scalars.SOURCE_PATH),
            "Directories and files elsewhere in the repository that the app needs, as paths from the repository's top. "
                    + "They are built with the app, at the same paths below its directory, and a change in them is a"
                    + " change of the app.",
            "none",
            "[libs/shared, package-lock.json]",
            "includes");
    private static final Key<Builder> BUILDER = Key.of(
            "builder",
            Scalars.choice("a builder", Builder.class),
            "How the source becomes an image: `buildpacks` (Heroku's), `dockerfile`, `image` (a ready one, "
                    + "nothing is built) or `static`"
                    + " (files behind a web server). `cnb` is known but not possible yet.",
            "what the repository looks like decides; the deploy says which builder and why",
            "buildpacks",
            "type",
            "kind");
    private static final Key<List<String>> BUILDPACKS = Key.of(
            "buildpacks",
            new ListType<>("a list of buildpacks", Scalars.BUILDPACK),
            "The buildpacks in the order they run: names the host knows, or addresses of git repositories, "
                    + "with `#branch`, `#tag` or"
                    + " `#commit` to choose a version.",
            "the file `.buildpacks`, else detection",
            "[heroku/nodejs]",
            "buildpack",
            "packs");
    private static final Key<String> DOCKERFILE = Key.of(
            "dockerfile",
            Scalars.SOURCE_PATH,
            "Path of the Dockerfile in the repository. Selects the builder `dockerfile`.",
            "`Dockerfile`",
            "docker/Dockerfile",
            "file");
    private static final Key<String> IMAGE = Key.of(
            "image",
            Scalars.IMAGE,
            "The image to run. Selects the builder `image`.",
            "an image is built",
            "registry.example.com/team/shop:1.4");
    private static final Key<SortedMap<String, String>> ARGS = Key.of(
            "args",
            new MapType<>("a mapping of build arguments", Scalars.ARGUMENT_NAME, Scalars.ENV_VALUE),
            "Build arguments (`ARG`) of a Dockerfile. They are stored in the image history: put no secrets here.",
            "none",
            "{ NODE_VERSION: 22 }",
            "arguments",
            "build-args");

    static final Section<BuildSettings> SECTION = new Section<>(
            "a mapping of build settings",
            List.of(DIRECTORY, INCLUDE, BUILDER, BUILDPACKS, DOCKERFILE, IMAGE, ARGS),
            BuildSettings::make);

    /** Copies its collections. */
    public BuildSettings {
        include = List.copyOf(include);
        buildpacks = List.copyOf(buildpacks);
        args = Collections.unmodifiableSortedMap(new TreeMap<>(args));
    }

    private static BuildSettings make(Section.Values values) {
        @Nullable Builder stated = values.get(BUILDER);
        @Nullable Builder builder = stated != null ? stated : implied(values);
        if (stated == Builder.CNB) {
            values.report(
                    "Cloud Native Buildpacks are not possible yet",
                    "use \"buildpacks\" (Heroku's classic ones) or \"dockerfile\"",
                    "builder");
        }
        only(values, BUILDPACKS, Builder.BUILDPACKS, builder);
        only(values, DOCKERFILE, Builder.DOCKERFILE, builder);
        only(values, IMAGE, Builder.IMAGE, builder);
        only(values, ARGS, Builder.DOCKERFILE, builder);
        if (builder == Builder.IMAGE && !values.states(IMAGE)) {
            values.report("the builder \"image\" needs to know which", "add \"image: REFERENCE\"", "builder");
        }
        only(values, DIRECTORY, builder);
        only(values, INCLUDE, builder);
        return new BuildSettings(
                values.get(DIRECTORY),
                values.get(INCLUDE, List.of()),
                builder,
                values.get(BUILDPACKS, List.of()),
                values.get(DOCKERFILE),
                values.get(IMAGE),
                values.get(ARGS, Collections.emptySortedMap()));
    }

    private static @Nullable Builder implied(Section.Values values) {
        if (values.states(DOCKERFILE)) {
            return Builder.DOCKERFILE;
        }
        return values.states(IMAGE) ? Builder.IMAGE : null;
    }

    /** Nothing of a directory is built where the image is ready. */
    private static void only(Section.Values values, Key<?> key, @Nullable Builder builder) {
        if (builder == Builder.IMAGE && values.states(key)) {
            values.report(
                    "\"" + key.name() + "\" means nothing to the builder \"" + Builder.IMAGE.word() + "\"",
                    "remove it",
                    key.name());
        }
    }

    /** A setting that would silently do nothing is a mistake. Build arguments alone may wait for a detected Dockerfile. */
    private static void only(Section.Values values, Key<?> key, Builder wanted, @Nullable Builder builder) {
        if (values.states(key) && builder != null && builder != wanted) {
            values.report(
                    "\"" + key.name() + "\" means nothing to the builder \"" + builder.word() + "\"",
                    "remove it, or use \"builder: " + wanted.word() + "\"",
                    key.name());
        }
    }
}
