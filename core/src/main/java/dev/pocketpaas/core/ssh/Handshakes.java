package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says why it did not come to a login. */
final class Handshakes {
    private static final Pattern NOTHING_IN_COMMON =
            Pattern.compile("Unable to reach a settlement of (\\w+): \\[(.*?)] and \\[(.*?)]");

    /** What OpenSSH says in the place of its name: the first since 9.8, after failed logins (PerSourcePenalties of sshd_config(5)). */
    private static final Set<String> TURNED_AWAY = Set.of("Not allowed at this time", "Exceeded MaxStartups");

    private Handshakes() {}

    static PocketException failed(SshTarget target, Way way, String farewell, Duration greeting, IOException e) {
        String text = String.valueOf(e.getMessage());
        String where = target.display();
        List<String> details = new ArrayList<>(way.said().lines().toList());
        Matcher algorithms = NOTHING_IN_COMMON.matcher(text);
        if (algorithms.find()) {
            return new NeedsOpenSsh(
                    target,
                    "it has no " + kind(algorithms.group(1)) + " in common with the host",
                    List.of("we offer " + algorithms.group(2), "the host offers " + algorithms.group(3)),
                    e);
        }
        String heard = way.heard();
        String first = heard.lines().findFirst().orElse("").strip();
        if (!heard.isEmpty() && !heard.contains("SSH-2.0-") && !heard.contains("SSH-1.99-")) {
            details.add("it says: " + Printable.line(first));
            if (TURNED_AWAY.contains(first)) {
                boolean many = first.startsWith("Exceeded");
                return unreachable(
                        many
                                ? where + " has too many logins at once"
                                : where + " takes no connection from your address for now, after logins that failed",
                        details,
                        many
                                ? "try again in a few seconds"
                                : "wait a minute or two, then try again (PerSourcePenalties of its sshd)",
                        e);
            }
            return unreachable(
                    heard.contains("SSH-1.")
                            ? where + " speaks only the old version 1 of SSH"
                            : where + " answers on port " + target.port() + ", but is not an SSH server",
                    details,
                    heard.contains("SSH-1.")
                            ? "install a newer SSH server on the host"
                            : "check the port: SSH usually listens on 22",
                    e);
        }
        if (isTimeout(e)) {
            return unreachable(
                    where + " accepts connections on port " + target.port() + ", but says nothing within "
                            + greeting.toSeconds() + " s",
                    details,
                    "the machine may be overloaded, or a firewall answers in its place: try again, or check the port",
                    e);
        }
        if (!farewell.isEmpty()) {
            return unreachable(
                    where + " refuses the connection: " + Printable.line(farewell), details, "ask the host's admin", e);
        }
        if (heard.isEmpty()) {
            return unreachable(
                    where + " closes the connection before it says anything",
                    details,
                    details.isEmpty()
                            ? "the host may have too many logins at once or have locked your address out (fail2ban,"
                                    + " MaxStartups): wait a minute and try again"
                            : "try on its own what leads to the host; \"ssh -v " + target.sshWords() + "\" shows more",
                    e);
        }
        details.add("the exchange of keys failed: " + text);
        return unreachable(
                where + " closes the connection in the middle of the greeting",
                details,
                "try again; \"ssh -v " + target.sshWords() + "\" shows more",
                e);
    }

    private static boolean isTimeout(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException || cause instanceof java.util.concurrent.TimeoutException) {
                return true;
            }
        }
        return false;
    }

    private static String kind(String list) {
        return switch (list) {
            case "KeyExchangeAlgorithms" -> "key exchange (KexAlgorithms)";
            case "HostKeyAlgorithms" -> "kind of host key (HostKeyAlgorithms)";
            case "Client2ServerCipherAlgorithms", "Server2ClientCipherAlgorithms" -> "cipher (Ciphers)";
            case "Client2ServerMACAlgorithms", "Server2ClientMACAlgorithms" -> "MAC (MACs)";
            default -> list;
        };
    }

    /** The time for the login is over. */
    static PocketException tooSlow(SshTarget target, Way way, @Nullable Duration limit, Exception e) {
        return unreachable(
                target.display() + " does not finish the login"
                        + (limit == null ? " in time" : " within " + limit.toSeconds() + " s"),
                way.said().lines().toList(),
                target.network().loginTimeout() == null
                        ? "try again, or set a longer ConnectTimeout in ~/.ssh/config"
                        : "try again, or set a longer ConnectTimeout than that in ~/.ssh/config",
                e);
    }

    /** Somebody got in by a password and has no key of their own, which everything else works with. */
    static PocketException noKey(SshTarget target) {
        return unreachable(
                "you have no SSH key, and " + target.display() + " is to be reached with one later",
                List.of("looked for ~/.ssh/id_ed25519, id_ecdsa, id_rsa and an ssh-agent"),
                "make one with \"ssh-keygen -t ed25519\", then run this again",
                null);
    }

    private static PocketException unreachable(
            String what, List<String> details, String cure, @Nullable Exception cause) {
        return new PocketException(ExitCode.UNREACHABLE, what, details, cure, cause);
    }
}
