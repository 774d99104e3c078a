package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A state file that is damaged or gone is named, never guessed, never replaced in silence; what serves goes on serving. */
@Tag("faults")
@ExtendWith(TestDroplet.Shared.class)
class CorruptStateIT {
    private static TestApp app;

    @BeforeAll
    static void begin(TestDroplet droplet) {
        app = create(droplet, "corrupt");
    }

    static TestApp create(TestDroplet droplet, String name) {
        TestApp app = TestApp.create(droplet, name);
        app.must("deploy");
        app.must("env", "set", "KEY=value");
        app.must("scale", "web=2");
        return app;
    }

    @AfterAll
    static void end() {
        app.destroy();
    }

    /** A file below {@code /var/lib/pocketpaas}, APP standing for the app and LIVE for its live bundle, and what is done to it. */
    static Stream<Arguments> damage() {
        return Stream.of(
                Arguments.of("apps/APP/live", "ln -sfn slots/red"),
                Arguments.of("apps/APP/live", "rm"),
                Arguments.of("apps/APP/slots/SLOT/release", "ln -sfn ../../releases/none"),
                Arguments.of("apps/APP/slots/SLOT/release", "rm"),
                Arguments.of("LIVE/status", "truncate -s 0"),
                Arguments.of("LIVE/status", "printf gooood >"),
                Arguments.of("LIVE/status", "rm"),
                Arguments.of("LIVE/image", "truncate -s 0"),
                Arguments.of("LIVE/image", "truncate -s -1"),
                Arguments.of("LIVE/base", "printf slugimage >"),
                Arguments.of("LIVE/environment", "truncate -s -3"),
                Arguments.of("LIVE/env/KEY", "printf other >"),
                Arguments.of("LIVE/port", "printf x >"),
                Arguments.of("LIVE/processes/web/command", "truncate -s 2"),
                Arguments.of("LIVE/processes/web/command", "rm"),
                Arguments.of("LIVE/sums", "truncate -s 0"),
                Arguments.of("apps/APP/operator/scale/web", "printf many >"),
                Arguments.of("apps/APP/operator/scale/web", "truncate -s 0"),
                Arguments.of("apps/APP/network", "truncate -s 0"),
                Arguments.of("apps/APP/network", "printf 10.0.0.0/8 >"),
                Arguments.of("apps/APP/operator/domains", "printf 'a b;c\\n' >"),
                Arguments.of("keys/KEYNAME/role", "truncate -s 0"),
                Arguments.of("keys/KEYNAME/role", "printf root >"),
                Arguments.of("host/public-port", "printf eighty >"),
                Arguments.of("host/domain", "rm"));
    }

    @ParameterizedTest
    @MethodSource("damage")
    void aDamagedFileIsNamed(String file, String damage, TestDroplet droplet) {
        named(droplet, app, file, damage);
    }

    /** Does it, and sees that commands name the file and leave it alone; and that all is well when the file is back. */
    static void named(TestDroplet droplet, TestApp app, String file, String damage) {
        String slot = droplet.inside("basename $(readlink /var/lib/pocketpaas/apps/" + app.name() + "/live)")
                .out()
                .strip();
        String path = droplet.inside("""
                        cd /var/lib/pocketpaas; live=apps/%1$s/$(readlink apps/%1$s/live)/release
                        live=apps/%1$s/releases/$(basename $(readlink $live)); key=$(ls keys | head -1)
                        file=$(printf %%s '%2$s' | sed "s,LIVE,$live,; s,APP,%1$s,; s,SLOT,%3$s,; s,KEYNAME,$key,")
                        printf %%s "/var/lib/pocketpaas/$file"
                        """.formatted(app.name(), file, slot)).out();
        String print =
                "ls -l --time-style=+ " + path + " 2>&1; [ -L " + path + " ] || sha256sum " + path + " 2>&1; true";
        droplet.inside("[ -e " + path + " ] || : >" + path + ".absent; cp -a " + path + " /root/saved 2>/dev/null; "
                + damage + " " + path);
        String damaged = droplet.inside(print).out();
        try {
            for (String[] command : new String[][] {{"deploy", "--force"}, {"env", "set", "NEW=1"}}) {
                Seen seen = app.pocketpaas(command);
                assertThat(seen.exit()).as(seen.toString()).isNotZero();
                assertThat(seen.err()).as(seen.toString()).contains(path);
                // Without the link by which nginx knows the live slot it cannot know it either.
                if (!file.equals("apps/APP/live")) {
                    assertThat(app.get("/").body())
                            .as("%s %s%n%s", damage, file, seen)
                            .isEqualTo("one");
                }
            }
            assertThat(droplet.inside(print).out()).as("left alone").isEqualTo(damaged);
        } finally {
            droplet.inside("rm -f " + path + "; [ -e " + path + ".absent ] && rm -f " + path
                    + ".absent || cp -a /root/saved " + path + "; rm -f /root/saved");
        }
        app.must("restart");
        assertThat(app.get("/").body()).isEqualTo("one");
        Truth.clean(droplet, app);
    }
}
