package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import dev.pocketpaas.cli.environment.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each package as a new user meets it, in a bare system: installed, an app deployed with it, upgraded, and removed without a trace. {@code mvn -Pdist
 * verify} makes the packages and runs this.
 */
@Tag("packages")
@ExtendWith(TestDroplet.Shared.class)
class PackagesIT {
    private static final Path PACKAGES =
            Path.of("target", "packages").toAbsolutePath().normalize();
    private static final String VERSION = Version.text();
    private static final String NEWER = "9.0.0";
    private static final String NAME = "pocketpaas-" + VERSION;
    private static final String OWN = NAME + "-linux-x64.tar.gz";
    /** What somebody who used the program keeps: settings and the names that completion learned, not the program. */
    private static final String SETTINGS = "/home/ada/[.](config|local/state|ssh|cache/pocketpaas/completion)(/.*)?"
            + "|/home/ada/[.](local|cache|cache/pocketpaas)|/home/ada/app.*|/home/ada/key";

    @TempDir
    static Path work;

    @BeforeAll
    static void thePackagesAreThere() {
        assertThat(PACKAGES.resolve(OWN))
                .as("run \"mvn -Pdist -DskipTests package\" first")
                .exists();
    }

    @Test
    void theArchiveWithItsOwnJava(TestDroplet droplet) {
        try (BareSystem system = bare()) {
            system.must("root", "tar -xzf /packages/" + OWN + " -C /opt");
            List<String> installed = system.files();
            String program = "/opt/" + NAME + "/bin/pocketpaas";

            assertThat(system.must("ada", program + " version"))
                    .contains("pocketpaas " + VERSION, "(its own)", "an archive, in /opt/" + NAME);
            deploysWith(system, program, droplet, "archive");
            assertThat(system.newSince(installed))
                    .as("it brings its archives of class data, and makes none")
                    .allMatch(file -> file.matches(SETTINGS));
        }
    }

    @Test
    void theInstallScript(TestDroplet droplet) {
        try (BareSystem system = bare()) {
            List<String> before = system.files();
            String install = "bash /packages/install.sh --from /packages";
            assertThat(system.must("ada", install))
                    .contains("PocketPaaS " + VERSION + " is installed in /home/ada/.local/share/pocketpaas/" + VERSION)
                    .contains("Add /home/ada/.local/bin to your PATH");
            String program = "/home/ada/.local/bin/pocketpaas";
            assertThat(system.must("ada", program + " version")).contains("(its own)", "install.sh, in ");
            assertThat(system.must("ada", "ls .local/share/man/man1 .local/share/bash-completion/completions"))
                    .contains("pocketpaas-deploy.1", "pocketpaas");
            deploysWith(system, program, droplet, "installer");

            // The same again, and then a newer one.
            system.must("ada", install);
            system.copy(newerInstaller(), "/home/ada/newer");
            system.must("ada", "sh newer/install.sh --from newer");
            assertThat(system.must("ada", "ls .local/share/pocketpaas")).isEqualTo(NEWER + "\nfiles\n");
            assertThat(system.must("ada", program + " --version")).isEqualTo("pocketpaas " + VERSION + "\n");
            assertThat(system.asAda("ls .local/share/man/man1/pocketpaas-deploy.1")
                            .exit())
                    .as("what the newer version does not have is gone")
                    .isNotZero();

            system.must("ada", "sh newer/install.sh --uninstall && rm -r newer");
            assertThat(system.newSince(before))
                    .allMatch(file -> file.matches(SETTINGS))
                    .noneMatch(file -> file.contains("/.cache/pocketpaas"));
        }
    }

    @Test
    void aDamagedOrMissingArchiveIsNotInstalled() {
        try (BareSystem system = bare()) {
            system.must("ada", "mkdir d && cp /packages/" + OWN + " d/ && printf x >>d/" + OWN);
            List<String> before = system.files();

            Seen damaged = system.asAda("sh /packages/install.sh --from d");
            assertThat(damaged.exit()).isEqualTo(4);
            assertThat(damaged.err()).contains("its checksum is wrong");
            Seen missing = system.asAda("sh /packages/install.sh --from /nowhere");
            assertThat(missing.exit()).isEqualTo(3);
            assertThat(system.asAda("sh /packages/install.sh").exit()).isEqualTo(2);
            assertThat(system.asAda("sh /packages/install.sh --uninstall").exit())
                    .isEqualTo(4);
            assertThat(system.newSince(before)).isEmpty();
        }
    }

    @Test
    void theDebianPackageAndTheArchiveForAJava(TestDroplet droplet) {
        try (BareSystem system = bare()) {
            system.must("root", "tar -xzf /packages/" + NAME + ".tar.gz -C /opt");
            String plain = "/opt/" + NAME + "/bin/pocketpaas";
            Seen without = system.asAda(plain + " --version");
            assertThat(without.exit()).isEqualTo(4);
            assertThat(without.err()).contains("PocketPaaS needs Java 17 or newer");

            String apt = "DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends ";
            system.must("root", "apt-get -q update && " + apt + "install default-jre-headless");
            List<String> before = system.files();
            String deb = "/packages/pocketpaas_" + VERSION + "_all.deb";
            system.must("root", apt + "install " + deb);
            assertThat(system.must("ada", "pocketpaas version"))
                    .contains("pocketpaas " + VERSION, "the Debian package, in /usr/lib/pocketpaas");
            assertThat(system.must(
                            "ada",
                            "ls /usr/share/man/man1/pocketpaas-deploy.1.gz /usr/share/bash-completion/completions/pocketpaas "
                                    + "/usr/share/zsh/vendor-completions/_pocketpaas "
                                    + "/usr/share/fish/vendor_completions.d/pocketpaas.fish /usr/lib/pocketpaas/lib/words.jsa "
                                    + "/usr/lib/pocketpaas/lib/classes.jsa"))
                    .isNotEmpty();
            deploysWith(system, "pocketpaas", droplet, "deb");

            system.copy(newerDeb(), "/home/ada/newer.deb");
            system.must("root", apt + "install /home/ada/newer.deb && rm /home/ada/newer.deb");
            assertThat(system.must("root", "dpkg-query -W -f '${Version}' pocketpaas"))
                    .isEqualTo(NEWER);
            assertThat(system.must("ada", "pocketpaas --version")).isEqualTo("pocketpaas " + VERSION + "\n");
            system.must("root", apt + "purge pocketpaas");
            assertThat(system.newSince(before)).allMatch(file -> file.matches(SETTINGS));

            // There is a Java now, so the plain archive runs. What it makes is in the cache of its user.
            assertThat(system.must("ada", plain + " version")).contains("an archive, in /opt/" + NAME);
            deploysWith(system, plain, droplet, "plain");
        }
    }

    @Test
    void theNpmPackages(TestDroplet droplet) {
        Path global = work.resolve("npm");
        npm(
                "install",
                global,
                PACKAGES.resolve("pocketpaas-npm-linux-x64-" + VERSION + ".tgz").toString());
        npm(
                "install",
                global,
                PACKAGES.resolve("pocketpaas-npm-" + VERSION + ".tgz").toString());
        try (BareSystem system = bare()) {
            system.copy(global, "/home/ada/npm");
            String program = "/home/ada/npm/bin/pocketpaas";
            List<String> before = system.files();
            assertThat(system.must("ada", program + " version")).contains("(its own)", "npm, in /home/ada/npm");
            deploysWith(system, program, droplet, "npm");
            // npm changes the times of files, so the launcher makes the archives of class data there: in the package,
            // which goes as a whole.
            Polling.until(
                    Duration.ofMinutes(3),
                    () -> system.asAda("ls npm/lib/node_modules/@pocketpaas/linux-x64/lib/classes-*.jsa")
                                    .exit()
                            == 0,
                    () -> "no archive of class data is made");
            assertThat(system.must(
                            "ada",
                            "POCKETPAAS_JAVA_OPTS=-Xlog:class+load " + program
                                    + " --version | grep -c 'cli.Main source: shared'"))
                    .isEqualTo("1\n");
            assertThat(system.newSince(before))
                    .allMatch(file -> file.matches(SETTINGS) || file.startsWith("/home/ada/npm/lib/node_modules/"));
            system.must("ada", "rm -r npm/lib/node_modules/@pocketpaas");
            Seen without = system.asAda(program + " --version");
            assertThat(without.exit()).isEqualTo(4);
            assertThat(without.err()).contains("npm installed no PocketPaaS for Linux on x86_64");
        }
        npm("uninstall", global, "pocketpaas");
        npm("uninstall", global, "@pocketpaas/linux-x64");
        try (Stream<Path> files = Files.walk(global)) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theFormulaNamesTheArchivesByTheirChecksums() throws IOException {
        String formula = Files.readString(PACKAGES.resolve("pocketpaas.rb"));
        String script = Files.readString(PACKAGES.resolve("install.sh"));
        for (String line : Files.readAllLines(PACKAGES.resolve("SHA256SUMS"))) {
            String[] parts = line.split(" {2}");
            Seen sum = BareSystem.host("sha256sum", PACKAGES.resolve(parts[1]).toString());
            assertThat(sum.out()).as(line).startsWith(parts[0] + " ");
            if (parts[1].matches("pocketpaas-[0-9.]+(-linux-.*)?[.]tar[.]gz")) {
                assertThat(formula).contains("sha256 \"" + parts[0] + "\"");
                assertThat(script).contains("sum=" + parts[0] + " ");
            }
        }
        assertThat(formula).doesNotContain("sha256 \"\"");
    }

    @Test
    void theFormula(TestDroplet droplet) throws IOException {
        Path brew = work.resolve("brew.rb");
        try (var in = PackagesIT.class.getResourceAsStream("brew.rb")) {
            Files.write(brew, in.readAllBytes());
        }
        try (BareSystem system = bare()) {
            system.must("root", "apt-get -q update && apt-get -q -y --no-install-recommends install ruby");
            system.copy(brew, "/home/ada/brew.rb");
            List<String> before = system.files();
            // As Homebrew does: the archive that the formula names, unpacked, and its directories moved to their
            // places.
            String sum = system.must(
                    "ada",
                    "mkdir brew t && tar -xzf /packages/" + OWN + " -C t && cd t/" + NAME
                            + " && FAKE=$HOME/brew ruby ~/brew.rb /packages/pocketpaas.rb");
            assertThat(system.must("ada", "sha256sum /packages/" + OWN)).startsWith(sum.strip() + " ");
            system.must("ada", "rm -r t");
            assertThat(system.must("ada", "brew/bin/pocketpaas version"))
                    .contains("(its own)", "Homebrew, in /home/ada/brew/libexec");
            assertThat(system.must(
                            "ada", "ls brew/etc/bash_completion.d brew/share/zsh/site-functions brew/share/man/man1"))
                    .contains("pocketpaas\n", "_pocketpaas", "pocketpaas-deploy.1");
            deploysWith(system, "/home/ada/brew/bin/pocketpaas", droplet, "brew");
            system.must("ada", "rm -r brew");
            assertThat(system.newSince(before)).allMatch(file -> file.matches(SETTINGS));
        }
    }

    private static BareSystem bare() {
        return new BareSystem(
                System.getProperty("pocketpaas.packages.image", "pocketpaas/sandbox-base:latest"), PACKAGES);
    }

    /** The first deploy: a directory with a page, a key, and nothing else. */
    private static void deploysWith(BareSystem system, String program, TestDroplet droplet, String how) {
        String app = "from-" + how;
        system.must("ada", "rm -rf app key && mkdir app && echo 'by " + how + "' >app/index.html");
        system.copy(droplet.identity(), "/home/ada/key");
        system.must("root", "chmod 600 /home/ada/key");
        Seen deploy = system.asAda("cd app && printf 'app: " + app + "\\nhost: 127.0.0.1:" + droplet.sshPort()
                + "\\n' >pocketpaas.yml && POCKETPAAS_SSH_KEY=~/key " + program + " deploy --accept-new-host-key");

        assertThat(deploy.exit()).as("%s", deploy).isZero();
        assertThat(droplet.get(app, "/").body()).isEqualTo("by " + how + "\n");
        assertThat(system.must("ada", "cd app && POCKETPAAS_SSH_KEY=~/key " + program + " apps"))
                .contains(app);
    }

    private static void npm(String act, Path global, String what) {
        Seen seen = BareSystem.host(
                "npm", act, "--global", "--prefix", global.toString(), "--offline", "--no-audit", "--no-fund", what);
        assertThat(seen.exit()).as("%s", seen).isZero();
    }

    /** A directory with the script and the archive of a newer version, which has a page of the manual less. */
    private static Path newerInstaller() {
        try {
            Path directory = Files.createDirectory(work.resolve("newer"));
            Path archive = directory.resolve("pocketpaas-" + NEWER + "-linux-x64.tar.gz");
            String repack = "mkdir t && tar -xzf '" + PACKAGES.resolve(OWN)
                    + "' -C t && rm t/*/man/man1/pocketpaas-deploy.1 && mv t/" + NAME
                    + " t/pocketpaas-" + NEWER + " && tar -czf '" + archive + "' -C t pocketpaas-" + NEWER
                    + " && sha256sum <'" + archive
                    + "' && rm -r t";
            Seen packed = BareSystem.host("bash", "-c", "cd '" + work + "' && " + repack);
            assertThat(packed.exit()).as("%s", packed).isZero();
            String script = Files.readString(PACKAGES.resolve("install.sh"))
                    .replace("version=" + VERSION, "version=" + NEWER)
                    .replaceAll(
                            "linux-x64\\) sum=[0-9a-f]+",
                            "linux-x64) sum=" + packed.out().substring(0, 64));
            Files.writeString(directory.resolve("install.sh"), script);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path newerDeb() {
        Path deb = work.resolve("newer.deb");
        Seen packed = BareSystem.host(
                "bash",
                "-c",
                "cd '" + work + "' && dpkg-deb -R '" + PACKAGES.resolve("pocketpaas_" + VERSION + "_all.deb")
                        + "' deb && sed -i 's/^Version: .*/Version: " + NEWER
                        + "/' deb/DEBIAN/control && rm deb/usr/share/man/man1/pocketpaas-ps.1.gz"
                        + " && dpkg-deb --root-owner-group -b deb '" + deb + "'");
        assertThat(packed.exit()).as("%s", packed).isZero();
        return deb;
    }
}
