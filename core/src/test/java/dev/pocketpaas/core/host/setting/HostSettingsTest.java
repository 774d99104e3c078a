package dev.pocketpaas.core.host.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostSettingsTest {
    private static final Path PROTOCOL = Path.of("../docs/protocol.md");
    private static final String BEGIN = "<!-- made from HostSettings -->\n";
    private static final String END = "<!-- end -->\n";

    /** Written anew with -Dpocketpaas.regenerate=true. */
    @Test
    void theProtocolHasThemAll() throws IOException {
        String page = Files.readString(PROTOCOL);
        int from = page.indexOf(BEGIN) + BEGIN.length();
        int to = page.indexOf(END);
        if (Boolean.getBoolean("pocketpaas.regenerate")) {
            page = page.substring(0, from) + table() + page.substring(to);
            Files.writeString(PROTOCOL, page);
            to = page.indexOf(END);
        }
        assertThat(page.substring(from, to)).isEqualTo(table());
    }

    private static String table() {
        StringBuilder table =
                new StringBuilder("\n| file | holds | without it | option of `init host` |\n|---|---|---|---|\n");
        for (HostSetting<?> setting : HostSettings.ALL) {
            table.append("| `" + setting.name() + "` | ")
                    .append(setting.type().label())
                    .append(setting.isSecret() ? "; 0600" : "")
                    .append(" | ")
                    .append(otherwise(setting))
                    .append(" | ")
                    .append(setting.option()
                            .map(option ->
                                    "`" + option + " " + setting.argument().replace("|", "\\|") + "`")
                            .orElse(""))
                    .append(" |\n");
        }
        return table + "\n";
    }

    private static String otherwise(HostSetting<?> setting) {
        String unset = setting.unset();
        return unset == null || !setting.unsetInWords().isEmpty() ? setting.unsetInWords() : setting.shown(unset);
    }

    @ParameterizedTest
    @CsvSource({
        "build-timeout, 15, 900, 15 minutes",
        "build-memory, 1.5G, 1610612736, 1536M",
        "disk-needed, 2G, 2048, 2G",
        "disk-needed, 0, 0, 0",
        "disk-warning, 90, 90, 90 %",
        "keep-releases, 1000, 1000, 1000",
        "public-https-port, 8443, 8443, 8443",
        "metadata, open, open, open",
        "domain, Apps.Example.com, apps.example.com, apps.example.com",
        "domain, localhost, localhost, localhost",
        "subnets, 10.9.0.0/16, 10.9.0.0/16, 10.9.0.0/16",
        "acme-directory, none, none, none"
    })
    void aValueHasThreeForms(String name, String written, String stored, String shown) {
        HostSetting<?> setting = HostSettings.find(name).orElseThrow();
        assertThat(stored(setting, written)).isEqualTo(stored);
        assertThat(setting.shown(stored)).isEqualTo(shown);
        assertThat(stored(setting, setting.written(stored)))
                .as("what is shown can be typed")
                .isEqualTo(stored);
    }

    private static <T> String stored(HostSetting<T> setting, String written) {
        return setting.stored(setting.parse(written));
    }

    @Test
    void whatTheFileHoldsIsShownEvenWhereNoOptionCouldHaveWrittenIt() {
        assertThat(HostSettings.BUILD_TIMEOUT.shown("90")).isEqualTo("90 seconds");
        assertThat(HostSettings.BUILD_TIMEOUT.shown("damaged")).isEqualTo("damaged");
        assertThat(HostSettings.DISK_NEEDED.written("")).isEmpty();
    }

    @Test
    void aListOfBuildpacksIsAFile() {
        List<Buildpack> list = HostSettings.BUILDPACKS.parse("# ours\n own/a  https://example.com/a#main\n\n");

        assertThat(list).containsExactly(new Buildpack("own/a", "https://example.com/a#main"));
        assertThat(HostSettings.BUILDPACKS.stored(list)).isEqualTo("own/a\thttps://example.com/a#main");
        assertThat(HostSettings.BUILDPACKS.shown("own/a\thttps://example.com/a#main"))
                .isEqualTo("own/a");
        assertThat(HostSettings.BUILDPACKS.isFile()).isTrue();
        assertThatThrownBy(() -> HostSettings.BUILDPACKS.parse("own/a"))
                .isInstanceOf(PocketException.class)
                .hasMessage("\"own/a\" is not a buildpack");
    }

    @Test
    void imagesOfServicesAreGivenOneByOne() {
        HostSetting<List<ServiceImage>> setting = HostSettings.SERVICE_IMAGES;
        String written = "postgres:17=own/postgres:17\n*=mirror.example.com/library/";

        assertThat(setting.option()).contains("--service-image");
        assertThat(setting.parse(written))
                .containsExactly(
                        new ServiceImage("postgres:17", "own/postgres:17"),
                        new ServiceImage("*", "mirror.example.com/library/"));
        assertThat(setting.stored(setting.parse(written))).isEqualTo(written);
        assertThat(setting.written(written)).isEqualTo(written);
        assertThat(setting.shown(written)).isEqualTo("postgres:17=own/postgres:17, *=mirror.example.com/library/");
        assertThat(List.of("postgres=own/x", "postgres:17", "postgres:17=", "*=own", "*=-v /:/", "17=own/x"))
                .allSatisfy(wrong -> assertThatThrownBy(() -> setting.parse(wrong))
                        .isInstanceOf(PocketException.class)
                        .hasMessage("\"" + wrong + "\" is not of the form TYPE:MAJOR=IMAGE"));
    }

    @Test
    void authoritiesAreCounted() {
        String one = "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n";
        assertThat(HostSettings.CA_CERTIFICATES.shown(one)).isEqualTo("1 certificate");
        assertThat(HostSettings.CA_CERTIFICATES.shown(one + one)).isEqualTo("2 certificates");
        assertThatThrownBy(() -> HostSettings.CA_CERTIFICATES.parse("x"))
                .hasMessage("the file of --ca-certificates holds no certificate");
    }

    @Test
    void helpNamesTheDefault() {
        assertThat(HostSettings.BUILD_TIMEOUT.help()).isEqualTo("Time limit of a build (default: 15).");
        assertThat(HostSettings.ALL)
                .allSatisfy(setting -> assertThat(setting.help()).doesNotContain("%"));
    }
}
