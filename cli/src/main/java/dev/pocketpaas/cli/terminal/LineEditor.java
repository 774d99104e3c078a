package dev.pocketpaas.cli.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.reader.impl.history.DefaultHistory;
import org.jline.terminal.Attributes;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** Reads lines on a terminal: with history, completion, and the keys that people know from their shell. */
public final class LineEditor implements AutoCloseable {
    private static final int LONGEST_HISTORY = 1000;

    /**
     * What the word at the cursor can become.
     *
     * @param text the word
     * @param note what it is
     * @param whole whether a blank follows
     */
    public record Choice(String text, String note, boolean whole) {}

    /** Completes. */
    @FunctionalInterface
    public interface Completing {
        /** What {@code begun}, the word behind {@code words}, can become. */
        List<Choice> complete(List<String> words, String begun);
    }

    private final Terminal terminal;
    private final TerminalInput input;
    private final LineReader reader;
    private final Attributes usual;

    private LineEditor(Terminal terminal, LineReader reader) {
        this.terminal = terminal;
        this.input = new TerminalInput(terminal);
        this.reader = reader;
        this.usual = terminal.getAttributes();
    }

    /**
     * On the terminal of the process.
     *
     * @param history where lines are kept; where it cannot be written, they are forgotten at the end
     * @param forgotten lines that are not kept, as they hold a secret
     */
    public static LineEditor open(Path history, Predicate<String> forgotten, Completing completing) throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .dumb(true)
                .nativeSignals(true)
                .graphemeCluster(false)
                .build();
        DefaultParser parser = new DefaultParser();
        parser.setEofOnUnclosedQuote(true);
        parser.setEofOnEscapedNewLine(true);
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("pocketpaas")
                .parser(parser)
                .history(new DefaultHistory() {
                    @Override
                    public boolean isPersistable(Entry entry) {
                        return super.isPersistable(entry) && !forgotten.test(entry.line());
                    }
                })
                .completer((source, line, candidates) -> offer(completing, line, candidates))
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .option(LineReader.Option.HISTORY_TIMESTAMPED, false)
                .option(LineReader.Option.AUTO_FRESH_LINE, false)
                .option(LineReader.Option.BRACKETED_PASTE, true)
                .variable(LineReader.SECONDARY_PROMPT_PATTERN, "> ")
                .variable(LineReader.HISTORY_FILE_SIZE, LONGEST_HISTORY)
                .variable(LineReader.BELL_STYLE, "none");
        if (isWritable(history)) {
            builder.variable(LineReader.HISTORY_FILE, history);
        }
        return new LineEditor(terminal, builder.build());
    }

    /** Asks for a line, in words; none for an interrupted one. Empty at the end of the input (Ctrl-D). */
    public Optional<List<String>> line(String prompt) {
        // A command that was left may have left the terminal otherwise.
        terminal.setAttributes(usual);
        try {
            reader.readLine(prompt);
            return Optional.of(ShellWords.of(reader.getParsedLine()));
        } catch (UserInterruptException e) {
            return Optional.of(List.of());
        } catch (EndOfFileException e) {
            return Optional.empty();
        }
    }

    /** Standard input for a command that runs between two lines. */
    public InputStream input() {
        return input;
    }

    /** Columns of the window, as it is now. */
    public int columns() {
        return terminal.getWidth();
    }

    private static void offer(Completing completing, ParsedLine line, List<Candidate> candidates) {
        List<String> before = line.words().subList(0, line.wordIndex());
        String begun = line.word().substring(0, line.wordCursor());
        int order = 0;
        for (Choice choice : completing.complete(new ArrayList<>(before), begun)) {
            candidates.add(new Candidate(
                    choice.text(),
                    choice.text(),
                    null,
                    choice.note().isEmpty() ? null : choice.note(),
                    null,
                    null,
                    choice.whole(),
                    order));
            order++;
        }
    }

    /** Makes the file, for nobody else to read, where it is not there yet. */
    private static boolean isWritable(Path file) {
        try {
            Files.createDirectories(file.resolveSibling(""));
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            return true;
        } catch (FileAlreadyExistsException e) {
            return Files.isWritable(file);
        } catch (IOException | UnsupportedOperationException e) {
            // No room, no right, or a file system without permissions: the session has no history.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        terminal.close();
    }
}
