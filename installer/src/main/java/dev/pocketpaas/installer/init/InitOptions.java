package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.name.KeyName;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a host shall be like. Immutable; begin with {@link #defaults()}. What is null stays as an earlier run has set it; on a new host it is
 * what {@code HostSettings} says.
 *
 * @param name the host's own name, or null for the machine's
 * @param domain the suffix of default domains, or null for one made of the address
 * @param publicPort the port that apps are reached on from outside; 80 on a new host
 * @param stack image that apps run in; Heroku's on a new host
 * @param buildImage image that builds run in; Heroku's on a new host
 * @param pullStack whether the host fetches the two images; not where they are brought to it otherwise
 * @param buildpacks lines {@code NAME URL[#REF]} in the order of detection; the list replaces what is there; Heroku's on a new host
 * @param caCertificates extra authorities for builds as PEM text, or null
 * @param proxy address of a proxy for builds, or null
 * @param subnets where the apps' networks are taken from, as {@code A.B.0.0/16}
 * @param keyName the name of the first admin's key, or null for one made of user and laptop
 * @param settings further settings of the host by name, for files below {@code host/}
 */
public record InitOptions(
        @Nullable String name,
        @Nullable String domain,
        @Nullable Integer publicPort,
        @Nullable String stack,
        @Nullable String buildImage,
        boolean pullStack,
        @Nullable List<Buildpack> buildpacks,
        @Nullable String caCertificates,
        @Nullable String proxy,
        @Nullable String subnets,
        @Nullable KeyName keyName,
        Map<String, String> settings) {
    /** The setting with the port that HTTPS is reached on from outside; 443 without it. */
    public static final String HTTPS_PORT = "public-https-port";

    /** The setting with the directory of the ACME authority that certificates come from. */
    public static final String ACME_DIRECTORY = "acme-directory";

    /** The setting with the address that the authority may write to. */
    public static final String ACME_EMAIL = "acme-email";

    /** The setting with where to notify somebody, see {@link NotifyTarget}. */
    public static final String NOTIFY = "notify";

    /** The setting with whether apps and builds reach the cloud's metadata address: {@code closed} or {@code open}. */
    public static final String METADATA = "metadata";

    /** The setting with images of services: lines {@code TYPE:MAJOR=IMAGE}, or {@code *=PREFIX} for a mirror. */
    public static final String SERVICE_IMAGES = "service-images";

    /** In place of a directory: no certificates by themselves. */
    public static final String NO_ACME = "none";

    /** Copies what is mutable. */
    public InitOptions {
        buildpacks = buildpacks == null ? null : List.copyOf(buildpacks);
        settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }

    /**
     * A classic buildpack.
     *
     * @param name for example {@code heroku/nodejs}
     * @param url where git finds it, with {@code #REF} for a branch, tag or commit
     */
    public record Buildpack(String name, String url) {
        @Override
        public String toString() {
            return name + "\t" + url;
        }
    }

    /** Nothing in particular: a new host gets Heroku's stack and buildpacks, one that is set up keeps what it has. */
    public static InitOptions defaults() {
        return new InitOptions(null, null, null, null, null, true, null, null, null, null, null, Map.of());
    }

    /** The same for another name. */
    public InitOptions withName(String value) {
        return new InitOptions(
                value,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                caCertificates,
                proxy,
                subnets,
                keyName,
                settings);
    }

    /** The same with default domains below {@code suffix}, reached on {@code port}. */
    public InitOptions withDomain(@Nullable String suffix, @Nullable Integer port) {
        return new InitOptions(
                name,
                suffix,
                port,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                caCertificates,
                proxy,
                subnets,
                keyName,
                settings);
    }

    /** The same with another pair of images. */
    public InitOptions withStack(@Nullable String run, @Nullable String build, boolean pull) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                run,
                build,
                pull,
                buildpacks,
                caCertificates,
                proxy,
                subnets,
                keyName,
                settings);
    }

    /** The same with another list of buildpacks. */
    public InitOptions withBuildpacks(List<Buildpack> list) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                list,
                caCertificates,
                proxy,
                subnets,
                keyName,
                settings);
    }

    /** The same with extra authorities for builds, as PEM text. */
    public InitOptions withCaCertificates(String pem) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                pem,
                proxy,
                subnets,
                keyName,
                settings);
    }

    /** The same with a proxy for builds. */
    public InitOptions withProxy(String url) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                caCertificates,
                url,
                subnets,
                keyName,
                settings);
    }

    /** The same with the apps' networks taken from {@code range}. */
    public InitOptions withSubnets(String range) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                caCertificates,
                proxy,
                range,
                keyName,
                settings);
    }

    /** The same with a name for the first admin's key. */
    public InitOptions withKeyName(KeyName value) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                caCertificates,
                proxy,
                subnets,
                value,
                settings);
    }

    /** The same with further settings of the host. */
    public InitOptions withSettings(Map<String, String> more) {
        return new InitOptions(
                name,
                domain,
                publicPort,
                stack,
                buildImage,
                pullStack,
                buildpacks,
                caCertificates,
                proxy,
                subnets,
                keyName,
                more);
    }

    /** The name of the key, where one was given. */
    public Optional<KeyName> givenKeyName() {
        return Optional.ofNullable(keyName);
    }
}
