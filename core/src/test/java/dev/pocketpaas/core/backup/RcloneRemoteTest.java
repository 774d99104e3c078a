package dev.pocketpaas.core.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RcloneRemoteTest {
    private static final String CONFIGURATION = "# of rclone\n[other]\ntype = drive\nteam_drive = \n\n"
            + "[vault]\ntype = azureblob\n; a note\naccount = shop\nkey = a+b/c==\n\n[nas]\ntype = s3\n";

    @Test
    void theOptionsOfTheRemoteAloneAreTaken() {
        RcloneRemote remote = RcloneRemote.in(CONFIGURATION, "vault");

        assertThat(remote.lines().revealText()).isEqualTo("type = azureblob\naccount = shop\nkey = a+b/c==");
        assertThat(remote.toString()).contains("azureblob").doesNotContain("a+b/c");
        assertThat(RcloneRemote.in(CONFIGURATION, "other").lines().revealText()).isEqualTo("type = drive");
    }

    @Test
    void aRemoteThatIsNotThereIsToldWithThoseThatAre() {
        refused(CONFIGURATION, "x", "no remote \"x\"", "nas, other, vault");
        refused("", "x", "no remote \"x\"", "rclone config");
    }

    @Test
    void anEncryptedConfigurationIsNotGuessedAt() {
        refused(
                "# Encrypted rclone configuration File\n\nRCLONE_ENCRYPT_V0:\nabc",
                "vault",
                "is encrypted",
                "rclone config show vault");
    }

    @Test
    void whatBackupsReachWithoutRcloneIsTold() {
        refused(CONFIGURATION, "nas", "the type \"s3\"", "s3:https://");
        refused("[v]\ntype = crypt\nremote = x:y", "v", "the type \"crypt\"", "azureblob");
        refused("[v]\nkey = x", "v", "the type \"\"", "azureblob");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "service_account_file = /home/ada/key.json",
                "bearer_token_command = cat /etc/shadow",
                "client_certificate_path = /x",
                "unix_socket = /run/docker.sock",
                "env_auth = true",
                "override.user = x",
                "Ünï = x"
            })
    void whatNamesSomethingOfThisMachineIsRefused(String option) {
        refused("[v]\ntype = webdav\n" + option, "v", option.substring(0, option.indexOf(' ')), "the key itself");
    }

    @Test
    void tooMuchIsRefused() {
        refused("[v]\ntype = webdav\npass = " + "x".repeat(9000), "v", "too long", "rclone config show v");
        refused("[v]\ntype = webdav\npass = a\u0007b", "v", "no text", "rclone config show v");
        StringBuilder many = new StringBuilder("[v]\ntype = webdav\n");
        for (int i = 0; i < 64; i++) {
            many.append("option_").append(i).append(" = x\n");
        }
        refused(many.toString(), "v", "more than 64 options", "default");
    }

    private static void refused(String configuration, String name, String message, String cure) {
        assertThatThrownBy(() -> RcloneRemote.in(configuration, name))
                .isInstanceOfSatisfying(PocketException.class, told -> {
                    assertThat(told).hasMessageContaining(message);
                    assertThat(told.cure().orElse("")).contains(cure);
                });
    }
}
