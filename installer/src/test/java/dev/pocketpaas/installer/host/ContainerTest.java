package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.Capabilities;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerTest {
    private static final String BUNDLE = "apps/shop/releases/12/";
    private static final String COMMIT = "0123456789012345678901234567890123456789";

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void aRelease() throws IOException {
        shell = new ReleaseShell(directory)
                .state(BUNDLE + "image", "sha256:" + "4f2a".repeat(16))
                .state(BUNDLE + "base", "slug")
                .state(BUNDLE + "port", "5000")
                .state(BUNDLE + "commit", COMMIT)
                .state(BUNDLE + "environment", "\"A=1\"")
                .state(BUNDLE + "processes/web/command", "node server.js")
                .state(BUNDLE + "processes/worker/command", "echo \"$(x)\" '@APP@'");
    }

    @Test
    void aWebProcessOfASlugHasItsFixedAddressAndItsCommandAsAFile() {
        assertThat(body("web green 2"))
                .contains(
                        "\"Cmd\": [\"process\",\"web\"]",
                        "\"Init\": true",
                        "{\"IPAMConfig\": {\"IPv4Address\":\"10.213.4.81\"}}",
                        "\"Source\":\"" + shell.path(BUNDLE + "processes/web/command")
                                + "\",\"Target\":\"/run/pocketpaas/command\",\"ReadOnly\":true",
                        "\"Env\": [\"A=1\",\"PORT=5000\",\"POCKETPAAS_APP=shop\",\"POCKETPAAS_RELEASE=v12\",\"POCKETPAAS_COMMIT="
                                + COMMIT
                                + "\",\"POCKETPAAS_PROCESS=web.2\",\"DYNO=web.2\",\"HOME=/app\",\"TINI_KILL_PROCESS_GROUP=1\"]");
    }

    @Test
    void nothingOfACommandIsInTheRequest() {
        assertThat(body("worker blue 1"))
                .contains("\"Cmd\": [\"process\",\"worker\"]", "{\"IPAMConfig\": null}")
                .doesNotContain("echo", "$(x)");
    }

    @Test
    void aValueThatLooksLikeATokenStaysAValue() throws IOException {
        shell.state(BUNDLE + "environment", "\"A=@IMAGE@ & @NOSUCH@ \\\\1 $HOME\"");

        assertThat(body("web blue 1")).contains("\"Env\": [\"A=@IMAGE@ & @NOSUCH@ \\\\1 $HOME\",");
    }

    @Test
    void anImageKeepsItsOwnCommandAndItsOwnInit() throws IOException {
        shell.state(BUNDLE + "base", "image");
        shell.run("rm \"$PP_ROOT/" + BUNDLE + "processes/web/command\"");

        assertThat(body("web blue 1"))
                .contains("\"Cmd\": null", "\"Init\": false", "\"Mounts\": []")
                .doesNotContain("DYNO", "HOME=", "TINI");
    }

    @Test
    void aCommandForAnImageIsRunByItsShell() throws IOException {
        shell.state(BUNDLE + "base", "image");

        assertThat(body("worker blue 1"))
                .contains("\"Cmd\": [\"/bin/sh\",\"/run/pocketpaas/command\"]", "\"Init\": true");
    }

    @Test
    void onlyAProcessIsLogged() {
        assertThat(body("worker blue 1")).contains("\"Type\": \"journald\"");
        assertThat(
                        String.join(
                                "\n",
                                shell.run(
                                        "container_create() { printf '%s\\n' \"$2\"; }; container_one_off shop 12 run pipe env")))
                .contains("\"Type\": \"none\"", "[\"exec\",\"env\"]");
    }

    @Test
    void theLimitsOfAProcessGoBeforeThoseOfTheApp() throws IOException {
        shell.state(BUNDLE + "settings/limits/memory", "536870912")
                .state(BUNDLE + "settings/limits/cpus", "500000000")
                .state(BUNDLE + "processes/web/memory", "134217728");

        assertThat(body("web blue 1"))
                .contains(
                        "\"Memory\": 134217728,",
                        "\"MemorySwap\": 134217728,",
                        "\"NanoCpus\": 500000000,",
                        "\"PidsLimit\": 4096,");
        assertThat(body("worker blue 1")).contains("\"Memory\": 536870912,");
    }

    @Test
    void theStopSignalIsTheProcessesElseTheAppsElseTheImages() throws IOException {
        assertThat(body("web blue 1")).contains("\"StopSignal\": null,");

        shell.state(BUNDLE + "settings/stop-signal", "SIGINT")
                .state(BUNDLE + "processes/worker/stop-signal", "SIGQUIT");

        assertThat(body("web blue 1")).contains("\"StopSignal\": \"SIGINT\",");
        assertThat(body("worker blue 1")).contains("\"StopSignal\": \"SIGQUIT\",");
    }

    @Test
    void everyAppHasTheSameFewCapabilitiesAndWhatItAsksFor() throws IOException {
        String every = Capabilities.ALWAYS.stream()
                .map(name -> '"' + name + '"')
                .collect(Collectors.joining(",", "\"CapAdd\": [", ""));
        assertThat(body("web blue 1")).contains("\"CapDrop\": [\"ALL\"],").contains(every + "],");

        shell.state(BUNDLE + "settings/capabilities", String.join("\n", Capabilities.OPTIONAL) + "\n");

        assertThat(body("release release 1"))
                .contains(Capabilities.OPTIONAL.stream()
                        .map(name -> ",\"" + name + '"')
                        .collect(Collectors.joining("", every, "],")));
    }

    @Test
    void whatIsStartedAgainAndAgainIsACrashLoop() {
        assertThat(shell.run("""
                        now=$(date -u +%Y-%m-%dT%H:%M:%S.123456789Z)
                        old=2026-01-31T12:00:00.123456789Z
                        while read -r state restarts since; do
                            if container_crash_loop "$state" "$restarts" "$since"; then echo "$state $restarts loop"; else echo "$state $restarts"; fi
                        done <<<"running 0 $now
                        running 1 $now
                        running 2 $now
                        running 9 $old
                        restarting 2 $old
                        restarting 1 $now"
                        """))
                .containsExactly(
                        "running 0", "running 1", "running 2 loop", "running 9", "restarting 2 loop", "restarting 1");
    }

    @Test
    void eachContainerHasTheGraceOfItsRelease() throws IOException {
        shell.state(BUNDLE + "processes/web/stop-timeout", "7")
                .state("apps/shop/releases/11/settings/stop-timeout", "3");

        assertThat(shell.run("""
                        docker() {
                            case $1 in
                                inspect) printf '%s\n' "a 12 web 10.213.4.32" '' "b 12 worker 10.213.4.128" "c 11 web" ;;
                            esac
                        }
                        DOCKER_API=1.41
                        api() { [[ $1 == POST && $2 =~ ^/containers/(.)/stop\\?t=([0-9]+)$ ]] && echo "${BASH_REMATCH[2]} ${BASH_REMATCH[1]}" >>"$PP_ROOT/stopped"; }
                        containers_end shop a b c gone
                        sort "$PP_ROOT/stopped"
                        """)).containsExactly("10 b", "3 c", "7 a");
    }

    @Test
    void aVolumeIsMadeFromItsNameAndPathWhateverTheLaptopSays() throws IOException {
        shell.state(BUNDLE + "settings/volumes", "data\t/app/my \"data\"\n")
                .state(BUNDLE + "settings/mounts.json", "{\"Type\":\"bind\",\"Source\":\"/\",\"Target\":\"/host\"}");
        shell.run("rm \"$PP_ROOT/" + BUNDLE + "processes/worker/command\"");

        assertThat(body("worker blue 1"))
                .contains(
                        "\"Mounts\": [{\"Type\":\"volume\",\"Source\":\"pocketpaas-shop.data\",\"Target\":\"/app/my \\\"data\\\"\","
                                + "\"VolumeOptions\":{\"Labels\":{\"pocketpaas.app\":\"shop\"}}}]")
                .doesNotContain("\"Source\":\"/\"");
    }

    @Test
    void aTemplateWithAnUnknownTokenIsNotFilledIn() throws IOException {
        shell.state("template", "@APP@ @SURPRISE@");

        assertThat(shell.run("TOKENS=([APP]=shop); render \"$PP_ROOT/template\"; echo \"$REPLY\""))
                .anyMatch(line -> line.startsWith("+fail\tstate-damaged\t") && line.contains("@SURPRISE@"))
                .contains("exit 1");
    }

    @Test
    void textBecomesAJsonString() {
        assertThat(shell.run(
                        "json_strings \"$@\"; printf '%s\\n' \"$REPLY\"", "a \"b\" \\c", "é\n\t\u0001\u007f", "$(x)"))
                .containsExactly("[\"a \\\"b\\\" \\\\c\",\"é\\u000a\\u0009\\u0001\\u007f\",\"$(x)\"]");
        assertThat(shell.run("json_string $'\\xff' || echo refused")).containsExactly("refused");
    }

    @Test
    void theEnginesOwnWordsAreShown() {
        assertThat(shell.run("api_message '{\"message\":\"exec: \\\"nod\\\": not found\"}'; echo \"$REPLY\""))
                .containsExactly("exec: \"nod\": not found");
    }

    @Test
    void whatTheEngineTellsOfAContainerAndOfAnImageIsReadWhateverStandsInTheirTexts() {
        String id = "sha256:" + "4f2a".repeat(16);
        String api = "api() { [[ $2 != */gone/* ]] || return 1; API_BODY=$BODY; }; ";

        assertThat(shell.run(api + """
                        BODY='{"Id":"0a","Path":"sh","Args":["\\"State\\":{\\"Status\\":\\"dead\\",\\"ExitCode\\":9"],"State":{"Status":"exited","Running":false,"ExitCode":7,"Health":{"Log":[{"ExitCode":1}]}}}'
                        container_state 0a; echo "$REPLY"
                        BODY='{"State":{"Status":"running","Running":true,"ExitCode":0}}'
                        container_state 0a; echo "$REPLY"
                        container_state gone || echo unknown
                        BODY='{}'; container_state 0a || echo unknown
                        """)).containsExactly("exited 7", "running 0", "unknown", "unknown");
        assertThat(shell.run(api + "BODY='{\"Id\":\"" + id
                        + "\",\"RepoTags\":[\"x:1\"]}'; image_id heroku/heroku:24; echo $REPLY;"
                        + " image_id gone || echo gone; BODY='{\"Id\":\"no digest\"}'; image_id x || echo unknown"))
                .containsExactly(id, "gone", "unknown");
    }

    @Test
    void theVersionOfTheEnginesApiIsAskedOncePerStartOfTheEngine() throws IOException {
        shell.state("docker.pid", "87");
        String ask = """
                DOCKER_PID=$PP_ROOT/docker.pid
                touch -d '1 minute ago' "$DOCKER_PID"
                curl() { echo asked >&3; printf 'HTTP/1.1 200 OK\\r\\nApi-Version: 1.%s\\r\\n' "$MINOR"; }
                version() { DOCKER_API=; api_version && echo "$DOCKER_API"; }
                exec 3>&1
                """;

        assertThat(shell.run(ask + "MINOR=43; version; version; MINOR=51 version"))
                .as("the same start")
                .containsExactly("asked", "1.43", "1.43", "1.43");
        assertThat(shell.run(
                        ask + "printf 88 >\"$DOCKER_PID\"; touch -d '1 minute ago' \"$DOCKER_PID\"; MINOR=51; version"))
                .as("another process")
                .containsExactly("asked", "1.44");
        assertThat(shell.run(
                        ask + "printf 88 >\"$DOCKER_PID\"; touch -d '1 minute' \"$DOCKER_PID\"; MINOR=41; version"))
                .as("a later start with the same number")
                .containsExactly("asked", "1.41");
        assertThat(shell.run(ask + "printf '88 1.' >\"$PP_ROOT/engine\"; MINOR=42; version"))
                .as("half a file")
                .containsExactly("asked", "1.42");
        assertThat(shell.run(ask + "rm \"$DOCKER_PID\"; curl() { return 7; }; version || echo silent"))
                .as("an engine that is not there")
                .containsExactly("silent");
    }

    @Test
    void whatServesIsKeptRunningOrTheEnginesWordForItIsTold() {
        String api = """
                DOCKER_API=1.41
                api() { [[ $2 != */bad/* ]] || { API_ERROR="no such thing"; return 1; }; echo "$*" >>"$PP_ROOT/asked"; }
                """;

        assertThat(shell.run(
                        api + "container_restarts no a b; sort \"$PP_ROOT/asked\"; container_restarts no && echo none"))
                .containsExactly(
                        "POST /containers/a/update {\"RestartPolicy\":{\"Name\":\"no\"}}",
                        "POST /containers/b/update {\"RestartPolicy\":{\"Name\":\"no\"}}",
                        "none");
        assertThat(shell.run(api + "container_restarts unless-stopped a bad b || echo \"$API_ERROR\""))
                .containsExactly("no such thing");
    }

    @Test
    void whatIsAQuestionInAUrlIsEncoded() {
        assertThat(
                        shell.run(
                                "url_text 'CMD [\"a\",\"b/c\"]'; echo \"$REPLY\"; url_text 'LABEL x.y=a&b=c d~_-%'; echo \"$REPLY\""))
                .containsExactly("CMD%20%5B%22a%22%2C%22b%2Fc%22%5D", "LABEL%20x.y%3Da%26b%3Dc%20d~_-%25");
    }

    private String body(String typeSlotInstance) {
        return String.join(
                "\n", shell.run("container_body shop 12 " + typeSlotInstance + "; printf '%s\\n' \"$REPLY\""));
    }
}
