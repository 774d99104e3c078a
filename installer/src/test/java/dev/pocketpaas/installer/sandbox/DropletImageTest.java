package dev.pocketpaas.installer.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DropletImageTest {
    @Test
    void aMinimalDropletHasNeitherSudoNorCurl() {
        String standard = DropletImage.dockerfile(DropletImage.Variant.STANDARD, "debian:12", true);
        String minimal = DropletImage.dockerfile(DropletImage.Variant.MINIMAL, "debian:12", false);
        assertThat(standard).contains("sudo curl ca-certificates", "COPY authorities/");
        assertThat(minimal).doesNotContain("sudo").doesNotContain("curl").doesNotContain("COPY");
    }

    @Test
    void nothingOfOursIsOnIt() {
        assertThat(DropletImage.dockerfile(DropletImage.Variant.STANDARD, "debian:12", false))
                .startsWith("FROM debian:12\n")
                .doesNotContain("docker.io")
                .doesNotContain("nginx")
                .contains("LABEL " + SandboxLabels.LABEL + "=image");
    }
}
