package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What each builder of source code does with the same five things: a first deploy, the same again, a change by a push, a rollback, and
 * source that it cannot build. (Ready images: {@code ImagesIT}, {@code LocalImageIT}; archives: {@code ArchiveIT}; languages: {@code LanguagesIT}.)
 */
@Tag("images")
@ExtendWith(TestDroplet.Shared.class)
class BuildersIT {
    private static final String DOCKERFILE =
            "FROM pocketpaas/stack:24\nCOPY app.pl /srv/app.pl\nEXPOSE 8080\nCMD [\"perl\", \"/srv/app.pl\"]\n";

    /** A builder: what the directory of the app holds, and how it says that it cannot build. */
    enum Builder {
        BUILDPACKS("", "buildpacks", "package.json", "{ no json", "Node.js"),
        DOCKERFILE_OF_IT("", "dockerfile", "Dockerfile", DOCKERFILE + "RUN echo compiling && exit 3\n", "compiling"),
        STATIC_FILES("", "buildpacks (detected: static)", "static.json", "{ no json", "static.json"),
        DIRECTORY(
                "build: { directory: web }",
                "dockerfile",
                "web/Dockerfile",
                "FROM pocketpaas/none:1\n",
                "pocketpaas/none");

        private final String manifest;
        private final String named;
        private final String broken;
        private final String text;
        private final String cause;

        Builder(String manifest, String named, String broken, String text, String cause) {
            this.manifest = manifest;
            this.named = named;
            this.broken = broken;
            this.text = text;
            this.cause = cause;
        }

        Map<String, String> files(String message) {
            String server = TestApp.SERVER.replace("MESSAGE", "'" + message + "'");
            return switch (this) {
                case BUILDPACKS -> Map.of("app.pl", server, "Procfile", "web: perl app.pl\n");
                case DOCKERFILE_OF_IT -> Map.of("app.pl", server, "Dockerfile", DOCKERFILE);
                case STATIC_FILES -> Map.of("index.html", message);
                case DIRECTORY -> Map.of("web/app.pl", server, "web/Dockerfile", DOCKERFILE, "README", message);
            };
        }

        String app() {
            return "built-" + name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }

    @ParameterizedTest
    @EnumSource
    void fiveThings(Builder builder, TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, builder.app(), builder.manifest);
        app.git("rm", "-q", "app.pl", "Procfile");
        write(app, builder, "one");

        Seen first = app.must("deploy");
        assertThat(first.err()).contains("Building: " + builder.named);
        assertThat(app.get("/").body()).isEqualTo("one");

        Seen again = app.must("deploy");
        assertThat(again.out()).contains("v1 is already live");
        assertThat(again.err()).doesNotContain("Building");

        write(app, builder, "two");
        Seen pushed = push(droplet, app);
        assertThat(pushed.exit()).as(pushed.toString()).isZero();
        assertThat(app.get("/").body()).isEqualTo("two");
        assertThat(app.must("deploy").out()).contains("v2 is already live");

        Seen back = app.must("rollback");
        assertThat(back.err()).doesNotContain("Building");
        assertThat(app.get("/").body()).isEqualTo("one");

        app.write(builder.broken, builder.text);
        app.commit("broken");
        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
        assertThat(refused.all()).contains(builder.cause, "still serving: v3");
        Seen rejected = push(droplet, app);
        assertThat(rejected.exit()).as(rejected.toString()).isNotZero();
        assertThat(rejected.all()).contains(builder.cause);
        assertThat(app.get("/").body()).isEqualTo("one");
        app.destroy();
    }

    private static void write(TestApp app, Builder builder, String message) {
        builder.files(message).forEach(app::write);
        app.commit(message);
    }

    private static Seen push(TestDroplet droplet, TestApp app) {
        return app.laptop()
                .with("GIT_SSH_COMMAND", droplet.gitSsh())
                .run(app.directory(), "git", "push", "pocketpaas", "main");
    }
}
