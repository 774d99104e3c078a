package dev.pocketpaas.core.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PiecesTest {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    @Test
    void theEndIsSaid() throws IOException {
        Pieces.send(new ByteArrayInputStream("dump".getBytes(StandardCharsets.UTF_8)), sent);

        assertThat(sent.toByteArray()).containsExactly(0, 0, 0, 4, 'd', 'u', 'm', 'p', 0, 0, 0, 0);
    }

    @Test
    void ofAnInputThatFailsItIsNot() {
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("the disk is gone");
            }
        };
        InputStream input = new SequenceInputStream(new ByteArrayInputStream(new byte[] {1}), failing);

        assertThatThrownBy(() -> Pieces.send(input, sent)).hasMessage("the disk is gone");

        assertThat(sent.toByteArray()).containsExactly(0, 0, 0, 1, 1);
    }
}
