package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void aNumberIsANumberAndNothingIsNull() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("seconds", 9.5);
        document.put("bytes", 3L);
        document.put("text", "3");

        assertThat(Json.line(document)).isEqualTo("{\"seconds\":9.5,\"bytes\":3,\"text\":\"3\"}");
        assertThat(Json.line(Collections.singletonMap("copied", null))).isEqualTo("{\"copied\":null}");
    }
}
