package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.environment.Environment;
import dev.pocketpaas.cli.invocation.LocalFile;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.setting.HostSetting;
import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.installer.init.InitOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The options of {@code init host} for the settings of a host: one for each, made from its declaration. */
final class SettingOptions {
    private static final String DEFAULT = "default";
    private static final String STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";

    private final Map<HostSetting<?>, OptionSpec> options = new LinkedHashMap<>();
    private final OptionSpec staging = OptionSpec.builder("--acme-staging")
            .description("Use Let's Encrypt's staging server. Browsers do not trust its certificates.")
            .type(boolean.class)
            .arity("0")
            .build();

    SettingOptions() {
        for (HostSetting<?> setting : HostSettings.ALL) {
            setting.option().ifPresent(name -> options.put(setting, option(name, setting)));
        }
    }

    private static OptionSpec option(String name, HostSetting<?> setting) {
        OptionSpec.Builder option =
                OptionSpec.builder(name).paramLabel(setting.argument()).description(setting.help());
        return setting.isRepeatable()
                ? option.type(List.class).auxiliaryTypes(String.class).build()
                : option.type(String.class).build();
    }

    /** Adds the options to {@code command}. */
    void addTo(CommandSpec command) {
        options.forEach((setting, option) -> {
            command.addOption(option);
            if (setting == HostSettings.ACME_DIRECTORY) {
                command.addOption(staging);
            }
        });
    }

    /** What was written for {@code setting}; one item a line. */
    Optional<String> written(HostSetting<?> setting) {
        OptionSpec option = options.get(setting);
        if (option == null || option.getValue() == null) {
            return Optional.empty();
        }
        return Optional.of(
                setting.isRepeatable() ? String.join("\n", option.<List<String>>getValue()) : option.getValue());
    }

    /** {@code init} with all that was given; files are found from the directory of {@code environment}. */
    InitOptions addTo(InitOptions init, Environment environment) {
        InitOptions all = init;
        for (HostSetting<?> setting : options.keySet()) {
            Optional<String> text = written(setting);
            if (text.isPresent()) {
                all = with(all, setting, text.get(), environment);
            }
        }
        if (Boolean.TRUE.equals(staging.getValue())) {
            if (written(HostSettings.ACME_DIRECTORY).isPresent()) {
                throw PocketException.usage(
                        "--acme-staging and --acme-directory cannot be combined", "remove one of them");
            }
            all = all.with(HostSettings.ACME_DIRECTORY, STAGING);
        }
        return all;
    }

    private static <T> InitOptions with(
            InitOptions init, HostSetting<T> setting, String text, Environment environment) {
        if (text.equals(DEFAULT) && setting != HostSettings.NAME) {
            return init.withDefault(setting);
        }
        return init.with(setting, setting.parse(setting.isFile() ? LocalFile.text(environment.resolve(text)) : text));
    }
}
