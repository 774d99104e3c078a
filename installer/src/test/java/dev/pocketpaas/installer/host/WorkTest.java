package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkTest {
    /** A work without systemd: a shell of its own that does {@code $1}, as the unit's program would. */
    private static final String START = """
            mkdir -p "$PP_ROOT/work"
            work_new deploy shop ci
            id=$REPLY
            (
                exec >>"$PP_ROOT/work/$id/log" 2>&1 </dev/null
                work_begin "$id"
                work "$WORK"
            ) &
            until [[ -e $PP_ROOT/work/$id/pid ]]; do sleep 0.01; done
            """;

    @TempDir
    Path root;

    private HostShell shell;

    @BeforeEach
    void start() {
        shell = new HostShell(root);
    }

    @Test
    void theFollowerShowsAllOfTheLogAndPassesOnTheResult() {
        HostShell.Result result = shell.script("""
                work() { seq 20000; sleep 0.3; echo last; work_finish 5; }
                """ + START + "work_follow \"$id\"");

        assertThat(result.code()).isEqualTo(5);
        assertThat(result.text().lines()).hasSize(20001).endsWith("20000", "last");
    }

    @Test
    void aWorkThatDiesIsAFailureWithAReason() {
        HostShell.Result result = shell.script(
                "work() { printf begun; sleep 0.2; kill -KILL \"$BASHPID\"; }\n" + START + "work_follow \"$id\"");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.text()).startsWith("begun\n+fail\tdied\t");
    }

    @Test
    void anOperationKeepsRoomToSayHowItEnds() {
        HostShell.Result result = shell.script("""
                work() { stat -c %s "$1/reserve"; work_finish 0; }
                """ + START + "work_follow \"$id\"; ls \"$PP_ROOT/work/$id\"");

        assertThat(result.text().lines())
                .startsWith("65536")
                .doesNotContain("reserve")
                .contains("result");
    }

    @Test
    void aDiskWithoutRoomForARecordRefusesTheOperation() {
        HostShell.Result result = shell.script("""
                mkdir -p "$PP_ROOT/work"
                ulimit -f 16
                trap '' XFSZ
                work_new deploy shop ci
                """);

        assertThat(result.code()).isEqualTo(4);
        assertThat(result.text()).startsWith("+fail\tdisk-full\t");
    }

    @Test
    void aReaderThatTakesNothingKeepsNobodyWaiting() {
        HostShell.Result result = shell.script("""
                work() { seq 200000; work_finish 0; }
                """ + START + """
                        mkfifo "$PP_ROOT/full"
                        exec {full}<>"$PP_ROOT/full"
                        code=0
                        work_follow "$id" >&"$full" || code=$?
                        echo "code $code"
                        """);

        assertThat(result.text()).isEqualTo("code 0\n");
    }

    @Test
    void aFollowerThatIsKilledDoesNotTouchTheWork() {
        HostShell.Result result = shell.script("""
                work() { sleep 1; echo done; work_finish 0; }
                """ + START + """
                        (work_follow "$id" >/dev/null) &
                        sleep 0.2
                        kill -KILL $!
                        work_follow "$id"
                        """);

        assertThat(result.code()).isZero();
        assertThat(result.text()).isEqualTo("done\n");
    }

    @Test
    void theNewestTwentyAreKeptAndWhatIsAtWorkIsNeverTouched() {
        HostShell.Result result = shell.script("""
                work() { sleep 30; }
                """ + START + """
                        running=$!
                        for ((i = 0; i < 25; i++)); do
                            work_new deploy shop ci
                            echo 0 >"$PP_ROOT/work/$REPLY/result"
                        done
                        work_new deploy other ci
                        ls "$PP_ROOT/work" | wc -l
                        ls -d "$PP_ROOT/work/$id" | wc -l
                        kill "$running"
                        """);

        // Twenty of the app, the running one (the oldest) and the other app's.
        assertThat(result.text()).isEqualTo("22\n1\n");
    }

    @Test
    void theNextOperationRemovesWhatADeadOneWasGivenAndNothingOfOneThatIsBeingPrepared() {
        HostShell.Result result = shell.script("""
                work() { exec sleep 30; }
                given() { mkdir -p "$1/values" "$1/values.part" "$1/build/input/env"; : >"$1/source.tar"; }
                """ + START + """
                        given "$PP_ROOT/work/$id"
                        kill -KILL $!
                        wait
                        dead=$id
                        work_new deploy shop ci
                        given "$PP_ROOT/work/$REPLY"
                        prepared=$REPLY
                        work_new deploy shop ci
                        ls -m "$PP_ROOT/work/$dead/" "$PP_ROOT/work/$dead/build"
                        ls -m "$PP_ROOT/work/$prepared/build"
                        """);

        assertThat(result.text())
                .contains("log")
                .doesNotContain("values", "source.tar")
                .endsWith("build:\ninput\n");
    }

    @Test
    void aDeployIsAtWorkAsLongAsItsProgramLives() {
        HostShell.Result result = shell.script("""
                work() { exec sleep 30; }
                """ + START + """
                        pid=$!
                        work_deploys shop && echo yes
                        work_deploys blog || echo not of another app
                        kill -KILL "$pid"
                        wait
                        work_deploys shop || echo no
                        """);

        assertThat(result.text()).isEqualTo("yes\nnot of another app\nno\n");
    }

    @Test
    void aChildThatNobodyWaitedForIsGone() {
        // The child of a process that never waits for it stays a zombie.
        HostShell.Result result = shell.script("""
                exec {out}< <(exec python3 -c 'import os, time
                child = os.fork()
                if child == 0: os._exit(0)
                print(child, flush=True)
                time.sleep(20)' 2>&1)
                parent=$!
                read -r -u "$out" child
                until [[ $(<"/proc/$child/stat") == *') Z '* ]]; do sleep 0.01; done
                kill -0 "$child" && echo "kill says it is there"
                process_there "$child" || echo "gone"
                before=$SECONDS
                end_reader "$child"
                ((SECONDS - before < 3)) && echo "not waited for"
                kill "$parent"
                """.replace("\n                if", "\nif")
                .replace("\n                print", "\nprint")
                .replace("\n                time", "\ntime")
                .replace("\n                child = ", "\nchild = "));

        assertThat(result.text().lines()).containsExactly("kill says it is there", "gone", "not waited for");
    }

    @Test
    void aClientThatHasGoneIsNotWaitedFor() {
        HostShell.Result result = shell.script("""
                work() { sleep 30; work_finish 0; }
                """ + START + """
                        worker=$!
                        sleep 0.5 &
                        client=$!
                        client_process() { REPLY=$client; }
                        code=0
                        before=$SECONDS
                        work_follow "$id" || code=$?
                        ((SECONDS - before < 15)) && echo "ended with $code"
                        [[ -e $PP_ROOT/work/$id/result ]] || echo "the work goes on"
                        pkill -P "$worker" || true
                        kill -KILL "$worker"
                        """);

        assertThat(result.text().lines()).containsExactly("ended with 1", "the work goes on");
    }
}
