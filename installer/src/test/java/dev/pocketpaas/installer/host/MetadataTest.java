package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules that close a cloud's metadata address, with a stand-in for iptables that keeps them in a file. */
class MetadataTest {
    private static final String GUARD = """
            source "$host/lib/metadata.bash"
            iptables() {
                [[ $1 == -w && $3 == -t && $4 == raw ]] || return 2
                case $5 in
                    -C) grep -qxF -- "${*:6}" "$PP_ROOT/rules" 2>/dev/null ;;
                    -I) printf '%s\\n' "${*:6}" >>"$PP_ROOT/rules" ;;
                    -D) grep -vxF -- "${*:6}" "$PP_ROOT/rules" >"$PP_ROOT/left" || true; mv "$PP_ROOT/left" "$PP_ROOT/rules" ;;
                esac
            }
            ip6tables() { [[ $5 != -C ]]; }
            type() { :; }
            """;

    private static final String RULE =
            " -d 169.254.169.254 -p tcp ! --dport 53 -m comment --comment pocketpaas: init host --metadata -j DROP";

    @TempDir
    Path root;

    @Test
    void itIsClosedOnceToBuildsAndToEveryNetworkOfApps() throws Exception {
        guard();
        assertThat(guard()).containsExactly("PREROUTING -i docker0" + RULE, "PREROUTING -s 10.213.0.0/16" + RULE);

        Files.writeString(root.resolve("host/subnets"), "10.9.0.0/16 10.8.0.0/16 $(x)");
        Files.delete(root.resolve("rules"));
        assertThat(guard())
                .containsExactly(
                        "PREROUTING -i docker0" + RULE,
                        "PREROUTING -s 10.9.0.0/16" + RULE,
                        "PREROUTING -s 10.8.0.0/16" + RULE);
    }

    @Test
    void theHostsOwnerOpensIt() throws Exception {
        guard();
        Files.writeString(root.resolve("host/metadata"), "open");
        assertThat(guard()).isEmpty();

        Files.writeString(root.resolve("host/metadata"), "closed");
        assertThat(guard()).hasSize(2);
    }

    @Test
    void whatCannotBeClosedIsSaid() {
        HostShell.Result result = new HostShell(root).script(GUARD + "iptables() { return 1; }\nmetadata_guard");

        assertThat(result.code()).isEqualTo(1);
    }

    private List<String> guard() throws Exception {
        Files.createDirectories(root.resolve("host"));
        HostShell.Result result = new HostShell(root).script(GUARD + "metadata_guard");
        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        return Files.readAllLines(root.resolve("rules"));
    }
}
