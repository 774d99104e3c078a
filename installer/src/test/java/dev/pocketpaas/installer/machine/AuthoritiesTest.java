package dev.pocketpaas.installer.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthoritiesTest {
    @Test
    void onlyThoseOfTheMachineItselfAreExtra(@TempDir Path root) throws Exception {
        Path stock = Files.createDirectories(root.resolve("stock/mozilla"));
        Files.writeString(stock.resolve("a.crt"), pem("AAAA\nBBBB"));
        Path bundle = root.resolve("bundle");
        Files.writeString(bundle, pem("AAAABBBB") + "# Own\n" + pem("C".repeat(70)) + pem("CCCC"));
        Authorities authorities = new Authorities(bundle, root.resolve("stock"));
        assertThat(authorities.extra()).containsExactly(pem("C".repeat(64) + "\n" + "C".repeat(6)), pem("CCCC"));
    }

    @Test
    void aMachineWithoutSuchPlacesHasNone(@TempDir Path root) {
        assertThat(new Authorities(root.resolve("x"), root.resolve("y")).extra())
                .isEmpty();
    }

    private static String pem(String body) {
        return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
    }
}
