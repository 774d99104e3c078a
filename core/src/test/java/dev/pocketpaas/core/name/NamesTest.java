package dev.pocketpaas.core.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    static Stream<String> hostile() {
        return Stream.of(
                "",
                " ",
                "$(touch canary)",
                "`id`",
                "a;b",
                "a b",
                "a\nb",
                "a\u0000b",
                "../../etc",
                "a/b",
                "'a'",
                "\"a\"",
                "ünïcode",
                "\u202Eevil",
                "-rf",
                "a".repeat(5000));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void hostileTextIsNoNameOfAnything(String text) {
        assertUsage(() -> AppName.parse(text));
        assertUsage(() -> new ProcessType(text));
        assertUsage(() -> new EnvName(text));
        assertUsage(() -> new KeyName(text));
        assertUsage(() -> ReleaseNumber.parse(text));
        assertUsage(() -> HostAddress.parse(text + "@" + text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "shop", "my-shop-2", "a123456789012345678901234567890123456789"})
    void goodAppNames(String text) {
        assertThat(AppName.parse(text).value()).isEqualTo(text);
        assertThat(AppName.isValid(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Shop",
                "1shop",
                "shop-",
                "-shop",
                "my_shop",
                "shop.web",
                "a12345678901234567890123456789012345678901"
            })
    void badAppNames(String text) {
        assertThat(AppName.isValid(text)).isFalse();
        assertUsage(() -> AppName.parse(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PORT", "DYNO", "POCKETPAAS_APP", "POCKETPAAS_ANYTHING", "1A", "A-B", "A B", "A="})
    void badVariableNames(String text) {
        assertUsage(() -> new EnvName(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PATH", "LD_PRELOAD", "DOCKER_HOST", "_", "a", "PORTS"})
    void namesThatMatterToShellsAreTheAppsOwnBusiness(String text) {
        assertThat(new EnvName(text).value()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"example.com", "*.example.com", "a.b.c.d.example", "xn--bcher-kva.example", "shop.localhost"})
    void goodDomains(String text) {
        assertThat(Domain.parse(text).value()).isEqualTo(text);
    }

    @Test
    void domainsAreNormalised() {
        assertThat(Domain.parse("Shop.Example.COM.").value()).isEqualTo("shop.example.com");
        assertThat(Domain.parse("bücher.example").value()).isEqualTo("xn--bcher-kva.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "http://example.com",
                "example.com/path",
                "example.com:80",
                "a..b",
                "-a.example",
                "a_b.example",
                "1.2.3.4",
                "example.com; return 200",
                "a.example\nb.example",
                "*.*.example",
                "*",
                "a b.example"
            })
    void badDomains(String text) {
        assertUsage(() -> Domain.parse(text));
    }

    @Test
    void aDomainIsBoundedInLength() {
        assertUsage(() -> Domain.parse("a.".repeat(130) + "example"));
        assertUsage(() -> Domain.parse("a".repeat(64) + ".example"));
    }

    @Test
    void hostsWithLoginAndPort() {
        assertThat(HostAddress.parse("203.0.113.10")).isEqualTo(new HostAddress(null, "203.0.113.10", null));
        assertThat(HostAddress.parse("root@droplet.example:2222"))
                .isEqualTo(new HostAddress("root", "droplet.example", 2222));
        assertThat(HostAddress.parse("[2001:db8::1]:22")).isEqualTo(new HostAddress(null, "2001:db8::1", 22));
        assertThat(HostAddress.parse("root@[2001:db8::1]:22")).hasToString("root@[2001:db8::1]:22");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host:0",
                "host:70000",
                "@host",
                "user@",
                "-oProxyCommand=id",
                "ada@-oProxyCommand=id",
                "-l@host",
                "host name",
                "a;b",
                "*",
                "a,b",
                "!a",
                "$(id)",
                "a`id`",
                "a'b",
                "ssh://",
                "ssh://host/path",
                "ssh://ho%20st",
                "[::1",
                ""
            })
    void badHosts(String text) {
        assertUsage(() -> HostAddress.parse(text));
    }

    @Test
    void releasesAreWrittenWithOrWithoutV() {
        assertThat(ReleaseNumber.parse("v12")).isEqualTo(ReleaseNumber.parse("12"));
        assertThat(ReleaseNumber.parse("12")).hasToString("v12");
        assertUsage(() -> ReleaseNumber.parse("v0"));
        assertUsage(() -> ReleaseNumber.parse("99999999999"));
    }

    @Test
    void aSecretDoesNotShow() {
        assertThat(Secret.of("hunter2")).hasToString("••••••");
        assertThat(Secret.of("hunter2").revealText()).isEqualTo("hunter2");
        assertThat(Secret.of("a")).isEqualTo(Secret.of("a")).isNotEqualTo(Secret.of("b"));
    }

    @Test
    void messagesHoldNoControlCharacters() {
        assertThat(Printable.of("a\nb\u001b[31m\u202e")).isEqualTo("a\\nb\\u001b[31m\\u202e");
        assertThat(Printable.of("x".repeat(200))).hasSize(81).endsWith("…");
    }

    private static void assertUsage(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PocketException.class, e -> {
            assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(e.what()).doesNotContain("\n").hasSizeLessThan(200);
        });
    }
}
