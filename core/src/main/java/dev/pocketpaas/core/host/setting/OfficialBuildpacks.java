package dev.pocketpaas.core.host.setting;

import java.util.List;
import java.util.stream.Stream;

/** Heroku's classic buildpacks in the order in which Heroku tries them. */
final class OfficialBuildpacks {
    static final List<Buildpack> LIST = Stream.of(
                    "ruby", "nodejs", "clojure", "python", "java", "gradle", "scala", "php", "go")
            .map(name -> new Buildpack("heroku/" + name, "https://github.com/heroku/heroku-buildpack-" + name))
            .toList();

    private OfficialBuildpacks() {}
}
