package dev.pocketpaas.core.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceVersionTest {
    @Test
    void aKindWithOrWithoutAVersion() {
        assertThat(ServiceVersion.parse("postgres").major()).isEmpty();
        assertThat(ServiceVersion.parse("postgres:17").major()).contains("17");
        assertThat(ServiceVersion.parse("postgres:17")).hasToString("postgres:17");
        assertThat(ServiceVersion.parse("mariadb:10.11").major()).contains("10.11");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "oracle", ":17", "postgres:", "postgres:9.6", "postgres:17:1", "Postgres", "postgres 17"})
    void whatIsNoKindOrNoVersion(String text) {
        assertThatThrownBy(() -> ServiceVersion.parse(text)).isInstanceOf(PocketException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql, postgres",
        "postgresql:17, postgres",
        "pg, postgres",
        "psql, postgres",
        "POSTGRES, postgres",
        "mongo, mongodb",
        "Redis:7, redis",
        "maria, mariadb"
    })
    void whatWasProbablyMeant(String text, String meant) {
        assertThatThrownBy(() -> ServiceVersion.parse(text))
                .isInstanceOfSatisfying(
                        PocketException.class, e -> assertThat(e.cure()).contains("did you mean \"" + meant + "\"?"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":17", "oracle", "p", "my"})
    void whatCouldBeAnything(String text) {
        assertThatThrownBy(() -> ServiceVersion.parse(text))
                .isInstanceOfSatisfying(
                        PocketException.class,
                        e -> assertThat(e.cure())
                                .hasValueSatisfying(fix -> assertThat(fix).startsWith("use one of: postgres, ")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "DB", "-db", "db-", "a_b", "a b", "a/b", "1db", "../db", "$(id)", "a;b"})
    void whatIsNoNameOfAService(String name) {
        assertThatThrownBy(() -> new ServiceName(name)).isInstanceOf(PocketException.class);
    }
}
