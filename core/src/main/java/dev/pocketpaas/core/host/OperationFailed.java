package dev.pocketpaas.core.host;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An operation on the host ended badly; says which cause the host named. */
public final class OperationFailed extends PocketException {
    private static final long serialVersionUID = 1L;

    private final String causeWord;

    OperationFailed(ExitCode exitCode, String causeWord, String message, List<String> details, @Nullable String cure) {
        super(exitCode, message, details, cure, null);
        this.causeWord = causeWord;
    }

    /** Refused before anything was begun, for a cause that the host would have named as well. */
    public static OperationFailed refused(String causeWord, String message, String cure) {
        return new OperationFailed(ExitCode.REFUSED, causeWord, message, List.of("nothing was changed"), cure);
    }

    /** The cause as one word of docs/protocol.md, for example {@code not-listening}. */
    public String causeWord() {
        return causeWord;
    }
}
