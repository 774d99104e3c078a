package dev.pocketpaas.installer.init;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The login runs no command: it prints a sentence and ends, as root's does on the images of many providers, or runs something else. */
public final class RefusedLogin extends PocketException {
    private static final long serialVersionUID = 1L;
    /** {@code Please login as the user "ubuntu" rather than the user "root".} */
    private static final Pattern OTHER =
            Pattern.compile("log ?in as the user \"?([a-z_][a-z0-9_-]{0,31})\"? rather than", Pattern.CASE_INSENSITIVE);

    private final @Nullable String otherUser;

    private RefusedLogin(List<String> said, @Nullable String otherUser) {
        super(
                ExitCode.UNREACHABLE,
                "the host lets this user in, but runs no command for it; nothing was changed",
                said.isEmpty() ? List.of("it printed nothing") : said,
                otherUser != null
                        ? "log in as " + otherUser + ": name the host as " + otherUser + "@ADDRESS"
                        : "log in as another user with sudo; if this is the right one, its shell and its start-up files"
                                + " (~/.bashrc) must run the command that ssh gives them",
                null);
        this.otherUser = otherUser;
    }

    static RefusedLogin of(RootShell.Answer answer) {
        List<String> said = answer.said();
        Matcher other = OTHER.matcher(String.join("\n", said));
        return new RefusedLogin(said, other.find() ? other.group(1) : null);
    }

    /** The user that the host names instead. */
    public Optional<String> otherUser() {
        return Optional.ofNullable(otherUser);
    }
}
