package dev.pocketpaas.cli;

import dev.pocketpaas.cli.render.Style;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The help of each command, written when the program is built: making it from the command tree takes longer than starting Java. */
final class HelpPages {
    private HelpPages() {}

    /** The page that {@code words} ask for: a command's words, then {@code --help}. Lines are not wrapped. */
    static Optional<String> of(List<String> words) {
        int last = words.size() - 1;
        if (last < 0 || !(words.get(last).equals("--help") || words.get(last).equals("-h"))) {
            return Optional.empty();
        }
        List<String> command = words.subList(0, last);
        if (command.isEmpty()) {
            return Optional.of(root());
        }
        // No other word gets into the name of a file.
        boolean plain = command.stream().allMatch(HelpPages::isPlain);
        return plain ? Optional.ofNullable(page(String.join("-", command))) : Optional.empty();
    }

    /** The page of the program itself. */
    static String root() {
        return Objects.requireNonNull(text("help.txt"));
    }

    /** {@code page} with its titles in {@code style}. */
    static String titled(String page, Style style) {
        if (!style.isAnsi()) {
            return page;
        }
        StringBuilder text = new StringBuilder();
        page.lines().forEach(line -> {
            boolean title = line.equals("Arguments:") || line.equals("Options:") || line.equals("Commands:");
            text.append(title ? style.bold(line) : line).append('\n');
        });
        return text.toString();
    }

    private static boolean isPlain(String word) {
        return !word.isEmpty() && word.chars().allMatch(c -> c >= 'a' && c <= 'z');
    }

    private static @Nullable String page(String name) {
        return text("help/" + name + ".txt");
    }

    private static @Nullable String text(String name) {
        try (InputStream in = HelpPages.class.getResourceAsStream(name)) {
            return in == null ? null : new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
