package dev.pocketpaas.cli.command.deploy;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.host.OperationResult;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.name.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How the deploy of a preview ended, as Markdown for a comment on a pull request. */
final class PreviewComment {
    /** By which a CI job can find its own comment. */
    static final String MARK = "<!-- pocketpaas preview -->";

    private PreviewComment() {}

    /** After a deploy that went well. */
    static String done(AppName app, String label, OperationResult result) {
        List<String> lines = new ArrayList<>(List.of(MARK, "### Preview of " + code(label), ""));
        result.facts("url").stream().findFirst().ifPresent(url -> lines.add("- Address: " + Printable.of(url)));
        lines.add("- App: " + code(app.value())
                + result.fact("release").map(release -> ", " + code(release)).orElse(""));
        result.fact("commit").ifPresent(commit -> lines.add("- Commit: " + code(Commit.shortened(commit))));
        result.fact("ends").ifPresent(ends -> lines.add("- Ends: " + Printable.of(ends)));
        return text(lines);
    }

    /** After one that failed. */
    static String failed(String label, PocketException problem) {
        return text(List.of(
                MARK,
                "### Preview of " + code(label),
                "",
                "The deploy failed: " + code(problem.what()),
                "",
                "The log of the job says more."));
    }

    /** Writes it to {@code file}, in the place of what is there. */
    static void write(Path file, String comment) {
        try {
            Files.writeString(file, comment);
        } catch (IOException e) {
            throw new PocketException(
                    ExitCode.USAGE,
                    "cannot write " + file,
                    List.of(),
                    "pass a file that you may write to --comment",
                    e);
        }
    }

    private static String code(String text) {
        return "`" + Printable.of(text).replace('`', '\'') + "`";
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}
