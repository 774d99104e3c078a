package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The effective ssh configuration of a host. {@code ssh -G} knows it exactly, Match and Include and all; where there is no {@code ssh},
 * {@link SshConfigFile} reads the common keys.
 */
final class SshConfig {
    private static final Duration ALIVE_INTERVAL = Duration.ofSeconds(15);
    private static final int ALIVE_COUNT = 4;
    private static final int MOST_JUMPS = 10;
    private static final int PASSWORD_PROMPTS = 3;
    private static final String METHODS = "gssapi-with-mic,hostbased,publickey,keyboard-interactive,password";
    private static final List<String> ALGORITHMS = List.of("kexalgorithms", "ciphers", "macs", "hostkeyalgorithms");
    /** No login is called this. */
    private static final String NO_USER = "pocketpaas.no-user";

    private final SshSettings settings;

    SshConfig(SshSettings settings) {
        this.settings = settings;
    }

    SshTarget resolve(HostAddress address) {
        return resolve(address, List.of(), 0);
    }

    /** The login that the configuration names for the host; nothing where it names none. */
    Optional<String> configuredUser(HostAddress address) {
        Path program = settings.sshProgram();
        if (settings.configSource() == ConfigSource.SSH && program != null) {
            // The first value wins, so that ours is taken only where the user has none.
            String files = settings.configFile() != null
                    ? "Include \"" + settings.configFile().toAbsolutePath() + "\"\n"
                    : "Include ~/.ssh/config\nHost *\nInclude /etc/ssh/ssh_config\n";
            Map<String, List<String>> values = new SshQuestion(program, null, settings.variables())
                    .ask(
                            new HostAddress(null, address.name(), address.port()),
                            files + "Host *\nUser " + NO_USER + "\n");
            return Optional.of(first(values, "user", NO_USER)).filter(user -> !user.equals(NO_USER));
        }
        return Optional.ofNullable(effective(address).get("user")).map(values -> unquoted(values.get(0)));
    }

    /**
     * @param through hosts to go through, instead of those that the configuration names; empty for those
     */
    private SshTarget resolve(HostAddress address, List<String> through, int depth) {
        if (depth > MOST_JUMPS) {
            throw PocketException.usage(
                    "your ssh configuration reaches " + address.name() + " through more than " + MOST_JUMPS
                            + " jump hosts",
                    "look for a ProxyJump that leads back to itself in ~/.ssh/config");
        }
        Map<String, List<String>> values = effective(address);
        String user = address.givenUser().orElse(first(values, "user", settings.localUser()));
        int port = address.givenPort().orElse(number(values, "port", 22));
        String hostName = first(values, "hostname", address.name());
        String keyAlias = values.containsKey("hostkeyalias") ? first(values, "hostkeyalias", "") : null;
        Tokens tokens = new Tokens(settings, address.name(), hostName, port, user, keyAlias);
        List<String> notes = new ArrayList<>();
        for (String skipped : values.getOrDefault(SshConfigFile.SKIPPED, List.of())) {
            notes.add("of your ssh configuration " + skipped + " was not read: there is no ssh program to ask");
        }
        Values read = new Values(settings, values, tokens, notes);
        return new SshTarget(
                address.name(),
                hostName,
                port,
                user,
                credentials(read),
                trust(read, keyAlias),
                network(read, address, through, depth),
                algorithms(read),
                notes,
                onlyOpenSsh(read));
    }

    private SshTarget.Credentials credentials(Values values) {
        List<String> named = values.all("identityfile");
        boolean usual = named.isEmpty() || isBuiltIn(named);
        return new SshTarget.Credentials(
                usual ? List.of() : values.paths("identityfile"),
                usual,
                values.paths("certificatefile"),
                values.isYes("identitiesonly", false),
                values.agent(),
                methods(values),
                values.number("numberofpasswordprompts", PASSWORD_PROMPTS),
                !values.isYes("batchmode", false),
                values.algorithms("pubkeyacceptedalgorithms"));
    }

    /** The list that ssh tries without any configuration counts as none. */
    private static boolean isBuiltIn(List<String> named) {
        return named.size() >= 4
                && named.stream()
                        .allMatch(name ->
                                name.matches("(~|.*)/\\.ssh/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)"));
    }

    private static List<String> methods(Values values) {
        List<String> methods = new ArrayList<>();
        for (String method : values.first("preferredauthentications", METHODS).split(",")) {
            boolean enabled = switch (method.strip()) {
                case "publickey" -> values.isNotNo("pubkeyauthentication");
                case "password" -> values.isNotNo("passwordauthentication");
                case "keyboard-interactive" ->
                    values.isNotNo("kbdinteractiveauthentication") && values.isNotNo("challengeresponseauthentication");
                case "gssapi-with-mic" -> values.isYes("gssapiauthentication", false);
                case "hostbased" -> values.isYes("hostbasedauthentication", false);
                default -> false;
            };
            if (enabled) {
                methods.add(method.strip());
            }
        }
        return methods;
    }

    private SshTarget.Trust trust(Values values, @Nullable String keyAlias) {
        boolean own = settings.knownHosts().isEmpty();
        return new SshTarget.Trust(
                own ? values.files("userknownhostsfile", "~/.ssh/known_hosts") : settings.knownHosts(),
                own ? values.files("globalknownhostsfile", "/etc/ssh/ssh_known_hosts") : List.of(),
                keyAlias,
                newHosts(values.first("stricthostkeychecking", "ask")),
                values.isYes("hashknownhosts", false),
                values.paths("revokedhostkeys").stream().findFirst().orElse(null));
    }

    private SshTarget.NewHosts newHosts(String value) {
        if (settings.acceptNewHostKeys()) {
            return SshTarget.NewHosts.ACCEPT;
        }
        return switch (value.toLowerCase(Locale.ROOT)) {
            case "yes", "true" -> SshTarget.NewHosts.REFUSE;
            case "accept-new", "no", "false", "off" -> SshTarget.NewHosts.ACCEPT;
            default -> SshTarget.NewHosts.ASK;
        };
    }

    private SshTarget.Network network(Values values, HostAddress address, List<String> through, int depth) {
        int timeout = values.number("connecttimeout", 0);
        int interval = values.number("serveraliveinterval", 0);
        List<String> jumps = through.isEmpty() ? jumps(values) : through;
        String command = jumps.isEmpty() ? values.command("proxycommand", address) : null;
        return new SshTarget.Network(
                jumps.isEmpty() ? null : jump(jumps, depth),
                command,
                switch (values.first("addressfamily", "any")) {
                    case "inet" -> SshTarget.Family.IPV4;
                    case "inet6" -> SshTarget.Family.IPV6;
                    default -> SshTarget.Family.ANY;
                },
                values.first("bindaddress", "").isEmpty() ? null : values.first("bindaddress", ""),
                Math.max(1, values.number("connectionattempts", 1)),
                timeout > 0 ? Duration.ofSeconds(timeout) : settings.connectTimeout(),
                timeout > 0 ? Duration.ofSeconds(timeout) : null,
                interval > 0 ? Duration.ofSeconds(interval) : ALIVE_INTERVAL,
                interval > 0 ? values.number("serveralivecountmax", 3) : ALIVE_COUNT);
    }

    private static List<String> jumps(Values values) {
        String value = values.first("proxyjump", "none");
        return value.equals("none") ? List.of() : Arrays.asList(value.split("\\s*,\\s*"));
    }

    /** The last of {@code jumps}, reached through those before it as {@code ssh -J} does. */
    private SshTarget jump(List<String> jumps, int depth) {
        int last = jumps.size() - 1;
        SshTarget hop = new SshConfig(settings.withIdentityFile(null))
                .resolve(HostAddress.parse(jumps.get(last)), jumps.subList(0, last), depth + 1);
        Path named = settings.identityFile();
        return named == null ? hop : withKey(hop, named);
    }

    /** The key of this run opens the hosts on the way, too, after those that are theirs. */
    private static SshTarget withKey(SshTarget hop, Path key) {
        SshTarget.Credentials own = hop.credentials();
        List<Path> keys = new ArrayList<>(own.identityFiles());
        if (!keys.contains(key)) {
            keys.add(key);
        }
        return new SshTarget(
                hop.alias(),
                hop.hostName(),
                hop.port(),
                hop.user(),
                new SshTarget.Credentials(
                        keys,
                        own.usualFiles(),
                        own.certificateFiles(),
                        own.identitiesOnly(),
                        own.agentSocket(),
                        own.methods(),
                        own.passwordPrompts(),
                        own.mayAsk(),
                        own.keyAlgorithms()),
                hop.trust(),
                hop.network(),
                hop.algorithms(),
                hop.notes(),
                hop.onlyOpenSsh());
    }

    private static Map<String, List<String>> algorithms(Values values) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        for (String key : ALGORITHMS) {
            List<String> names = values.algorithms(key);
            if (!names.isEmpty()) {
                lists.put(key, names);
            }
        }
        return lists;
    }

    /** What decides who is let in, and what we cannot do. */
    private static List<String> onlyOpenSsh(Values values) {
        List<String> reasons = new ArrayList<>();
        for (String key : List.of("pkcs11provider", "bindinterface", "knownhostscommand")) {
            String value = values.first(key, "none");
            if (!value.equals("none") && !value.isEmpty()) {
                reasons.add(
                        switch (key) {
                            case "pkcs11provider" -> "PKCS11Provider";
                            case "bindinterface" -> "BindInterface";
                            default -> "KnownHostsCommand";
                        });
            }
        }
        if (values.isYes("proxyusefdpass", false)) {
            reasons.add("ProxyUseFdpass");
        }
        if (values.isYes("verifyhostkeydns", false)) {
            reasons.add("VerifyHostKeyDNS");
        }
        if (values.isYes("nohostauthenticationforlocalhost", false)) {
            reasons.add("NoHostAuthenticationForLocalhost");
        }
        return reasons;
    }

    private Map<String, List<String>> effective(HostAddress address) {
        Path program = settings.sshProgram();
        return switch (settings.configSource()) {
            case NONE -> Map.of();
            case FILE -> readFile(address);
            case SSH ->
                program == null
                        ? readFile(address)
                        : new SshQuestion(program, settings.configFile(), settings.variables()).ask(address);
        };
    }

    private Map<String, List<String>> readFile(HostAddress address) {
        Path directory = settings.home().resolve(".ssh");
        Path file = settings.configFile() != null ? settings.configFile() : directory.resolve("config");
        try {
            return Files.isRegularFile(file)
                    ? SshConfigFile.values(
                            Files.readString(file, StandardCharsets.ISO_8859_1), address.name(), directory)
                    : Map.of();
        } catch (IOException e) {
            throw PocketException.usage("the ssh configuration " + file + " cannot be read: " + e.getMessage(), null);
        }
    }

    private static String unquoted(String value) {
        return Values.unquoted(value);
    }

    private static String first(Map<String, List<String>> values, String key, String otherwise) {
        List<String> found = values.get(key);
        return found == null || found.isEmpty() ? otherwise : unquoted(found.get(0));
    }

    private static int number(Map<String, List<String>> values, String key, int otherwise) {
        String text = first(values, key, "");
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : otherwise;
    }

    /** The values of one host, and how to read them. */
    private static final class Values {
        private final SshSettings settings;
        private final Map<String, List<String>> values;
        private final Tokens tokens;
        private final List<String> notes;

        Values(SshSettings settings, Map<String, List<String>> values, Tokens tokens, List<String> notes) {
            this.settings = settings;
            this.values = values;
            this.tokens = tokens;
            this.notes = notes;
        }

        List<String> all(String key) {
            return values.getOrDefault(key, List.of());
        }

        String first(String key, String otherwise) {
            return SshConfig.first(values, key, otherwise);
        }

        int number(String key, int otherwise) {
            return SshConfig.number(values, key, otherwise);
        }

        boolean isYes(String key, boolean otherwise) {
            String value = first(key, otherwise ? "yes" : "no");
            return value.equalsIgnoreCase("yes") || value.equalsIgnoreCase("true");
        }

        /** Whether something that is on by itself was not turned off. */
        boolean isNotNo(String key) {
            String value = first(key, "yes");
            return !value.equalsIgnoreCase("no") && !value.equalsIgnoreCase("false");
        }

        /** A list of names; changes to ssh's own list ({@code +}, {@code -}, {@code ^}), which only ssh knows, count as no list. */
        List<String> algorithms(String key) {
            String value = first(key, "");
            if (value.isEmpty()) {
                return List.of();
            }
            if ("+-^".indexOf(value.charAt(0)) >= 0) {
                notes.add("of your ssh configuration \"" + key + " " + value + "\" was not followed: there is no ssh"
                        + " program to ask");
                return List.of();
            }
            return Arrays.asList(value.split(","));
        }

        List<Path> paths(String key) {
            List<Path> paths = new ArrayList<>();
            for (String value : all(key)) {
                if (!value.equals("none") && !value.isEmpty()) {
                    path(key, unquoted(value)).ifPresent(paths::add);
                }
            }
            return paths;
        }

        private Optional<Path> path(String key, String value) {
            try {
                return Optional.of(tokens.path(value));
            } catch (Tokens.Unknown e) {
                notes.add(key + " " + value + ": " + e.getMessage());
                return Optional.empty();
            }
        }

        /** Several files on one line. {@code ssh -G} prints them without their quotes: what begins like no path belongs to the one before. */
        List<Path> files(String key, String otherwise) {
            List<String> lines = all(key);
            List<String> names = new ArrayList<>();
            for (String word : SshConfigFile.words(lines.isEmpty() ? otherwise : lines.get(0))) {
                boolean begins = "/~%$".indexOf(word.charAt(0)) >= 0;
                if (begins || names.isEmpty()) {
                    names.add(word);
                } else {
                    names.set(names.size() - 1, names.get(names.size() - 1) + " " + word);
                }
            }
            List<Path> files = new ArrayList<>();
            for (String name : names) {
                if (!name.equals("none") && !name.equals("/dev/null")) {
                    path(key, name).ifPresent(files::add);
                }
            }
            return files;
        }

        @Nullable
        Path agent() {
            String value = first("identityagent", "SSH_AUTH_SOCK");
            if (value.equals("SSH_AUTH_SOCK")) {
                return settings.agentSocket();
            }
            if (value.equals("none")) {
                return null;
            }
            if (value.startsWith("$") && !value.startsWith("${")) {
                return tokens.variable(value.substring(1)).map(Path::of).orElse(null);
            }
            return path("IdentityAgent", value).orElse(null);
        }

        @Nullable
        String command(String key, HostAddress address) {
            List<String> lines = all(key);
            if (lines.isEmpty() || lines.get(0).equals("none")) {
                return null;
            }
            try {
                return tokens.percent(lines.get(0));
            } catch (Tokens.Unknown e) {
                throw PocketException.usage(
                        "your ssh configuration's ProxyCommand for " + address.name() + " cannot be used: "
                                + e.getMessage(),
                        "correct it in ~/.ssh/config");
            }
        }

        static String unquoted(String value) {
            return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                    ? value.substring(1, value.length() - 1)
                    : value;
        }
    }
}
