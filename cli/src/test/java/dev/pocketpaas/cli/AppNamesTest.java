package dev.pocketpaas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.eclipse.jgit.api.Git;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clones and new names of apps on the command line, against a scripted host. */
class AppNamesTest {
    @TempDir
    private Path directory;

    private final ScriptedHost host = new ScriptedHost();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(directory.resolve("pocketpaas.yml"), "app: shop\nhost: 203.0.113.10\n");
    }

    private CliRunner runner() {
        return new CliRunner(directory).with(host);
    }

    @Test
    void aCloneIsDeployed() {
        host.prints("pocketpaas/1 clone shop2 shop data env", 0, "+result\trelease\tv1");

        CliRunner.Result done = runner().run("apps", "clone", "shop2", "--data", "--env", "--stop-first");

        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).startsWith("shop2 is deployed; v1 is live");
        assertThat(new String(host.input(0), StandardCharsets.UTF_8)).isEqualTo("options\0stop-first\0.\0end\0");
    }

    @Test
    void theAppIsNamedInFrontOrByItsOption() {
        host.prints("pocketpaas/1 clone copy blog", 0, "+result\trelease\tv1");
        assertThat(runner().run("apps", "clone", "blog", "copy").code()).isZero();
        assertThat(runner().run("apps", "clone", "copy", "--app", "blog").code())
                .isZero();
        CliRunner.Result twice = runner().run("apps", "clone", "blog", "copy", "--app", "blog");
        assertThat(twice.code()).isEqualTo(2);
        assertThat(twice.err()).contains("the app is named twice");
        assertThat(runner().run("apps", "rename", "shop").err()).contains("shop has that name already");
        assertThat(runner().run("apps", "rename", "Shop!").code()).isEqualTo(2);
        assertThat(runner().run("apps", "rename").code()).isEqualTo(2);
    }

    @Test
    void anotherNameAndWhatTheDirectorySaysOfIt() throws Exception {
        try (Git git = Git.init().setDirectory(directory.toFile()).call()) {
            git.getRepository()
                    .getConfig()
                    .setString("remote", "pocketpaas", "url", "ssh://pocketpaas@203.0.113.10/shop");
            git.getRepository().getConfig().save();
            host.prints("pocketpaas/1 rename shop store", 0, "+result\tapp\tstore", "+result\turl\thttp://store.test");

            CliRunner.Result done = runner().run("apps", "rename", "store");

            assertThat(done.code()).as(done.err()).isZero();
            assertThat(done.out()).startsWith("shop is called store now: http://store.test");
            assertThat(done.err())
                    .contains("The git remote pocketpaas leads to store now.")
                    .contains("For your next deploy write into pocketpaas.yml: app: store");
            assertThat(Files.readString(directory.resolve(".git/config"))).contains("203.0.113.10/store");
        }
    }

    @Test
    void aRemoteThatLeadsElsewhereStays() throws Exception {
        try (Git git = Git.init().setDirectory(directory.toFile()).call()) {
            git.getRepository()
                    .getConfig()
                    .setString("remote", "pocketpaas", "url", "ssh://pocketpaas@203.0.113.10/blog");
            git.getRepository().getConfig().save();
            host.prints("pocketpaas/1 rename other store now", 0, "+result\tapp\tstore");

            CliRunner.Result done = runner().run("apps", "rename", "other", "store", "--now", "--json");

            assertThat(done.code()).as(done.err()).isZero();
            assertThat(done.out()).contains("\"app\":[\"store\"]");
            assertThat(done.err()).isEmpty();
            assertThat(Files.readString(directory.resolve(".git/config"))).contains("203.0.113.10/blog");
        }
    }
}
