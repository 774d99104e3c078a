package dev.pocketpaas.core.host.setting;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.manifest.ByteSize;
import dev.pocketpaas.core.name.Domain;
import dev.pocketpaas.core.name.Printable;
import dev.pocketpaas.core.rules.Patterns;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All settings of a host, in the order in which the help of {@code init host} has them. */
public final class HostSettings {
    /** In place of the URL of an ACME directory: no certificates by themselves. */
    public static final String NO_ACME = "none";

    private static final int MEGABYTE = 1 << 20;
    private static final int MOST_MINUTES = 1440;
    private static final String STACK_IMAGE = "heroku/heroku:24";
    private static final String RANGE = Patterns.IPV4 + "/([89]|1[0-9]|2[0-4])";

    /** The host's own name. */
    public static final HostSetting<String> NAME = HostSetting.of(
                    "name",
                    SettingType.matching(
                            "a host name",
                            "[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?",
                            "a valid host name",
                            "use lower-case letters, digits, dots and dashes; at most 63 characters"),
                    "NAME",
                    "A short name for the host, used in pocketpaas.yml and with --host.")
            .unsetMeans("the machine's host name")
            .kept();

    /** Where the host is reached. */
    public static final HostSetting<String> ADDRESS = HostSetting.of(
                    "address", SettingType.text("an IP address or a name", (option, text) -> text), "", "")
            .unsetMeans("the address that init host was given");

    /** What default domains end with. */
    public static final HostSetting<String> DOMAIN = HostSetting.of(
                    "domain",
                    SettingType.text("a domain", (option, text) -> suffix(text)),
                    "SUFFIX",
                    "Suffix of default domains%s.")
            .unsetMeans("made from the address")
            .kept();

    /** The port that apps are reached on from outside. */
    public static final HostSetting<Integer> PUBLIC_PORT = HostSetting.of(
                    "public-port", SettingType.number(1, 65_535), "PORT", "Public HTTP port of the apps%s.")
            .unset(80)
            .kept();

    /** The same for HTTPS. */
    public static final HostSetting<Integer> PUBLIC_HTTPS_PORT = HostSetting.of(
                    "public-https-port", SettingType.number(1, 65_535), "PORT", "Public HTTPS port of the apps%s.")
            .unset(443);

    /** The ACME authority that certificates come from. */
    public static final HostSetting<String> ACME_DIRECTORY = HostSetting.of(
                    "acme-directory",
                    SettingType.matching(
                            "a URL, or none",
                            NO_ACME + "|https://[!-~]{1,500}",
                            "an ACME directory",
                            "pass a URL that begins with https://, or \"none\""),
                    "URL",
                    "ACME directory%s; \"none\" turns certificates off.")
            .unset("https://acme-v02.api.letsencrypt.org/directory")
            .unsetMeans("Let's Encrypt")
            .kept();

    /** The address that the authority may write to. */
    public static final HostSetting<String> ACME_EMAIL = HostSetting.of(
            "acme-email",
            SettingType.matching(
                    "an e-mail address",
                    "[!-?A-~]{1,100}@[A-Za-z0-9.-]{1,200}",
                    "an e-mail address",
                    "write it as name@example.com"),
            "ADDRESS",
            "E-mail address for the ACME account (optional).");

    /** The image that apps run in. */
    public static final HostSetting<String> STACK = HostSetting.of(
                    "stack", image(), "IMAGE", "Base image that apps run in%s.")
            .unset(STACK_IMAGE)
            .kept();

    /** The image that builds run in. */
    public static final HostSetting<String> BUILD_IMAGE = HostSetting.of(
                    "build-image", image(), "IMAGE", "Image that builds run in%s.")
            .unset(STACK_IMAGE + "-build")
            .kept();

    /** The buildpacks that the host offers. */
    public static final HostSetting<List<Buildpack>> BUILDPACKS = HostSetting.of(
                    "buildpacks",
                    SettingType.buildpacks(),
                    "FILE",
                    "File with lines NAME URL[#REF]; replaces Heroku's buildpacks.")
            .unset(OfficialBuildpacks.LIST)
            .unsetMeans("Heroku's")
            .fromFile()
            .kept();

    /** Further authorities that builds trust. */
    public static final HostSetting<String> CA_CERTIFICATES = HostSetting.of(
                    "ca-certificates.pem",
                    SettingType.authorities(),
                    "FILE",
                    "PEM file of certificate authorities that builds trust.")
            .fromFile();

    /** The proxy of builds. It may hold a password. */
    public static final HostSetting<String> PROXY = HostSetting.of(
                    "proxy",
                    SettingType.matching(
                            "a URL",
                            "[a-z][a-z0-9+.-]{0,19}://[!-~]{1,500}",
                            "the address of a proxy",
                            "it looks like http://proxy.example.com:3128"),
                    "URL",
                    "HTTP proxy for builds.")
            .secret();

    /** What the apps' networks are taken from. */
    public static final HostSetting<String> SUBNETS = HostSetting.of(
                    "subnets",
                    SettingType.matching(
                            "IPv4 ranges, blanks between them",
                            RANGE + "( " + RANGE + ")*",
                            "a range of IPv4 addresses",
                            "write it as 10.213.0.0/16"),
                    "A.B.0.0/16",
                    "Address range for the apps' networks%s.")
            .unset("10.213.0.0/16")
            .kept();

    /** Whether apps and builds reach the cloud's metadata address. */
    public static final HostSetting<String> METADATA = HostSetting.of(
                    "metadata",
                    SettingType.either("open", "closed"),
                    "open|closed",
                    "Whether apps and builds reach the cloud's metadata address%s.")
            .unset("closed")
            .kept();

    /** How many good releases' images stay. */
    public static final HostSetting<Integer> KEEP_RELEASES = HostSetting.of(
                    "keep-releases",
                    SettingType.number(1, 1000),
                    "N",
                    "How many releases of each app keep their image for a rollback%s.")
            .unset(5);

    /** Where alerts go. It may be as good as a password. */
    public static final HostSetting<NotifyTarget> NOTIFY = HostSetting.of(
                    "notify",
                    SettingType.notifyTarget(),
                    "TARGET",
                    "Where to send alerts: a webhook URL or a command; \"none\" turns them off.")
            .secret();

    /** How long a build may take. */
    public static final HostSetting<Integer> BUILD_TIMEOUT = HostSetting.of(
                    "build-timeout", SettingType.minutes(MOST_MINUTES), "MINUTES", "Time limit of a build%s.")
            .unset(15 * 60);

    /** How long a build may print nothing. */
    public static final HostSetting<Integer> BUILD_SILENCE = HostSetting.of(
                    "build-silence",
                    SettingType.minutes(MOST_MINUTES),
                    "MINUTES",
                    "Stop a build that prints nothing for this long%s.")
            .unset(10 * 60);

    /** How much memory a build may use. */
    public static final HostSetting<ByteSize> BUILD_MEMORY = HostSetting.of(
                    "build-memory",
                    SettingType.size("bytes", 64L * MEGABYTE, 1),
                    "SIZE",
                    "Memory that a build may use%s.")
            .unsetMeans("what the machine can spare");

    /** How much of the disk has to be free for a deploy. */
    public static final HostSetting<ByteSize> DISK_NEEDED = HostSetting.of(
                    "disk-needed",
                    SettingType.size("megabytes", 0, MEGABYTE),
                    "SIZE",
                    "Disk space that must be free for a deploy%s.")
            .unset(new ByteSize(1L << 30));

    /** From where on a disk is nearly full. */
    public static final HostSetting<Integer> DISK_WARNING = HostSetting.of(
                    "disk-warning", SettingType.percent(), "PERCENT", "Send an alert when the disk is this full%s.")
            .unset(85);

    /** What services are made from, where it is not the official image. */
    public static final HostSetting<List<ServiceImage>> SERVICE_IMAGES = HostSetting.of(
                    "service-images",
                    SettingType.serviceImages(),
                    "TYPE:MAJOR=IMAGE",
                    "Image of a service; \"*=PREFIX\" for a mirror of the official ones. Repeatable.")
            .unsetMeans("the official images")
            .repeatable();

    /** All of them. */
    public static final List<HostSetting<?>> ALL = List.of(
            NAME,
            ADDRESS,
            DOMAIN,
            PUBLIC_PORT,
            PUBLIC_HTTPS_PORT,
            ACME_DIRECTORY,
            ACME_EMAIL,
            STACK,
            BUILD_IMAGE,
            BUILDPACKS,
            CA_CERTIFICATES,
            PROXY,
            SUBNETS,
            METADATA,
            KEEP_RELEASES,
            NOTIFY,
            BUILD_TIMEOUT,
            BUILD_SILENCE,
            BUILD_MEMORY,
            DISK_NEEDED,
            DISK_WARNING,
            SERVICE_IMAGES);

    private HostSettings() {}

    /** The setting with that name, if it is one. */
    public static Optional<HostSetting<?>> find(String name) {
        return ALL.stream().filter(setting -> setting.name().equals(name)).findFirst();
    }

    /** What the host programs have to know of each, by name. */
    public static Map<String, Object> forHost() {
        Map<String, Object> all = new LinkedHashMap<>();
        ALL.forEach(setting -> all.put(setting.name(), setting.forHost()));
        return all;
    }

    private static SettingType<String> image() {
        return SettingType.matching(
                "a reference to an image",
                Patterns.IMAGE_REFERENCE,
                "an image",
                "it looks like heroku/heroku:24, or registry.example.com/team/image:tag");
    }

    /** A domain, or a single label such as {@code localhost}. */
    private static String suffix(String text) {
        if (text.matches(Patterns.DOMAIN_LABEL)) {
            return text;
        }
        Domain domain = Domain.parse(text);
        if (domain.isWildcard()) {
            throw PocketException.usage(
                    "\"" + Printable.of(text) + "\" is not a suffix of domains", "leave the \"*.\" out");
        }
        return domain.value();
    }
}
