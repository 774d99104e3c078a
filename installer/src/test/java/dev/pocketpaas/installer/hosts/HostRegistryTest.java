package dev.pocketpaas.installer.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostRegistryTest {
    private static final Instant ADDED = Instant.parse("2026-01-31T12:00:00Z");

    @TempDir
    private Path directory;

    private HostRegistry registry;

    @BeforeEach
    void open() {
        registry = new HostRegistry(directory.resolve("config/hosts"));
    }

    @Test
    void remembersAndForgets() {
        assertThat(registry.list()).isEmpty();
        RegisteredHost plain = RegisteredHost.of("prod", HostAddress.parse("root@203.0.113.10:2222"), ADDED);
        RegisteredHost sandbox = new RegisteredHost(
                "sandbox",
                HostAddress.parse("127.0.0.1:25000"),
                Path.of("/home/a b/id=1"),
                Path.of("/home/a b/known_hosts"),
                ADDED);
        registry.put(sandbox);
        registry.put(plain);
        assertThat(registry.list()).containsExactly(plain, sandbox);
        assertThat(registry.find("sandbox")).contains(sandbox);
        registry.put(RegisteredHost.of("prod", HostAddress.parse("203.0.113.11"), ADDED));
        assertThat(registry.find("prod").orElseThrow().address()).hasToString("203.0.113.11");
        registry.remove("prod");
        registry.remove("prod");
        assertThat(registry.list()).containsExactly(sandbox);
        registry.remove("sandbox");
        assertThat(directory.resolve("config/hosts")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "../x", "a/b", "A", "-a", "a-", ".hidden", "a b", "a\nb"})
    void namesThatCouldLeaveTheDirectoryAreNone(String name) {
        assertThat(registry.find(name)).isEmpty();
        assertThatThrownBy(() -> RegisteredHost.of(name, HostAddress.parse("h"), ADDED))
                .isInstanceOf(PocketException.class);
    }

    @Test
    void aDamagedFileIsNamed() throws Exception {
        Files.createDirectories(directory.resolve("config/hosts"));
        Files.writeString(directory.resolve("config/hosts/prod"), "address=??\n");
        assertThatThrownBy(() -> registry.list()).hasMessageContaining("hosts/prod is damaged");
    }
}
