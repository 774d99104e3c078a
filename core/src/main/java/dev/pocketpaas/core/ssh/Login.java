package dev.pocketpaas.core.ssh;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.ListIterator;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.transport.TransportException;
import net.schmizz.sshj.userauth.UserAuthException;
import net.schmizz.sshj.userauth.method.AuthNone;
import org.jspecify.annotations.Nullable;

/**
 * The authentication, by every method that the host offers and the configuration allows, several where the host wants several. A failure tells
 * what was tried and what the host still wanted.
 */
final class Login {
    private static final String KEYS = "publickey";
    private static final String QUESTIONS = "keyboard-interactive";
    private static final String PASSWORD = "password";

    private final SshTarget target;
    private final SSHClient client;
    private final SshPrompts prompts;
    private final Supplier<String> farewell;
    private final List<String> tried = new ArrayList<>();
    private final List<String> locked = new ArrayList<>();
    private final Set<String> exhausted = new HashSet<>();
    private @Nullable Identity accepted;
    private boolean factorAccepted;
    private boolean unanswered;

    /**
     * @param farewell what the host said when it hung up; empty as long as it did not
     */
    Login(SshTarget target, SSHClient client, SshPrompts prompts, Supplier<String> farewell) {
        this.target = target;
        this.client = client;
        this.prompts = prompts;
        this.farewell = farewell;
    }

    /** Logs in. Returns the user's public key that was accepted, else the first one that there is, else nothing. */
    Optional<String> run(Identities identities) {
        List<Supplier<Optional<Identity>>> keys =
                target.credentials().methods().contains(KEYS) ? identities.all() : List.of();
        ListIterator<Supplier<Optional<Identity>>> left = keys.listIterator();
        if (!left.hasNext() && ask(new AuthNone())) {
            return identities.firstPublicKey();
        }
        for (Optional<String> method = next(); method.isPresent(); method = next()) {
            boolean in = switch (method.get()) {
                case KEYS -> offer(left);
                case QUESTIONS -> answerQuestions();
                case PASSWORD -> givePassword();
                default -> giveUp(method.get());
            };
            if (in) {
                Identity key = accepted;
                return key != null ? Optional.of(SshWire.keyLine(key.plainKey())) : identities.firstPublicKey();
            }
            if (!client.isConnected()) {
                break;
            }
        }
        throw denied(identities.notes());
    }

    /** The first method in the user's order that the host takes and that is not used up. */
    private Optional<String> next() {
        List<String> offered = offered();
        return target.credentials().methods().stream()
                .filter(method -> offered.isEmpty() ? method.equals(KEYS) : offered.contains(method))
                .filter(method -> !exhausted.contains(method))
                .findFirst();
    }

    /** What the host takes; empty as long as it has not said. */
    private List<String> offered() {
        Collection<String> methods = client.getUserAuth().getAllowedMethods();
        return methods.stream().filter(method -> !method.isEmpty()).toList();
    }

    private boolean giveUp(String method) {
        exhausted.add(method);
        return false;
    }

    /** Sends one request; whether we are in. Notices where the host accepted it and wants more. */
    private boolean ask(net.schmizz.sshj.userauth.method.AuthMethod method) {
        try {
            return request(method);
        } catch (UserAuthException | TransportException | IllegalStateException e) {
            return false;
        }
    }

    private boolean request(net.schmizz.sshj.userauth.method.AuthMethod method)
            throws UserAuthException, TransportException {
        List<String> before = offered();
        boolean partial = client.getUserAuth().hadPartialSuccess();
        try {
            client.auth(target.user(), method);
            return true;
        } finally {
            // The mark of an earlier success stays; then only another list shows the next one.
            if (client.getUserAuth().hadPartialSuccess() && (!partial || !before.equals(offered()))) {
                factorAccepted = true;
                exhausted.clear();
            }
        }
    }

    private boolean offer(ListIterator<Supplier<Optional<Identity>>> left) {
        while (left.hasNext() && client.isConnected()) {
            Optional<Identity> identity = left.next().get();
            if (identity.isPresent()) {
                boolean before = factorAccepted;
                factorAccepted = false;
                boolean in = offer(identity.get());
                boolean more = factorAccepted;
                factorAccepted |= before;
                if (in) {
                    accepted = identity.get();
                    return true;
                }
                if (more) {
                    if (accepted == null) {
                        accepted = identity.get();
                    }
                    return false;
                }
                if (!offered().isEmpty() && !offered().contains(KEYS)) {
                    // The host takes no keys now; perhaps it does after something else.
                    left.previous();
                    break;
                }
            }
        }
        exhausted.add(KEYS);
        return false;
    }

    private boolean offer(Identity identity) {
        try {
            return request(new PublicKeyLogin(identity));
        } catch (UserAuthException e) {
            // The first cause that is not the summary tells why a key was not even offered.
            Throwable reason = e.getCause();
            Throwable first = reason == null ? null : reason.getCause();
            if (first instanceof Identity.Locked) {
                locked.add(identity.label());
            }
            if (first instanceof Identity.Unsignable) {
                throw new NeedsOpenSsh(
                        target,
                        "the host accepts " + identity.label() + ", a security key that is not in the ssh-agent",
                        List.of(),
                        e);
            }
            tried.add(identity.describe() + (reason == null ? outcome() : ": " + reason.getMessage()));
            return false;
        } catch (TransportException | IllegalStateException e) {
            // The host has hung up, perhaps since the question a line ago whether it had.
            tried.add(identity.describe());
            return false;
        }
    }

    private String outcome() {
        return factorAccepted ? ": accepted, but the host wants more" : "";
    }

    private boolean canAsk() {
        return prompts.canAsk() && target.credentials().mayAsk();
    }

    private boolean answerQuestions() {
        exhausted.add(QUESTIONS);
        if (!target.credentials().mayAsk()) {
            unanswered = true;
            return false;
        }
        for (int attempt = 0; attempt < target.credentials().passwordPrompts() && client.isConnected(); attempt++) {
            QuestionsLogin login = new QuestionsLogin(target.displayWithUser(), prompts);
            if (ask(login)) {
                return true;
            }
            unanswered |= login.unanswered();
            if (!exhausted.contains(QUESTIONS) || login.unanswered() || !login.asked()) {
                return false;
            }
            tried.add("answers to the host's questions: refused");
        }
        return false;
    }

    private boolean givePassword() {
        exhausted.add(PASSWORD);
        if (!canAsk()) {
            unanswered = true;
            return false;
        }
        for (int attempt = 1; attempt <= target.credentials().passwordPrompts() && client.isConnected(); attempt++) {
            Optional<char[]> password = prompts.password(target.displayWithUser(), attempt);
            if (password.isEmpty()) {
                unanswered = true;
                return false;
            }
            try {
                if (ask(new PasswordLogin(password.get()))) {
                    return true;
                }
            } finally {
                Arrays.fill(password.get(), '\0');
            }
            if (!exhausted.contains(PASSWORD)) {
                return false;
            }
            tried.add("a password: refused");
        }
        return false;
    }

    private PocketException denied(List<String> notes) {
        List<String> details = new ArrayList<>();
        tried.forEach(key -> details.add("tried " + key));
        details.addAll(notes);
        String who = target.displayWithUser();
        String said = farewell.get();
        if (said.contains("Too many authentication failures")) {
            return unreachable(
                    who + " hung up after too many keys",
                    details,
                    "name the right key: set POCKETPAAS_SSH_KEY, or IdentityFile and IdentitiesOnly in ~/.ssh/config");
        }
        if (!said.isEmpty() || !client.isConnected()) {
            return unreachable(
                    target.display() + " closed the connection during the login" + (said.isEmpty() ? "" : ": " + said),
                    details,
                    "try again; the SSH server's log on the host says why");
        }
        List<String> offered = offered();
        if (offered.stream()
                .anyMatch(method -> target.credentials().methods().contains(method)
                        && (method.equals("gssapi-with-mic") || method.equals("hostbased")))) {
            throw new NeedsOpenSsh(
                    target, "the host takes " + String.join(", ", offered) + ", and none of your keys", details, null);
        }
        details.addAll(target.notes());
        if (!locked.isEmpty()) {
            return unreachable(
                    who + " takes the key " + locked.get(0) + ", but it is encrypted and was not opened",
                    details,
                    "run this on a terminal to type its passphrase, or add it to the ssh-agent once with \"ssh-add "
                            + locked.get(0) + "\"");
        }
        if (accepted != null || factorAccepted) {
            return unreachable(
                    who + " accepted " + (accepted == null ? "that" : "the key " + accepted.label())
                            + ", but also wants: " + String.join(", ", offered),
                    details,
                    unanswered
                            ? "run this on a terminal to answer, or set SSH_ASKPASS to a program that asks"
                            : "the SSH server's log on the host says what was wrong");
        }
        List<String> usable = offered.stream()
                .filter(method -> method.equals(PASSWORD) || method.equals(QUESTIONS))
                .filter(target.credentials().methods()::contains)
                .toList();
        if (!usable.isEmpty()) {
            return orByPassword(who, details, usable, offered);
        }
        if (!target.credentials().methods().contains(KEYS)) {
            details.add("your ssh configuration turns keys off (PubkeyAuthentication, PreferredAuthentications)");
        }
        if (tried.isEmpty()) {
            return unreachable(
                    "there is no SSH key to show to " + who,
                    details.isEmpty()
                            ? List.of("looked for ~/.ssh/id_ed25519, id_ecdsa, id_rsa and an ssh-agent")
                            : details,
                    details.isEmpty()
                            ? "make one with \"ssh-keygen -t ed25519\" and have its public half added to the host"
                            : "make one of these keys usable, or name another one with POCKETPAAS_SSH_KEY");
        }
        return unreachable(
                who + " accepts none of your SSH keys",
                details,
                "have one of these public keys added on the host, or name the right one with POCKETPAAS_SSH_KEY");
    }

    private PocketException orByPassword(String who, List<String> details, List<String> usable, List<String> offered) {
        boolean typed = tried.stream().anyMatch(line -> line.endsWith(": refused"));
        details.add("the host takes: " + String.join(", ", offered));
        String what = typed
                ? who + " does not accept what was typed"
                : who
                        + (tried.isEmpty() ? " wants a password" : " accepts none of your SSH keys")
                        + (tried.isEmpty() ? "" : "; it also takes " + String.join(" and ", usable));
        String copy = "\"ssh-copy-id " + target.sshWords() + "\"";
        return unreachable(
                what,
                details,
                typed
                        ? "try again, or have your key added on the host"
                        : "run this on a terminal to type the password, or add your key to the host once with " + copy);
    }

    private static PocketException unreachable(String what, List<String> details, String cure) {
        return new PocketException(ExitCode.UNREACHABLE, what, details, cure, null);
    }
}
