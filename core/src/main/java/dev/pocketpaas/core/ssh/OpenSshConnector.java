package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.HostAddress;
import dev.pocketpaas.core.ssh.SshSettings.ConfigSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Connections by the system's {@code ssh}: one that is logged in and waits (ControlMaster), and a short-lived one for each command, which goes
 * over it. It asks on the terminal itself.
 */
final class OpenSshConnector implements SshConnector {
    /** Starts ssh, and ends it when standard input ends: when we end, however that happens. The directory of its socket goes with it. */
    private static final String GUARD = "trap '' INT HUP; d=$1; shift; exec 3<&0; \"$@\" </dev/null & p=$!; "
            + "{ cat <&3 >/dev/null; kill $p; } 2>/dev/null & wait $p; s=$?; rm -rf \"$d\"; exit $s";

    private static final Pattern ACCEPTED = Pattern.compile("debug1: Server accepts key: .*(SHA256:[A-Za-z0-9+/]+).*");
    private static final Pattern PEER = Pattern.compile("Authenticated to .* \\(\\[(.*)]:[0-9]+\\) using .*");
    private static final Pattern NOISE =
            Pattern.compile("debug[123]: .*|OpenSSH_.*|Authenticated to .*|Transferred: .*|Bytes per second: .*");
    private static final Pattern METHODS = Pattern.compile(".*Permission denied \\(([a-z,0-9@.-]*)\\).*");
    private static final long LOOK_AGAIN_MILLIS = 10;

    private final SshSettings settings;
    private final SshPrompts prompts;

    OpenSshConnector(SshSettings settings, SshPrompts prompts) {
        this.settings = settings;
        this.prompts = prompts;
    }

    @Override
    public SshConnection connect(HostAddress address) {
        Path program = settings.sshProgram();
        if (program == null) {
            throw PocketException.usage(
                    "there is no ssh program on your PATH to connect with", "install the OpenSSH client");
        }
        SshTarget target = new SshConfig(settings).resolve(address);
        Path directory;
        try {
            directory = Files.createTempDirectory("pp-ssh");
        } catch (IOException e) {
            throw PocketException.unexpected(
                    "there is no place for ssh's socket: " + e.getMessage(),
                    "make room in the directory for temporary files",
                    e);
        }
        Path socket = directory.resolve("s");
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        Process master = start(master(program, address, target, directory, socket), directory);
        boolean done = false;
        try {
            Thread reader = OpenSshConnection.daemon("ssh-master", () -> read(master, lines));
            await(master, socket, reader, target, lines);
            done = true;
            return new OpenSshConnection(program, target, directory, master, key(target, lines), peer(target, lines));
        } finally {
            if (!done) {
                OpenSshConnection.end(master, directory);
            }
        }
    }

    private List<String> master(Path program, HostAddress address, SshTarget target, Path directory, Path socket) {
        List<String> words =
                new ArrayList<>(List.of("/bin/sh", "-c", GUARD, "ssh-guard", directory.toString(), program.toString()));
        Path file = settings.configSource() == ConfigSource.NONE ? Path.of("/dev/null") : settings.configFile();
        if (file != null) {
            words.addAll(List.of("-F", file.toString()));
        }
        address.givenUser().ifPresent(user -> words.addAll(List.of("-l", user)));
        address.givenPort().ifPresent(port -> words.addAll(List.of("-p", port + "")));
        Path key = settings.identityFile();
        if (key != null) {
            words.addAll(List.of("-i", key.toString()));
            option(words, "IdentitiesOnly", "yes");
        }
        if (!settings.knownHosts().isEmpty()) {
            option(
                    words,
                    "UserKnownHostsFile",
                    String.join(
                            " ",
                            settings.knownHosts().stream()
                                    .map(path -> "\"" + path + "\"")
                                    .toList()));
            option(words, "GlobalKnownHostsFile", "/dev/null");
        }
        if (settings.acceptNewHostKeys()) {
            option(words, "StrictHostKeyChecking", "accept-new");
        }
        if (!prompts.canAsk()) {
            option(words, "BatchMode", "yes");
        }
        if (target.network().loginTimeout() == null) {
            option(words, "ConnectTimeout", "" + settings.connectTimeout().toSeconds());
        }
        option(
                words,
                "ServerAliveInterval",
                "" + target.network().aliveInterval().toSeconds());
        option(words, "ServerAliveCountMax", "" + target.network().aliveCount());
        option(words, "ControlPath", socket.toString());
        option(words, "ControlPersist", "no");
        // What a configuration makes happen at a login of its user's own has no place here.
        option(words, "ClearAllForwardings", "yes");
        option(words, "RemoteCommand", "none");
        option(words, "PermitLocalCommand", "no");
        option(words, "ForkAfterAuthentication", "no");
        option(words, "ForwardAgent", "no");
        option(words, "ForwardX11", "no");
        words.addAll(List.of("-v", "-M", "-N", "-T", "--", address.name()));
        return words;
    }

    private static void option(List<String> words, String name, String value) {
        words.addAll(List.of("-o", name + "=" + value));
    }

    private Process start(List<String> words, Path directory) {
        ProcessBuilder builder = new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("SSH_AUTH_SOCK");
        Path agent = settings.agentSocket();
        if (agent != null) {
            builder.environment().put("SSH_AUTH_SOCK", agent.toString());
        }
        try {
            return builder.start();
        } catch (IOException e) {
            OpenSshConnection.delete(directory);
            throw PocketException.unexpected("ssh cannot be run: " + e.getMessage(), null, e);
        }
    }

    private void read(Process master, List<String> lines) {
        try (var errors = master.errorReader(java.nio.charset.StandardCharsets.UTF_8)) {
            for (String line = errors.readLine(); line != null; line = errors.readLine()) {
                lines.add(line);
                if (!NOISE.matcher(line).matches()) {
                    prompts.tell(line);
                }
            }
        } catch (IOException e) {
            // It has ended.
            return;
        }
    }

    private static void await(Process master, Path socket, Thread reader, SshTarget target, List<String> lines) {
        try {
            while (!Files.exists(socket)) {
                if (master.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                    reader.join();
                    throw refused(target, List.copyOf(lines));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PocketException(ExitCode.INTERRUPTED, "interrupted", List.of(), null, e);
        }
    }

    private static PocketException refused(SshTarget target, List<String> lines) {
        List<String> said = lines.stream()
                .filter(line -> !NOISE.matcher(line).matches() && !line.isBlank())
                .toList();
        String last = said.isEmpty() ? "it says no reason" : said.get(said.size() - 1);
        List<String> details = new ArrayList<>(said.isEmpty() ? said : said.subList(0, said.size() - 1));
        Matcher denied = METHODS.matcher(last);
        String cure = "\"ssh -v " + target.sshWords() + "\" shows more";
        if (denied.matches()) {
            cure = "the host takes " + denied.group(1).replace(",", ", ")
                    + ": have your key added there, or run this on a terminal to type what it asks for";
        } else if (last.contains("Host key verification failed")) {
            cure = "connect once with \"ssh " + target.sshWords() + "\" and compare the fingerprint, or add"
                    + " --accept-new-host-key";
        } else if (last.contains("no matching")) {
            cure = "the host wants algorithms that this ssh does not have, too: update one of them";
        }
        return new PocketException(
                ExitCode.UNREACHABLE,
                "ssh cannot connect to " + target.displayWithUser() + ": " + last,
                details,
                cure,
                null);
    }

    /** The key that the host accepted, as far as the user's files and agent know it. */
    private Optional<String> key(SshTarget target, List<String> lines) {
        @Nullable String fingerprint = null;
        for (String line : List.copyOf(lines)) {
            Matcher m = ACCEPTED.matcher(line);
            if (m.matches()) {
                fingerprint = m.group(1);
            }
        }
        try (Identities identities = new Identities(settings, target, SshPrompts.refusing())) {
            return fingerprint == null
                    ? identities.firstPublicKey()
                    : identities.publicKey(fingerprint).or(identities::firstPublicKey);
        }
    }

    private static String peer(SshTarget target, List<String> lines) {
        for (String line : List.copyOf(lines)) {
            Matcher m = PEER.matcher(line);
            if (m.matches()) {
                return m.group(1);
            }
        }
        return Way.addressOf(target);
    }
}
