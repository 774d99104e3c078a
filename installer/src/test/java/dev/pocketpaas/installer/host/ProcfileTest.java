package dev.pocketpaas.installer.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.manifest.Procfile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcfileTest {
    @TempDir
    Path root;

    @Test
    void linesAreProcessesInTheirOrder() {
        assertThat(read("web: node web.js\nworker:   perl -e 'sleep 9'  \n"))
                .isEqualTo("web=node web.js|worker=perl -e 'sleep 9'|");
    }

    @Test
    void windowsLinesCommentsAndAMissingEndDoNotMatter() {
        assertThat(read("# what runs\r\nweb: a\r\n\r\n  \nclock_1: b")).isEqualTo("web=a|clock_1=b|");
    }

    @Test
    void theLastLineOfATypeCounts() {
        assertThat(read("web: old\nworker: w\nweb: new\n")).isEqualTo("web=new|worker=w|");
    }

    @Test
    void whatIsNoProcessIsSetAside() {
        assertThat(read("web: a\nnonsense\n9to5: b\nbad name: c\nempty:\n"))
                .isEqualTo("web=a|odd nonsense|odd 9to5: b|odd bad name: c|odd empty:|");
    }

    @Test
    void aCommandIsTextAndNothingMore() {
        assertThat(read("web: $(touch canary) `touch canary` \"; touch canary # é\n"))
                .isEqualTo("web=$(touch canary) `touch canary` \"; touch canary # é|");
        assertThat(root.resolve("canary")).doesNotExist();
    }

    /** What a plan says beforehand is what the host reads. */
    @Test
    void theLaptopReadsTheSame() {
        for (String text : List.of(
                "web: a\nworker:b\n",
                "\ufeffweb: perl srv.pl\nclock: x",
                "\ufeff# comment\r\nweb: a\r\n",
                "Web: a\nweb : b\n web: c\n\tweb: d\n",
                "  # comment\n\n#web: a\nrelease: migrate\nweb:\ta\t\n",
                "web: old\nweb: new\n",
                "web:\nweb:   \n9: x\n_a: x\na.b: x\n" + "a".repeat(31) + ": x\n" + "a".repeat(30) + ": y\n",
                "web: caf\u00e9 \u00a0\nworker: x # y: z\n",
                "web: a\rworker: b",
                "")) {
            Procfile laptop = Procfile.read(text.getBytes(StandardCharsets.UTF_8));
            StringBuilder expected = new StringBuilder();
            laptop.commands()
                    .forEach((type, command) ->
                            expected.append(type).append('=').append(command).append('|'));
            assertThat(read(text).replaceAll("odd [^|]*\\|", "")).as(text).isEqualTo(expected.toString());
        }
    }

    private String read(String procfile) {
        HostShell.Result result = new HostShell(root).script(procfile.getBytes(StandardCharsets.UTF_8), """
                cd "$PP_ROOT"
                source "$host/stack/procfile.bash"
                read_procfile
                for type in "${PROCFILE_TYPES[@]}"; do printf '%s=%s|' "$type" "${PROCFILE[$type]}"; done
                for line in "${PROCFILE_ODD[@]}"; do printf 'odd %s|' "$line"; done
                """);
        assertThat(result.err()).isEmpty();
        return result.text();
    }
}
