package dev.pocketpaas.installer.hosts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.completion.NameMemory.Kind;
import dev.pocketpaas.core.completion.NameMemory.Name;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RememberedNamesTest {
    @TempDir
    Path cache;

    private RememberedNames names;

    @BeforeEach
    void open() {
        names = new RememberedNames(cache.resolve("completion"), HostAddress.parse("root@203.0.113.10:2222"));
    }

    @Test
    void aShellReadsTheFilesWithoutHelp() throws IOException {
        names.replace(Kind.APPS, "", List.of(new Name("shop", "http://shop.example.com"), new Name("blog", "")));
        names.replace(Kind.RELEASES, "shop", List.of(new Name("v12", "live, a\ttab\nand \u001b[31m more")));

        Path host = cache.resolve("completion/203.0.113.10:2222");
        assertThat(host.resolve("apps")).content().isEqualTo("shop\thttp://shop.example.com\nblog\n");
        assertThat(host.resolve("app/shop/releases")).content().isEqualTo("v12\tlive, a tab and  [31m more\n");
        assertThat(names.names(Kind.APPS, ""))
                .containsExactly(new Name("shop", "http://shop.example.com"), new Name("blog", ""));
        for (Path file : List.of(host, host.resolve("apps"), host.resolve("app/shop"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .endsWith("------");
        }
    }

    @Test
    void whatIsNoPlainWordIsNeverOffered() {
        names.replace(
                Kind.VARIABLES,
                "shop",
                Stream.of("GOOD", "$(reboot)", "a b", "`id`", "-x", "../up", "x;y", "")
                        .map(text -> new Name(text, ""))
                        .toList());
        names.replace(Kind.VARIABLES, "../../up", List.of(new Name("A", "")));

        assertThat(names.names(Kind.VARIABLES, "shop")).containsExactly(new Name("GOOD", ""));
        assertThat(cache.resolve("up")).doesNotExist();
        assertThat(names.names(Kind.VARIABLES, "../../up")).isEmpty();
    }

    @Test
    void newNamesComeFirstAndNotesStay() {
        names.replace(Kind.RELEASES, "shop", List.of(new Name("v1", "good, first")));
        names.add(Kind.RELEASES, "shop", List.of(new Name("v2", "deploy")));
        names.add(Kind.RELEASES, "shop", List.of(new Name("v1", "")));

        assertThat(names.names(Kind.RELEASES, "shop"))
                .containsExactly(new Name("v2", "deploy"), new Name("v1", "good, first"));

        names.remove(Kind.RELEASES, "shop", List.of("v1", "v9"));
        assertThat(names.names(Kind.RELEASES, "shop")).containsExactly(new Name("v2", "deploy"));
    }

    @Test
    void aDestroyedAppIsForgottenAndSoIsAHost() {
        names.replace(Kind.APPS, "", List.of(new Name("shop", ""), new Name("blog", "")));
        names.replace(Kind.TYPES, "shop", List.of(new Name("web", "")));

        names.forget("shop");
        assertThat(names.names(Kind.APPS, "")).containsExactly(new Name("blog", ""));
        assertThat(cache.resolve("completion/203.0.113.10:2222/app/shop")).doesNotExist();

        names.forget();
        assertThat(cache.resolve("completion")).isEmptyDirectory();
    }

    @Test
    void thousandsOfNamesAreCut() {
        names.replace(
                Kind.RELEASES,
                "shop",
                IntStream.range(0, 5000)
                        .mapToObj(i -> new Name("v" + (5000 - i), ""))
                        .toList());

        assertThat(names.names(Kind.RELEASES, "shop"))
                .hasSizeLessThan(1000)
                .first()
                .isEqualTo(new Name("v5000", ""));
    }

    @Test
    void aCacheThatCannotBeWrittenDoesNotMatter() throws IOException {
        Path file = Files.writeString(cache.resolve("file"), "");
        for (Path place : List.of(Path.of("/proc/no/such"), Path.of("/dev/full"), file)) {
            RememberedNames nowhere = new RememberedNames(place, HostAddress.parse("203.0.113.10"));
            nowhere.add(Kind.APPS, "", List.of(new Name("shop", "")));
            nowhere.remove(Kind.APPS, "", List.of("shop"));
            nowhere.forget("shop");
            nowhere.forget();
            assertThat(nowhere.names(Kind.APPS, "")).isEmpty();
        }
        assertThat(file).isEmptyFile();
    }
}
