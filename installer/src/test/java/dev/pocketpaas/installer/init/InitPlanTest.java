package dev.pocketpaas.installer.init;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.host.setting.HostSettings;
import dev.pocketpaas.core.host.setting.NotifyTarget;
import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.installer.init.InitPlan.Change;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InitPlanTest {
    @Test
    void aBareMachineNeedsEverythingInOrder() {
        assertThat(steps(Facts.bare()))
                .containsExactly(
                        "packages",
                        "user",
                        "directories",
                        "programs",
                        "files",
                        "docker",
                        "settings",
                        "nginx",
                        "key",
                        "stack");
        assertThat(detail(Facts.bare(), "packages"))
                .isEqualTo(
                        "install docker.io iptables nginx git curl iproute2 logrotate unattended-upgrades python3 certbot");
    }

    @Test
    void aHostThatIsAsItShouldBeNeedsNothing() {
        assertThat(plan(Facts.complete(), InitOptions.defaults()).changes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    cloud-init         | running | cloud-init
                    account            | ''      | user
                    directories        | ''      | directories
                    programs           | abc     | programs
                    units              | disabled | files
                    files/etc_sudoers.d_pocketpaas | 00 | files
                    docker/version     | ''      | docker
                    docker/enabled     | disabled | docker
                    host/stack         | ''      | settings,stack
                    protocol           | ''      | settings
                    nginx/active       | failed  | nginx
                    nginx/variant      | 01111   | nginx
                    nginx/stock        | unmodified | nginx
                    firewall           | ufw closed | firewall
                    keys               | ''      | key
                    docker/stack       | ''      | stack
                    packages/available | docker-cli | packages
                    apparmor           | Y       | packages
                    """)
    void whatDiffersIsMendedAndNothingElse(String path, String value, String steps) {
        assertThat(steps(Facts.complete().with(path, value))).containsExactly(steps.split(","));
    }

    @Test
    void aPlaceForNotificationsIsTriedAndNotSeen() {
        String url = "https://me:word@hooks.example.com/services/T0/secret";
        InitOptions options = InitOptions.defaults().with(HostSettings.NOTIFY, NotifyTarget.of(url));
        InitPlan plan = plan(Facts.complete(), options);

        assertThat(plan.changes())
                .containsExactly(
                        new Change("settings", "notify"),
                        new Change("notify", "send a test message to hooks.example.com"));
        Facts told = Facts.complete().with("host/notify", Steps.digest(url));
        assertThat(plan(told, options).changes())
                .containsExactly(new Change("notify", "send a test message to hooks.example.com"));
        assertThat(plan(told, InitOptions.defaults()).changes()).isEmpty();
        assertThat(plan(told, InitOptions.defaults().with(HostSettings.NOTIFY, NotifyTarget.of("none")))
                        .changes())
                .containsExactly(new Change("settings", "notify"));
    }

    @Test
    void anEngineThatIsThereStaysAsItIs() {
        Facts facts = Facts.bare()
                .with("docker/program", "/usr/bin/dockerd")
                .with("docker/version", "29.0.1")
                .with("docker/enabled", "enabled")
                .with("packages/available", "docker-cli")
                .with("packages/installed", "docker-ce");
        assertThat(detail(facts, "packages")).doesNotContain("docker").contains("nginx");
        assertThat(steps(facts)).doesNotContain("docker");
    }

    @Test
    void aSmallMachineGetsSwapUnlessItIsAContainer() {
        assertThat(steps(Facts.complete().with("memory", "1000000"))).containsExactly("swap");
        InitPlan plan =
                plan(Facts.complete().with("memory", "1000000").with("container", "docker"), InitOptions.defaults());
        assertThat(plan.changes()).isEmpty();
        assertThat(plan.notes()).singleElement().asString().startsWith("no swap file");
        assertThat(steps(Facts.complete().with("memory", "1000000").with("swap", "500000")))
                .isEmpty();
        assertThat(steps(Facts.complete().with("memory", "1000000").with("disk", "3000000")))
                .isEmpty();
    }

    @Test
    void whatIsNotAskedForKeepsWhatIsThere() {
        Facts named = Facts.complete().with("host/name", "mine").with("host/domain", "apps.example.com");
        assertThat(steps(named)).isEmpty();
        assertThat(plan(named, InitOptions.defaults().with(HostSettings.NAME, "other"))
                        .changes())
                .containsExactly(new Change("settings", "name"));
    }

    @Test
    void aSecondRunWithoutOptionsResetsNothing() {
        Facts facts = Facts.complete()
                .with("host/public-port", "8080")
                .with("host/stack", "own/stack:1")
                .with("host/buildpacks", "own\thttps://example.com/own")
                .with("host/subnets", "10.9.0.0/16");
        assertThat(steps(facts)).isEmpty();
        assertThat(plan(facts, InitOptions.defaults().with(HostSettings.PUBLIC_PORT, 80))
                        .changes())
                .containsExactly(new Change("settings", "public-port"));
    }

    @Test
    void certificatesComeFromTheAuthorityThatIsNamedAndFromNobodyWithout() {
        InitOptions none = InitOptions.defaults().with(HostSettings.ACME_DIRECTORY, HostSettings.NO_ACME);
        InitOptions own = InitOptions.defaults().with(HostSettings.ACME_DIRECTORY, "https://ca.example.com/directory");

        assertThat(WantedSettings.of(Facts.bare().facts(), Facts.wanted(InitOptions.defaults())))
                .containsEntry("acme-directory", "https://acme-v02.api.letsencrypt.org/directory");
        assertThat(plan(Facts.bare(), none).changes().get(0).detail()).doesNotContain("certbot");
        assertThat(plan(Facts.complete(), own).changes()).containsExactly(new Change("settings", "acme-directory"));
        assertThat(steps(Facts.complete().with("host/acme-directory", "https://ca.example.com/directory")))
                .as("what was chosen stays")
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    Droplet_1.example.com, droplet-1.example.com
                    -.-, host
                    '', host
                    """)
    void aMachinesNameBecomesAHosts(String hostname, String name) {
        assertThat(WantedSettings.name(hostname)).isEqualTo(name);
    }

    @Test
    void anotherAdminsKeyGetsANameOfItsOwn() {
        Facts facts = Facts.complete().with("keys", "me@laptop\tssh-ed25519 AAAAother");
        assertThat(detail(facts, "key")).endsWith(": me@laptop-2");
        ValueTree.Builder values = ValueTree.builder();
        Steps.all().stream()
                .filter(step -> step.name().equals("key"))
                .forEach(step -> step.describe(facts.facts(), Facts.wanted(InitOptions.defaults()), values));
        assertThat(values.build().text("key/public")).contains(Facts.KEY);
    }

    @Test
    void asshdThatAdmitsOnlySomeIsSaid() {
        assertThat(plan(Facts.complete().with("sshd", "allowusers root"), InitOptions.defaults())
                        .notes())
                .singleElement()
                .asString()
                .contains("add pocketpaas");
    }

    @Test
    void aSettingThatAHostCanDoWithoutIsWrittenOnlyWhereItIsGiven() {
        InitOptions options = InitOptions.defaults().with(HostSettings.BUILD_MEMORY, ByteSize.parse("1G"));
        assertThat(WantedSettings.of(Facts.bare().facts(), Facts.wanted(options)))
                .containsEntry("build-memory", "1073741824")
                .containsEntry("name", "droplet")
                .doesNotContainKeys("disk-needed", "proxy", "notify");
        assertThat(steps(Facts.complete().with("host/disk-needed", "2048"))).isEmpty();
    }

    @Test
    void aSettingThatThisProgramDoesNotKnowIsLeftAlone() {
        Facts facts = Facts.complete().with("host/of-a-newer-version", "x");

        assertThat(steps(facts)).isEmpty();
        assertThat(WantedSettings.of(facts.facts(), Facts.wanted(InitOptions.defaults())))
                .doesNotContainKey("of-a-newer-version");
    }

    @Test
    void theDefaultIsRestoredAndNotWrittenTwice() {
        InitOptions options = InitOptions.defaults()
                .withDefault(HostSettings.DISK_NEEDED)
                .withDefault(HostSettings.DOMAIN)
                .withDefault(HostSettings.PROXY)
                .withDefault(HostSettings.STACK);
        Facts changed = Facts.complete()
                .with("host/disk-needed", "2048")
                .with("host/domain", "apps.example.com")
                .with("host/proxy", Steps.digest("http://proxy.example.com"));

        assertThat(plan(Facts.complete(), options).changes()).isEmpty();
        assertThat(plan(changed, options).changes())
                .containsExactly(new Change("settings", "disk-needed, domain, proxy"));
        assertThat(WantedSettings.of(changed.facts(), Facts.wanted(options)))
                .containsEntry("disk-needed", "")
                .containsEntry("domain", "203-0-113-10.sslip.io")
                .containsEntry("proxy", "");
    }

    @Test
    void whatIsSecretTravelsApart() {
        InitOptions options = InitOptions.defaults().with(HostSettings.PROXY, "http://me:word@proxy.example.com");
        ValueTree.Builder values = ValueTree.builder();
        Steps.all().stream()
                .filter(step -> step.name().equals("settings"))
                .forEach(step -> step.describe(Facts.bare().facts(), Facts.wanted(options), values));

        assertThat(values.build().children("secret-settings")).containsExactly("proxy");
        assertThat(values.build().children("settings")).contains("domain").doesNotContain("proxy");
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    203.0.113.10, 203-0-113-10.sslip.io
                    2001:db8::1, 2001-db8--1.sslip.io
                    fe80::1%eth0, fe80--1.sslip.io
                    """)
    void theDefaultDomainFollowsFromTheAddress(String address, String domain) {
        assertThat(WantedSettings.defaultDomain(address)).isEqualTo(domain);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    anna     | laptop.local | anna@laptop
                    Ünal     | büro         | nal@b-ro
                    ..       | ''           | ..x
                    me       | ''           | me
                    """)
    void keyNamesAreValidWhateverTheLaptopIsCalled(String user, String machine, String name) {
        String expected = name.equals("..x") ? "admin" : name;
        assertThat(KeyNames.of(user, machine).value()).isEqualTo(expected);
    }

    private static InitPlan plan(Facts facts, InitOptions options) {
        return HostInitializer.plan(facts.facts(), Facts.wanted(options));
    }

    private static List<String> steps(Facts facts) {
        return plan(facts, InitOptions.defaults()).changes().stream()
                .map(Change::step)
                .toList();
    }

    private static String detail(Facts facts, String step) {
        return plan(facts, InitOptions.defaults()).changes().stream()
                .filter(change -> change.step().equals(step))
                .map(Change::detail)
                .findFirst()
                .orElse("");
    }
}
