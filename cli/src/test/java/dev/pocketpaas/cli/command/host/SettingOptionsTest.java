package dev.pocketpaas.cli.command.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.installer.init.InitOptions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class SettingOptionsTest {
    @Test
    void aRepeatableOptionMakesOneSetting() {
        assertThat(given("--service-image", "redis:7=own/redis:7", "--service-image=*=mirror.example.com/library/"))
                .isEqualTo(Map.of("service-images", "redis:7=own/redis:7\n*=mirror.example.com/library/"));
        assertThat(given("--service-image", "default")).isEqualTo(Map.of("service-images", ""));
    }

    @Test
    void whatIsNotGivenStaysAsItIs() {
        assertThat(given()).isEmpty();
        assertThat(given("--build-timeout", "20")).isEqualTo(Map.of("build-timeout", "1200"));
    }

    private static Map<String, String> given(String... words) {
        SettingOptions options = new SettingOptions();
        CommandSpec command = CommandSpec.create();
        options.addTo(command);
        new CommandLine(command).parseArgs(words);
        return options.addTo(InitOptions.defaults(), Environment.ofProcess()).settings();
    }
}
