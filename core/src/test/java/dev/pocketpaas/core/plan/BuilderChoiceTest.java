package dev.pocketpaas.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.protocol.ValueTree;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same order as the host's (BuildSelectTest). */
class BuilderChoiceTest {
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "builder=dockerfile, package.json,           dockerfile, pocketpaas.yml says so",
                "builder=static,     package.json,           static,     pocketpaas.yml says so",
                "image=nginx,        Dockerfile,             image,      pocketpaas.yml names an image",
                "buildpacks=node,    Dockerfile,             buildpacks, listed in pocketpaas.yml: node",
                "-,                  .buildpacks Dockerfile, buildpacks, listed in .buildpacks",
                "url,                Dockerfile,             buildpacks, BUILDPACK_URL is set",
                "dockerfile=d/File,  package.json,           dockerfile, pocketpaas.yml names one",
                "-,                  Dockerfile Gemfile,     dockerfile, there is a Dockerfile",
                "builder=buildpacks, Dockerfile go.mod,      buildpacks, it looks like a Go app; the host's buildpacks decide",
                "-,                  Procfile,               buildpacks, there is a Procfile; the host's buildpacks are asked first",
                "-,                  index.html,             static,     'there is an index.html, unless a buildpack of the host fits'",
                "-,                  README,                 '',         nothing says how: the host asks its buildpacks",
            })
    void theFirstThatAppliesIsNamedWithTheReason(
            @org.jspecify.annotations.Nullable String setting, String files, String name, String why) {
        ValueTree.Builder settings = ValueTree.builder();
        if (setting != null && setting.contains("=")) {
            settings.put(setting.split("=")[0], setting.split("=")[1]);
        }
        List<String> names = List.of(files.split(" "));

        BuilderChoice choice = BuilderChoice.of(
                path -> names.contains(path) ? Optional.of("x\n".getBytes(StandardCharsets.UTF_8)) : Optional.empty(),
                settings.build(),
                "url".equals(setting));

        assertThat(choice.name()).isEqualTo(name);
        assertThat(choice.why()).isEqualTo(why);
    }
}
