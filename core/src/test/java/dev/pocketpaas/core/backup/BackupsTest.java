package dev.pocketpaas.core.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackupsTest {
    @Test
    void whatIsKeptHasAFormForPeopleAndOneForTheHost() {
        BackupKeep keep = BackupKeep.parse("7d, 6m");

        assertThat(keep).isEqualTo(new BackupKeep(7, 0, 6));
        assertThat(keep.forHost()).isEqualTo("7 0 6");
        assertThat(BackupKeep.ofHost("7 0 6")).isEqualTo(keep).hasToString("7d,6m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "7y", "0d", "1000d", "-1d", "7d,,6m", "d", "7d,7d", "7d,4w,8d"})
    void whatSaysNothingOfThatIsRefused(String text) {
        assertThatThrownBy(() -> BackupKeep.parse(text))
                .isInstanceOf(PocketException.class)
                .hasMessageMatching(".*(kept|keep).*");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mnt/backups",
                "s3:https://s3.example.com/bucket",
                "s3:http://10.0.0.1:9000/bucket/host-1",
                "sftp:u1@nas.example.com:23/backups/host",
                "rclone:azure:backups/host-1",
                "rclone:my_drive.2:b"
            })
    void aPlaceIsADirectoryOrABucket(String text) {
        assertThat(new BackupDestination(text)).hasToString(text);
        assertThat(new BackupDestination(text).isBucket()).isEqualTo(text.startsWith("s3:"));
        assertThat(new BackupDestination(text).rcloneRemote().isPresent()).isEqualTo(text.startsWith("rclone:"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "mnt",
                "/mnt/../etc",
                "/a b",
                "s3:https://h",
                "s3:https://u:p@h/b",
                "sftp:h:/x",
                "sftp:h/x",
                "sftp:-o@h/x",
                "sftp:u@-h/x",
                "sftp:u:p@h/x",
                "rclone:azure:",
                "rclone:azure:/etc",
                "rclone:azure:a/../b",
                "rclone::a",
                "rclone:a b:c",
                "rclone:-v:c",
                "rclone:a,type=local:/etc",
                "/-x"
            })
    void anythingElseIsNone(String text) {
        assertThatThrownBy(() -> new BackupDestination(text)).hasMessageContaining("no place for backups");
    }

    @ParameterizedTest
    @CsvSource({"b2:x, s3:https://s3.REGION", "gs:x:/, storage.googleapis.com", "azure:x:/, rclone:REMOTE:CONTAINER"})
    void whereThereIsAnotherWayItIsTold(String text, String way) {
        assertThatThrownBy(() -> new BackupDestination(text))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        told -> assertThat(told.cure().orElse("")).contains(way));
    }

    @Test
    void theRemoteOfRcloneIsWhatIsBetweenTheColons() {
        assertThat(new BackupDestination("rclone:my_drive.2:b/c").rcloneRemote())
                .contains("my_drive.2");
    }

    @Test
    void aFingerprintIsAsSshShowsIt() {
        String good = "SHA256:" + "a".repeat(43);
        assertThat(new KeyFingerprint(good)).hasToString(good);
        assertThatThrownBy(() -> new KeyFingerprint("MD5:00:11")).hasMessageContaining("not the fingerprint");
    }

    @Test
    void anIdIsThatOfASnapshot() {
        assertThat(new BackupId("1a2b3c4d")).hasToString("1a2b3c4d");
        assertThatThrownBy(() -> new BackupId("latest")).hasMessageContaining("not the id of a backup");
    }
}
