package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutomaticTest {
    private static final String ID = "a".repeat(64);

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory);
        shell.state("apps/shop/releases/1/processes/web/command", "x")
                .state(
                        "apps/shop/releases/1/settings/domains",
                        "shop.tea-shop.net\nown.tea-shop.net\noff.tea-shop.net\n*.tea-shop.net\n")
                .state("apps/shop/operator/domains", "x.example.com\ny.localhost\n")
                .state("apps/shop/operator/ssl-off", "off.tea-shop.net\n")
                .state("new/fullchain.pem", "chain")
                .state("new/key.pem", "key")
                .state("new/info/not-before", "0")
                .state("new/info/not-after", "900");
        shell.run("slot_prepare shop blue 1; slot_switch shop blue");
    }

    @Test
    void onlyNamesThatAnAuthorityCanKnowAndNobodyElseCaresFor() throws IOException {
        String wanted = "automatic_wanted shop; echo \"${REPLY_LINES[*]}\"";
        shell.state("new/info/source", "own");
        shell.run(
                "certificate_store shop own.tea-shop.net $1 \"$PP_ROOT/new\"; certificate_use shop own.tea-shop.net $1",
                ID);

        assertThat(shell.run(wanted)).containsExactly("shop.tea-shop.net");
        shell.state("apps/shop/releases/1/settings/ssl/automatic", "off");
        assertThat(shell.run(wanted + "; echo \"${#REPLY_LINES[@]}\"")).containsExactly("0");
    }

    @Test
    void aThirdOfItsTimeIsLeftForRenewal() throws IOException {
        shell.state("new/info/source", "automatic");

        assertThat(shell.run("""
                        due() { if automatic_due shop shop.tea-shop.net $1; then echo yes; else echo no; fi; }
                        due 1
                        certificate_store shop shop.tea-shop.net $1 "$PP_ROOT/new"
                        certificate_use shop shop.tea-shop.net $1
                        due 599; due 600
                        automatic_dir shop shop.tea-shop.net
                        mkdir -p "$REPLY"; write_value "$REPLY/next" 700
                        due 699; due 700
                        """, ID)).containsExactly("yes", "no", "yes", "no", "yes");
    }

    @Test
    void pausesGrowAndThenStayTheSame() {
        List<String> lines = shell.run("""
                automatic_dir shop shop.tea-shop.net
                dir=$REPLY
                for i in 1 2 3 4 5 6 7 8; do
                    automatic_failed shop shop.tea-shop.net grow "it said so" >/dev/null
                    printf -v now '%(%s)T' -1
                    echo "$(cat "$dir/tries") $((($(cat "$dir/next") - now + 5) / 60))"
                done
                automatic_failed shop shop.tea-shop.net 86400 $'too many\\tof them'
                cat "$dir/tries" "$dir/error"
                """);

        assertThat(lines.subList(0, 8))
                .containsExactly("1 10", "2 30", "3 60", "4 180", "5 360", "6 720", "7 720", "8 720");
        assertThat(lines.get(8))
                .startsWith(
                        "+warn\tno certificate for shop.tea-shop.net yet: too many of them; tried again by itself from ");
        assertThat(lines.get(9)).isEqualTo("8too many of them");
    }

    @Test
    void whatTheClientSaysIsBroughtDownToItsReason() throws IOException {
        shell.state("log", "Saving debug log\n  Domain: a\n  Type: dns\n  Detail: no such name\n\nAsk for help\n")
                .state(
                        "other",
                        "Saving debug log\nAn unexpected error occurred:\nthe policy forbids it\nAsk for help\n");

        assertThat(
                        shell.run(
                                "for f in log other; do automatic_detail \"$PP_ROOT/$f\"; echo; done; automatic_issuer 'CN=R11,O=Tea Authority,C=DE'"))
                .containsExactly("no such name", "the policy forbids it", "Tea Authority R11");
    }
}
