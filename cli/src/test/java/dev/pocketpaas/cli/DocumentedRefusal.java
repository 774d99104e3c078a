package dev.pocketpaas.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One line of a page's table "What is refused". {@code given} is what is typed or written, {@code message} what is said to it. */
record DocumentedRefusal(String given, String message) {
    /** All lines of the table of {@code page}, a file in {@code docs}. */
    static List<DocumentedRefusal> of(String page) throws IOException {
        List<String> rows = Files.readAllLines(Path.of("../docs").resolve(page));
        List<DocumentedRefusal> all = new ArrayList<>();
        for (String row : rows.subList(rows.indexOf("## What is refused"), rows.size())) {
            if (row.startsWith("| ") && row.contains("`")) {
                String[] cells = row.substring(2, row.length() - 2).split(" \\| ", -1);
                all.add(new DocumentedRefusal(cells[0], cells[1]));
            }
        }
        return all;
    }

    /** Whether it is what a file holds, and not a command line. */
    boolean isFile() {
        return given.startsWith("file ");
    }

    /** The command line, or what the file holds. */
    String text() {
        return given.substring(given.indexOf('`') + 1, given.lastIndexOf('`'));
    }
}
