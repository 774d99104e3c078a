package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the host notices, when it is over, and who is told. */
class NoticesTest {
    private static final String ID = "a".repeat(64);
    private static final String OTHER = "b".repeat(64);

    /** Shell that puts the domain's certificate in use: SOURCE, days that it is old, days that it has left. */
    private static final String LIBRARY = """
            for part in notices lookout notify; do source "$programs/lib/$part.bash"; done
            LOOKOUT_REBOOT=$PP_ROOT/reboot-required
            certificate() { # ID SOURCE OLD LEFT
                mkdir -p "$PP_ROOT/new/info"
                echo chain >"$PP_ROOT/new/fullchain.pem"; echo key >"$PP_ROOT/new/key.pem"
                printf %s "$2" >"$PP_ROOT/new/info/source"
                printf %s $((EPOCHSECONDS - $3 * 86400)) >"$PP_ROOT/new/info/not-before"
                printf %s $((EPOCHSECONDS + $4 * 86400 + 1800)) >"$PP_ROOT/new/info/not-after"
                certificate_store shop shop.tea-shop.net "$1" "$PP_ROOT/new"
                certificate_use shop shop.tea-shop.net "$1"
            }
            automatic_ready() { true; }
            failed() { # TRIES SECONDS-AGO TEXT
                automatic_dir shop shop.tea-shop.net
                mkdir -p "$REPLY"
                printf %s "$1" >"$REPLY/tries"; printf %s $((EPOCHSECONDS - $2)) >"$REPLY/since"; printf %s "$3" >"$REPLY/error"
            }
            look() { notices_begin; "$@"; }
            tell() { notices_tell boss; }
            """;

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void anAppWithADomain() throws IOException {
        shell = new ReleaseShell(directory);
        shell.state("keys/boss/role", "admin")
                .state("keys/ci/role", "deploy")
                .state("keys/ci/apps", "shop\n")
                .state("keys/other/role", "deploy")
                .state("keys/other/apps", "blog\n")
                .state("apps/blog/created", "x")
                .state("apps/shop/releases/1/processes/web/command", "x")
                .state("apps/shop/releases/1/settings/domains", "shop.tea-shop.net\n")
                .state("engine/containers/" + ID + "/config", "x");
        shell.run("slot_prepare shop blue 1; slot_switch shop blue");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "own, 69, 22, -",
                "own, 69, 20, expires in 20 days",
                "own, 69, 2, expires in 2 days",
                "own, 89, 1, expires in 24 h",
                "own, 93, -3, 'has expired, 2 days ago: browsers refuse the page'",
                // A third of its time is left for renewal; it is told of when that ought to have been long ago.
                "automatic, 68, 22, -",
                "automatic, 70, 20, expires in 20 days",
                "automatic, 3, 3, -",
                "automatic, 5, 1, expires in 24 h",
                "automatic, 7, -1, 'has expired, 23 h ago: browsers refuse the page'",
            })
    void aCertificateIsToldOfFrom21DaysBeforeItExpires(
            String source, int old, int left, @org.jspecify.annotations.Nullable String text) {
        String hint = source.equals("own")
                ? "bring a new one: pocketpaas ssl add --app shop --cert FILE --key FILE"
                : "what keeps it from being renewed: pocketpaas ssl --app shop";

        List<String> told =
                run("certificate $1 $2 $3 $4; look lookout_app shop; tell", ID, source, "" + old, "" + left);

        if (text == null) {
            assertThat(told).isEmpty();
        } else {
            assertThat(told)
                    .containsExactly("+notice\tcertificate\tshop\tthe certificate of shop.tea-shop.net (shop) " + text
                            + "\t" + hint);
        }
    }

    @Test
    void theDaysAreThoseOfNowNotOfTheTimersLastLook() {
        assertThat(run("""
                        certificate $1 own 80 10
                        look lookout_app shop
                        dir=("$NOTICES"/certificate*)
                        write_value "$dir/not-after" $((EPOCHSECONDS + 5 * 86400 + 60))
                        tell
                        """, ID)).singleElement().asString().contains("expires in 5 days");
    }

    @Test
    void anotherCertificateEndsItAtOnceAndIsAMatterOfItsOwn() {
        assertThat(run("""
                        certificate $1 own 80 10; look lookout_app shop
                        certificate $2 own 1 400; tell
                        look lookout_app shop; ls "$NOTICES"
                        certificate $1 own 80 10; look lookout_app shop
                        dir=("$NOTICES"/certificate*); printf told >"$dir/sent"
                        certificate $3 own 80 9; look lookout_app shop; tell; ls "$NOTICES"/certificate*/ | grep -x sent || echo unsent
                        """, ID, OTHER, "c".repeat(64)))
                .satisfiesExactly(
                        told -> assertThat(told).contains("expires in 9 days"),
                        sent -> assertThat(sent).isEqualTo("unsent"));
    }

    @Test
    void aDomainThatIsNoLongerTheAppsOrAnAppThatIsGoneIsNobodysMatter() {
        assertThat(run("""
                        certificate $1 own 80 10; look lookout_app shop
                        printf '' >"$PP_ROOT/apps/shop/releases/1/settings/domains"
                        look lookout_app shop; tell
                        printf 'shop.tea-shop.net\\n' >"$PP_ROOT/apps/shop/releases/1/settings/domains"
                        look lookout_app shop; tell | wc -l
                        mv "$PP_ROOT/apps/shop" "$PP_ROOT/gone"; tell
                        docker() { return 1; }
                        lookout 2>/dev/null | grep -v 'could not be inspected' || true; ls "$NOTICES"
                        """, ID)).containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "no, 1, 3600, -",
                "no, 3, 3600, shop.tea-shop.net (shop) has no certificate yet: it said so",
                "no, 0, 90000, shop.tea-shop.net (shop) has no certificate yet: it said so",
                "yes, 1, 60, -",
                "yes, 2, 60, the certificate of shop.tea-shop.net (shop) could not be renewed: it said so",
                "yes, 0, 4000, the certificate of shop.tea-shop.net (shop) could not be renewed: it said so",
            })
    void aRenewalThatFailsIsToldOfAndAFirstCertificateMayWaitADayForItsName(
            String has, String tries, String ago, @org.jspecify.annotations.Nullable String text) {
        List<String> told = run("""
                [[ $2 == no ]] || certificate $1 automatic 61 29
                failed $3 $4 "it said so"
                look lookout_app shop; tell
                rm -r "$PP_ROOT/apps/shop/automatic"; tell
                look lookout_app shop; ls "$NOTICES"
                """, ID, has, tries, ago);

        if (text == null) {
            assertThat(told).isEmpty();
        } else {
            assertThat(told)
                    .containsExactly(
                            "+notice\trenewal\tshop\t" + text + "\twhen it is tried again: pocketpaas ssl --app shop");
        }
    }

    @Test
    void aCertificateThatExpiresAndCannotBeRenewedIsOneMatter() {
        assertThat(run("certificate $1 automatic 80 10; failed 9 900000 'it said so'; look lookout_app shop; tell", ID))
                .singleElement()
                .asString()
                .contains("expires in 10 days; it could not be renewed: it said so\t");
    }

    @Test
    void aDiskThatIsNearlyFullIsToldOfOnceAndIsOverOnlySomeWayBelow() {
        List<String> lines = run("""
                docker() { echo "$PP_ROOT/engine"; }
                timeout() { shift; "$@"; }
                free() { local free=$1; eval "stat() { printf '%s\\n' '7 1000 $free $free 1048576 $PP_ROOT' '7 1000 $free $free 1048576 $PP_ROOT/engine'; }"; }
                for left in 160 150 160 179 180 160; do
                    free $left
                    look lookout_disk
                    tell | cut -f 2-4 | sed "s|$PP_ROOT|ROOT|;s/^/$left /"
                done
                printf 90 >"$PP_ROOT/host/disk-warning"; free 110; look lookout_disk; tell
                stat() { printf '%s\\n' "7 1000 500 500 4096 $PP_ROOT" "8 1000 149 99 1048576 $PP_ROOT/engine"; }
                look lookout_disk; tell | cut -f 4,5 | sed "s|$PP_ROOT|ROOT|"
                stat() { return 1; }
                look lookout_disk || true; tell | wc -l
                """);

        String told = "disk\t\tthe host's disk is 85 % full: 150 MB are free in ROOT (seen N s ago)";
        assertThat(lines)
                .containsExactly(
                        "150 " + told,
                        "160 " + told.replace("85", "84").replace("150", "160"),
                        "179 " + told.replace("85", "83").replace("150", "179"),
                        "the host's disk is 90 % full: 99 MB are free in ROOT/engine (seen N s ago)\tmake room: pocketpaas prune",
                        "1");
    }

    @Test
    void aCrashLoopIsToldOfWhileItsContainerIsThere() {
        List<String> lines = run("""
                timeout() { shift; "$@"; }
                docker() {
                    case $1 in
                        info) echo "$PP_ROOT/engine" ;;
                        ps) echo "$engine" ;;
                        inspect) echo "$engine" ;;
                    esac
                }
                id=$1
                started=$(date -u -d '2 minutes ago' +%FT%T.123456789Z)
                for engine in "shop blue web 1 12 running 1 $started $id" "shop blue web 1 12 restarting 17 $started $id" \\
                    "shop blue web 1 12 running 18 $started $id" "shop blue web 1 12 running 21 $started $id" \\
                    "shop; blue web 1 12 restarting 9 $started $id" "shop run web 1 12 restarting 9 $started $id" ''; do
                    look lookout_crashes
                    tell
                    echo .
                done
                engine="shop blue web 1 12 restarting 17 $started $id"; look lookout_crashes
                docker() { return 1; }
                look lookout_crashes || echo "cannot look"; tell | wc -l
                slot_prepare shop green 1; slot_switch shop green; tell
                slot_switch shop blue; tell | wc -l
                rm -r "$PP_ROOT/engine/containers/$id"; tell
                """, ID);

        String told =
                "+notice\tcrash-loop\tshop\tshop v12 crashes again and again: web.1, started again %d times (seen N s ago)"
                        + "\twhat it says: pocketpaas logs --app shop";
        assertThat(lines)
                .containsExactly(
                        ".",
                        told.formatted(17),
                        ".",
                        ".",
                        told.formatted(21),
                        ".",
                        ".",
                        ".",
                        ".",
                        "cannot look",
                        "1",
                        "1");
    }

    @Test
    void aHostThatAsksToBeRestartedSaysForWhat() {
        assertThat(run("""
                        tell
                        : >"$LOOKOUT_REBOOT"; look lookout_reboot; tell
                        printf '%s\\n' linux-image-6.1 libc6 libc6 '$(touch x)' $'a\\tb' one two three four >"$LOOKOUT_REBOOT.pkgs"
                        look lookout_reboot; tell
                        rm "$LOOKOUT_REBOOT"; tell
                        look lookout_reboot; ls "$NOTICES"
                        """))
                .containsExactly(
                        "+notice\treboot\t\tthe host asks to be restarted\twhen it suits: apps come back by themselves",
                        "+notice\treboot\t\tthe host asks to be restarted, for linux-image-6.1, libc6, one, two, three and 1 more"
                                + "\twhen it suits: apps come back by themselves");
    }

    @Test
    void aKeyIsToldOfItsOwnAppsAndAnAdminOfEverything() {
        assertThat(run("""
                        certificate $1 own 80 10; : >"$LOOKOUT_REBOOT"; look lookout_app shop; look lookout_reboot
                        for key in boss ci other gone; do echo "$key $(notices_tell $key | cut -f 2 | xargs)"; done
                        """, ID)).containsExactly("boss certificate reboot", "ci certificate", "other ", "gone");
    }

    @Test
    void whatOthersSayIsOneLineWithoutControlCharacters() {
        List<String> told = run("""
                failed 9 9 $'bad\\n+fail\\tx\\ty\\e[2J\\x9b `id` $(id) "; id'
                look lookout_app shop; tell
                """);

        assertThat(told).hasSize(1);
        assertThat(told.get(0).split("\t", -1)).hasSize(5);
        assertThat(told.get(0))
                .contains("bad +fail x y [2J", "`id` $(id) \"; id")
                .doesNotContain("\u001b");
    }

    @Test
    void aNoticeThatIsDamagedOrHalfRemovedIsNone() {
        assertThat(run("""
                        certificate $1 own 80 10; look lookout_app shop
                        dir=("$NOTICES"/certificate*)
                        for file in id not-after name kind; do
                            cp -r "$dir" "$PP_ROOT/kept"
                            rm "$dir/$file"; tell
                            printf '../../x' >"$dir/$file"; tell | grep -v $'\\t../../x\\t' || true
                            rm -r "$dir"; mv "$PP_ROOT/kept" "$dir"
                        done
                        tell | wc -l
                        """, ID)).containsExactly("1");
    }

    @Test
    void aLongNameHasANoticeToo() {
        String domain = ("x".repeat(60) + ".").repeat(4) + "net";
        assertThat(run("""
                        notices_begin
                        notice_put renewal shop "$1" text hint ''
                        notice_put renewal shop "${1/x/y}" text hint ''
                        notice_put renewal shop "*.$2" text hint ''
                        tell | wc -l
                        """, domain, "tea-shop.net")).containsExactly("3");
    }

    @Test
    void enterSaysItBesideTheAnswerAndOfAPushWithinIt() throws IOException {
        HostShell host = new HostShell(shell.path("."));
        assertThat(host.program(new byte[0], "enter", "ci", "show", "shop", "domains")
                        .err())
                .isEmpty();

        run("certificate $1 own 80 10; : >\"$LOOKOUT_REBOOT\"; look lookout_app shop; look lookout_reboot", ID);
        HostShell.Result asked = host.program(new byte[0], "enter", "ci", "show", "shop", "domains");
        assertThat(asked.code()).isZero();
        assertThat(asked.text()).doesNotContain("+notice").endsWith(".\0end\0");
        assertThat(asked.err()).startsWith("+notice\tcertificate\tshop\t").hasLineCount(1);

        HostShell.Result refused = host.program(new byte[0], "enter", "boss", "show", "shop", "nothing");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("+notice\tcertificate\t", "+notice\treboot\t");

        HostShell.Result pushed = host.program(new byte[0], "enter", "ci", "push", "shop", "x", "y", "-", "-", "main");
        assertThat(pushed.code()).isEqualTo(2);
        assertThat(pushed.err()).isEmpty();
        assertThat(pushed.text().lines()).hasSize(2).last().asString().startsWith("+notice\tcertificate\t");

        Files.delete(shell.path("keys/ci/role"));
        assertThat(host.program(new byte[0], "enter", "ci", "show", "shop", "domains")
                        .text())
                .startsWith("+fail\tstate-damaged");
    }

    @Test
    void behindAPushTheyComeLastAndAreFew() {
        List<String> lines = run("""
                { for i in 1 2 3 4 5 6 7; do event notice kind shop "text $i" "hint $i"; done
                    event result release v12; event result url http://shop.example.com; } | human
                """);

        assertThat(lines)
                .containsExactly(
                        "-----> Released v12",
                        "       http://shop.example.com",
                        " !     text 1; hint 1",
                        " !     text 2; hint 2",
                        " !     text 3; hint 3",
                        " !     text 4; hint 4",
                        " !     text 5; hint 5",
                        " !     and 2 more: pocketpaas apps -v");
    }

    private List<String> run(String script, String... arguments) {
        // However slow the machine is.
        return shell.run(LIBRARY + script, arguments).stream()
                .map(line -> line.replaceAll("seen [0-9]+ s ago", "seen N s ago"))
                .toList();
    }
}
