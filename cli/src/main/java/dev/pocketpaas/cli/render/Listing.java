package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.name.Printable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Rows of named columns: a table for people, an array of objects for programs. Immutable.
 *
 * @param columns the keys in JSON; the headings of the table are the same in capitals, {@code _} as a blank
 * @param rows one cell for each column
 */
public record Listing(List<String> columns, List<List<String>> rows) {
    /** Checks the shape. */
    public Listing {
        columns = List.copyOf(columns);
        rows = rows.stream().map(List::copyOf).toList();
        for (List<String> row : rows) {
            if (row.size() != columns.size()) {
                throw new IllegalArgumentException("a row of " + row.size() + " cells for " + columns);
            }
        }
    }

    /** Starts a listing. */
    public static Builder of(String... columns) {
        return new Builder(List.of(columns));
    }

    /** Whether there are no rows. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** The rows as objects, for JSON. */
    List<Map<String, String>> objects() {
        List<Map<String, String>> objects = new ArrayList<>();
        for (List<String> row : rows) {
            Map<String, String> object = new LinkedHashMap<>();
            for (int i = 0; i < columns.size(); i++) {
                object.put(columns.get(i), row.get(i));
            }
            objects.add(object);
        }
        return objects;
    }

    /** The lines of the table, columns aligned, headings first; a column without a single value is left out. */
    List<String> lines(Style style) {
        List<List<String>> cells = rows.stream()
                .map(row -> row.stream().map(Listing::cell).toList())
                .toList();
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int column = i;
            if (cells.stream().anyMatch(row -> !row.get(column).isEmpty())) {
                shown.add(i);
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(style.dim(line(columns.stream().map(Listing::heading).toList(), shown, cells)));
        cells.forEach(row -> lines.add(line(row, shown, cells)));
        return lines;
    }

    private String line(List<String> row, List<Integer> shown, List<List<String>> cells) {
        StringBuilder line = new StringBuilder();
        for (int column : shown) {
            int widest = DisplayWidth.of(heading(columns.get(column)));
            for (List<String> other : cells) {
                widest = Math.max(widest, DisplayWidth.of(other.get(column)));
            }
            String text = row.get(column);
            line.append(text).append(" ".repeat(widest - DisplayWidth.of(text) + 2));
        }
        return line.toString().stripTrailing();
    }

    private static String heading(String column) {
        return column.toUpperCase(Locale.ROOT).replace('_', ' ');
    }

    // What comes from a host or a commit may hold control characters, which must not reach a terminal.
    private static String cell(String text) {
        return Printable.of(text);
    }

    /** Collects rows. */
    public static final class Builder {
        private final List<String> columns;
        private final List<List<String>> rows = new ArrayList<>();

        private Builder(List<String> columns) {
            this.columns = columns;
        }

        /** Adds a row. */
        public Builder row(String... cells) {
            rows.add(List.of(cells));
            return this;
        }

        /** The listing. */
        public Listing build() {
            return new Listing(columns, rows);
        }
    }
}
