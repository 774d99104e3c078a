package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose snippet is left out, with an nginx that does not take files with the word "bad" in them. */
class SnippetShellTest {
    // nginx's directory is not to be touched: everything that would is replaced or given another one.
    private static final String NGINX = """
            SITES=$PP_ROOT/sites
            mkdir -p "$SITES/snippets"
            eval "$(declare -f snippet_in_place snippet_copy snippet_apps snippet_objection snippets_settle proxy_in_place proxy_put proxy_guard proxy_guard_aside proxy_guard_each |
                sed 's/PROXY_SITES/SITES/g')"
            proxy_try() {
                local found
                found=$(grep -Hno -m 1 'bad[a-z]*' "$1"/*.conf "$1"/snippets/*.conf 2>/dev/null | head -n 1) || true
                [[ -n $found ]] || return 0
                found=${found/$1/$SITES}
                REPLY="nginx: [emerg] unknown directive \\"${found##*:}\\" in ${found%:*}"
                return 1
            }
            proxy_test() {
                local aside=$PP_ROOT/aside other code=0
                rm -rf "$aside"
                cp -a "$SITES" "$aside"
                printf %s "$2" >"$aside/$1.conf"
                for other in "$1" "${!SNIPPET_OUT[@]}"; do snippet_copy "$aside" "$other"; done
                proxy_try "$aside" || code=1
                return "$code"
            }
            proxy_reload() { rm -f "$PROXY_STALE"; echo reloaded; }
            proxy_text() { REPLY="site of $1"; }
            state() { for f in "$SITES"/*.conf "$SITES"/snippets/*.conf; do [[ ! -f $f ]] || echo "${f#"$SITES/"}: $(cat "$f")"; done; }
            """;

    @TempDir
    Path directory;

    private ReleaseShell shell;

    @BeforeEach
    void start() throws IOException {
        shell = new ReleaseShell(directory);
        shell.state("apps/other/settings/domains", "other.example.com\n");
    }

    @Test
    void aSnippetIsPutInPlaceAndTakenAway() throws IOException {
        shell.state("apps/shop/operator/nginx", "fine a;");

        assertThat(shell.run(NGINX + """
                        proxy_apply shop 1 a.example.com; state
                        proxy_apply shop 1 a.example.com; echo "changed: $PROXY_CHANGED"
                        SNIPPET_TRIED[shop]=''
                        proxy_apply shop 1 a.example.com; state
                        """))
                .containsExactly(
                        "reloaded",
                        "shop.conf: site of shop",
                        "snippets/shop.conf: fine a;",
                        "changed: no",
                        "reloaded",
                        "shop.conf: site of shop");
    }

    @Test
    void oneThatIsTriedAndRefusedChangesNothing() throws IOException {
        shell.state("apps/shop/operator/nginx", "fine a;");

        assertThat(shell.run(NGINX + """
                        proxy_apply shop 1 a.example.com >/dev/null
                        SNIPPET_TRIED[shop]=$'fine b;\\nbadly c;'
                        proxy_apply shop 1 a.example.com || echo "returned $?"
                        state
                        """))
                .containsExactly(
                        "+fail\tnginx\tnginx does not take the new configuration: line 2 of the snippet: unknown directive \"badly\"",
                        "returned 1",
                        "shop.conf: site of shop",
                        "snippets/shop.conf: fine a;");
    }

    @Test
    void oneThatBecameBadIsLeftOutAndStopsNobody() throws IOException {
        shell.state("apps/shop/operator/nginx", "fine a;")
                .state("apps/other/operator/nginx", "badly b;")
                .state("sites/snippets/other.conf", "badly b;")
                .state("sites/other.conf", "site of other");

        assertThat(shell.run(NGINX + """
                        proxy_apply shop 1 a.example.com; state
                        cat "$PP_ROOT/apps/other/nginx-refused"; echo
                        proxy_apply other 1 other.example.com | grep -v hint; state
                        write_value "$PP_ROOT/apps/other/operator/nginx" "fine b;"
                        proxy_apply other 1 other.example.com; state
                        ls "$PP_ROOT/apps/other"
                        """))
                .containsExactly(
                        "reloaded",
                        "+warn\tnginx does not take the snippet of other any more, so it is left out: line 1 of the snippet: unknown directive \"badly\"",
                        "+hint\tput it right and set it again: pocketpaas nginx set FILE --app other",
                        "other.conf: site of other",
                        "shop.conf: site of shop",
                        "snippets/shop.conf: fine a;",
                        "line 1 of the snippet: unknown directive \"badly\"",
                        "+warn\tnginx does not take the snippet of other any more, so it is left out: line 1 of the snippet: unknown directive \"badly\"",
                        "other.conf: site of other",
                        "shop.conf: site of shop",
                        "snippets/shop.conf: fine a;",
                        "reloaded",
                        "other.conf: site of other",
                        "shop.conf: site of shop",
                        "snippets/other.conf: fine b;",
                        "snippets/shop.conf: fine a;",
                        "operator",
                        "settings");
    }

    @Test
    void whatIsWrongWithSomethingElseIsNotTheSnippetsFault() throws IOException {
        shell.state("apps/shop/operator/nginx", "fine a;");

        assertThat(shell.run(NGINX + """
                        proxy_text() { REPLY="bad site"; }
                        proxy_apply shop 1 a.example.com || echo "returned $?"
                        state; ls "$PP_ROOT/apps/shop"
                        """))
                .contains("returned 1")
                .noneMatch(line -> line.startsWith("+warn") || line.equals("nginx-refused"))
                .noneMatch(line -> line.startsWith("shop.conf"));
    }

    @Test
    void beforeNginxStartsOnlyWhatItDoesNotTakeIsLeftOut() throws IOException {
        shell.state("sites/a.conf", "site of a")
                .state("sites/b.conf", "bad site of b")
                .state("sites/shop.conf", "site of shop")
                .state("sites/snippets/a.conf", "fine;")
                .state("sites/snippets/shop.conf", "badly;");

        assertThat(shell.run(NGINX + """
                        nginx() { proxy_try "$SITES"; }
                        proxy_guard 2>/dev/null; state
                        cat "$PP_ROOT/apps/shop/nginx-refused"; echo
                        proxy_guard && echo "nothing to do"
                        nginx() { return 1; }
                        proxy_try() { return 1; }
                        proxy_guard || echo "not ours"
                        state
                        """))
                .containsExactly(
                        "a.conf: site of a",
                        "shop.conf: site of shop",
                        "snippets/a.conf: fine;",
                        "line 1 of the snippet: unknown directive \"badly\"",
                        "nothing to do",
                        "not ours",
                        "a.conf: site of a",
                        "shop.conf: site of shop",
                        "snippets/a.conf: fine;");
    }
}
