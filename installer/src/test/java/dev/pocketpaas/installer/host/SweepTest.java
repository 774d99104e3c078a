package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program {@code sweep}, beside a stand-in for {@code reconcile} and one for the engine's client that note what is asked of them. */
class SweepTest {
    /** An app, and what the program is run from. */
    private static final String BEGIN = """
            mkdir -p "$PP_ROOT/work" "$PP_ROOT/apps/shop"
            cp -R "$host" "$PP_ROOT/programs"
            printf '#!/bin/bash\\necho "reconcile $1" >>"$PP_ROOT/said"\\nexit "${RECONCILE-0}"\\n' >"$PP_ROOT/programs/reconcile"
            docker() { if [[ $1 == ps ]]; then cat "$PP_ROOT/builds"; else echo "docker $*" >>"$PP_ROOT/said"; fi; }
            export -f docker
            : >"$PP_ROOT/said"
            : >"$PP_ROOT/builds"
            sweep() { bash "$PP_ROOT/programs/sweep"; }
            # operation APP: REPLY is the directory of a deploy that was killed.
            operation() {
                work_new deploy "$1" ci
                REPLY=$PP_ROOT/work/$REPLY
                mkdir "$REPLY/values"
                : >"$REPLY/alive"
                echo 1 >"$REPLY/pid"
                touch -d '6 minutes ago' "$REPLY/log"
            }
            """;

    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() {
        shell = new HostShell(root);
    }

    @Test
    void whatAKilledOperationHasLeftGoesOnce() throws IOException {
        HostShell.Result result = run("""
                operation shop
                first=$REPLY
                operation shop
                printf 'b1\\nb2\\n' >"$PP_ROOT/builds"
                mkdir -p "$PP_ROOT/apps/shop/cache/new/deep" "$PP_ROOT/apps/shop/cache/current"
                sweep
                ls "$first" "$REPLY" "$PP_ROOT/apps/shop/cache"
                sweep
                """);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(said()).containsExactly("reconcile shop", "docker rm --force --volumes b1 b2");
        assertThat(result.text().lines().filter("swept"::equals)).hasSize(2);
        assertThat(result.text()).contains("current").doesNotContain("values", "reserve", "new");
    }

    @Test
    void whatEndedOrIsAtWorkOrWasNeverBegunOrHasJustDiedIsLeftAlone() throws IOException {
        HostShell.Result result = run("""
                operation shop
                echo 5 >"$REPLY/result"
                operation shop
                rm "$REPLY/pid"
                operation gone
                mkdir "$PP_ROOT/apps/blog"
                operation blog
                operation blog
                touch "$REPLY/log"
                operation shop
                exec {lock}>"$REPLY/alive"
                flock "$lock"
                sweep
                ls "$REPLY"
                """);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(said()).isEmpty();
        assertThat(result.text()).contains("values").doesNotContain("swept");
    }

    @Test
    void theBuildOfADeployThatIsAtWorkIsItsOwn() throws IOException {
        HostShell.Result result = run("""
                operation shop
                dead=$REPLY
                operation shop
                exec {lock}>"$REPLY/alive"
                flock "$lock"
                echo b1 >"$PP_ROOT/builds"
                code=0
                sweep || code=$?
                echo "code $code"
                ls "$dead"
                """);

        assertThat(said()).containsExactly("reconcile shop");
        assertThat(result.text()).contains("code 1").doesNotContain("swept");
    }

    @Test
    void theCacheOfADeployThatHoldsTheLockIsItsOwn() throws IOException {
        HostShell.Result result = run("""
                operation shop
                mkdir -p "$PP_ROOT/apps/shop/cache/new"
                exec {lock}>"$PP_ROOT/apps/shop/build.lock"
                flock "$lock"
                code=0
                sweep || code=$?
                echo "code $code"
                ls "$REPLY" "$PP_ROOT/apps/shop/cache"
                """);

        assertThat(result.text()).contains("code 1", "new").doesNotContain("swept");
    }

    @Test
    void whatCouldNotBePutRightIsTriedAgain() throws IOException {
        shell.with("RECONCILE", "4");
        HostShell.Result result = run("""
                operation shop
                code=0
                sweep || code=$?
                echo "code $code"
                export RECONCILE=0
                sweep
                """);

        assertThat(result.code()).as(result.err()).isZero();
        assertThat(result.text()).contains("code 1");
        assertThat(said()).containsExactly("reconcile shop", "reconcile shop");
    }

    private HostShell.Result run(String script) {
        return shell.script(BEGIN + script);
    }

    private List<String> said() throws IOException {
        return Files.readAllLines(root.resolve("said"));
    }
}
