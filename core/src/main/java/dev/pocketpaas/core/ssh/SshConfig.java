package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The effective ssh configuration of a host. {@code ssh -G} knows it exactly, Match and Include and all; where there is no {@code ssh},
 * {@link SshConfigFile} reads the common keys.
 */
final class SshConfig {
    private static final Duration ANSWER_OF_SSH = Duration.ofSeconds(10);
    private static final Duration ALIVE_INTERVAL = Duration.ofSeconds(15);
    private static final int ALIVE_COUNT = 4;

    private final SshSettings settings;

    SshConfig(SshSettings settings) {
        this.settings = settings;
    }

    SshTarget resolve(HostAddress address) {
        Map<String, List<String>> values = effective(address);
        refuseJumps(address, values);
        String user = address.givenUser().orElse(first(values, "user", settings.localUser()));
        int port = address.givenPort().orElse(number(values, "port", 22));
        int interval = number(values, "serveraliveinterval", 0);
        return new SshTarget(
                address.name(),
                first(values, "hostname", address.name()),
                port,
                user,
                identityFiles(values),
                isYes(first(values, "identitiesonly", "no")),
                settings.knownHosts().isEmpty() ? files(values, "userknownhostsfile") : settings.knownHosts(),
                settings.knownHosts().isEmpty() ? files(values, "globalknownhostsfile") : List.of(),
                values.containsKey("hostkeyalias") ? first(values, "hostkeyalias", "") : null,
                newHosts(first(values, "stricthostkeychecking", "ask")),
                isYes(first(values, "hashknownhosts", "no")),
                timeout(values),
                interval > 0 ? Duration.ofSeconds(interval) : ALIVE_INTERVAL,
                interval > 0 ? number(values, "serveralivecountmax", 3) : ALIVE_COUNT,
                agent(first(values, "identityagent", "SSH_AUTH_SOCK")));
    }

    private Map<String, List<String>> effective(HostAddress address) {
        return switch (settings.configSource()) {
            case NONE -> Map.of();
            case FILE -> readFile(address);
            case SSH -> settings.sshProgram() == null ? readFile(address) : askSsh(settings.sshProgram(), address);
        };
    }

    private Map<String, List<String>> readFile(HostAddress address) {
        Path file = settings.configFile() != null
                ? settings.configFile()
                : settings.home().resolve(".ssh").resolve("config");
        try {
            return Files.isRegularFile(file)
                    ? SshConfigFile.values(Files.readString(file, StandardCharsets.UTF_8), address.name())
                    : Map.of();
        } catch (IOException e) {
            throw PocketException.usage("the ssh configuration " + file + " cannot be read: " + e.getMessage(), null);
        }
    }

    private Map<String, List<String>> askSsh(Path program, HostAddress address) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "-G"));
        if (settings.configFile() != null) {
            command.addAll(List.of("-F", settings.configFile().toString()));
        }
        address.givenUser().ifPresent(user -> command.addAll(List.of("-l", user)));
        address.givenPort().ifPresent(port -> command.addAll(List.of("-p", Integer.toString(port))));
        command.add(address.name());
        try {
            Path output = Files.createTempFile("pocketpaas-ssh", ".conf");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(ANSWER_OF_SSH.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw PocketException.unreachable(
                            "\"ssh -G " + address.name() + "\" did not answer within " + ANSWER_OF_SSH.toSeconds()
                                    + " s",
                            "look for a \"Match exec\" in ~/.ssh/config",
                            null);
                }
                String text = Files.readString(output, StandardCharsets.UTF_8);
                if (process.exitValue() != 0) {
                    throw PocketException.usage(
                            "your ssh configuration has an error: "
                                    + text.strip().lines().findFirst().orElse("no reason given"),
                            "correct ~/.ssh/config; \"ssh -G " + address.name() + "\" shows the same");
                }
                return parse(text);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw PocketException.unexpected(program + " cannot be run: " + e.getMessage(), null, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw PocketException.unreachable("interrupted", null, e);
        }
    }

    /** Reads lines of {@code keyword value}. */
    static Map<String, List<String>> parse(String text) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String line : text.split("\n")) {
            int space = line.indexOf(' ');
            if (space > 0) {
                values.computeIfAbsent(line.substring(0, space).toLowerCase(Locale.ROOT), key -> new ArrayList<>())
                        .add(line.substring(space + 1).strip());
            }
        }
        return values;
    }

    private static void refuseJumps(HostAddress address, Map<String, List<String>> values) {
        for (String key : List.of("proxyjump", "proxycommand")) {
            String value = first(values, key, "none");
            if (!value.equals("none")) {
                throw PocketException.usage(
                        "your ssh configuration reaches " + address.name() + " through "
                                + (key.equals("proxyjump") ? "the jump host " + value : "a ProxyCommand")
                                + ", which PocketPaaS cannot do yet",
                        "forward a port to it with \"ssh -L 2222:" + address.name()
                                + ":22 …\" and use localhost:2222 as the host");
            }
        }
    }

    /** The keys that the user configured; the list that ssh tries without any configuration counts as none. */
    private List<Path> identityFiles(Map<String, List<String>> values) {
        List<String> named = values.getOrDefault("identityfile", List.of());
        boolean builtIn = named.stream()
                        .allMatch(name ->
                                name.matches("(~|.*)/\\.ssh/id_(rsa|dsa|ecdsa|ecdsa_sk|ed25519|ed25519_sk|xmss)"))
                && named.size() >= 4;
        return builtIn
                ? List.of()
                : named.stream()
                        .filter(name -> !name.equals("none"))
                        .map(this::path)
                        .toList();
    }

    private List<Path> files(Map<String, List<String>> values, String key) {
        List<String> lines = values.get(key);
        if (lines == null || lines.isEmpty()) {
            return key.equals("userknownhostsfile")
                    ? List.of(settings.home().resolve(".ssh").resolve("known_hosts"))
                    : List.of(Path.of("/etc/ssh/ssh_known_hosts"));
        }
        List<Path> files = new ArrayList<>();
        for (String name : lines.get(0).split("\\s+")) {
            if (!name.isEmpty() && !name.equals("none") && !name.equals("/dev/null")) {
                files.add(path(name));
            }
        }
        return files;
    }

    private @Nullable Path agent(String value) {
        return switch (value) {
            case "SSH_AUTH_SOCK" -> settings.agentSocket();
            case "none" -> null;
            // A name of another variable; what it holds was not handed to us.
            default -> value.startsWith("$") ? settings.agentSocket() : path(unquoted(value));
        };
    }

    private Path path(String name) {
        String plain = unquoted(name);
        return plain.startsWith("~/")
                ? settings.home().resolve(plain.substring(2))
                : Path.of(plain.replace("%d", settings.home().toString()));
    }

    private Duration timeout(Map<String, List<String>> values) {
        int seconds = number(values, "connecttimeout", 0);
        return seconds > 0 ? Duration.ofSeconds(seconds) : settings.connectTimeout();
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

    private static boolean isYes(String value) {
        return value.equalsIgnoreCase("yes") || value.equalsIgnoreCase("true");
    }

    private static String unquoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"")
                ? value.substring(1, value.length() - 1)
                : value;
    }

    private static String first(Map<String, List<String>> values, String key, String otherwise) {
        List<String> found = values.get(key);
        return found == null || found.isEmpty() ? otherwise : unquoted(found.get(0));
    }

    private static int number(Map<String, List<String>> values, String key, int otherwise) {
        String text = first(values, key, "");
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : otherwise;
    }
}
