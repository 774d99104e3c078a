package dev.pocketpaas.core.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The long form of {@code release}. */
final class ReleaseCommand {
    private static final Key<String> COMMAND = Key.of(
            "command", Scalars.COMMAND, "The command; a line for the shell.", "", "node migrate.js", "cmd", "run");

    static final Section<String> SECTION =
            new Section<>("a mapping with the key \"command\"", List.of(COMMAND), ReleaseCommand::make);

    private ReleaseCommand() {}

    private static String make(Section.Values values) {
        @Nullable String command = values.get(COMMAND);
        if (command == null && !values.states(COMMAND)) {
            values.report("the release command is missing", "write \"release: COMMAND\"");
        }
        return command == null ? "" : command;
    }
}
