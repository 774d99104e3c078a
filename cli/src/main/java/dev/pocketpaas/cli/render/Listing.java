package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.name.Printable;
import java.util.ArrayList;
import java.util.Arrays;
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
    private static final int GAP = 2;

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

    /**
     * The lines of the table, columns aligned, headings first. Empty columns are left out. If the table is wider than {@code width}
     * (0: no limit), cells wrap between words. If that is not enough, each row becomes lines of {@code HEADING  value}.
     */
    List<String> lines(Style style, int width) {
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            int column = i;
            if (rows.stream().anyMatch(row -> !row.get(column).isEmpty())) {
                shown.add(i);
            }
        }
        List<String> headings = shown.stream().map(i -> heading(columns.get(i))).toList();
        List<List<String>> cells = rows.stream()
                .map(row -> shown.stream().map(i -> Printable.whole(row.get(i))).toList())
                .toList();
        int[] widths = fitting(headings, cells, width);
        if (widths.length < shown.size()) {
            return records(headings, cells, style, width);
        }
        List<String> lines = new ArrayList<>();
        row(headings, widths).forEach(line -> lines.add(style.dim(line)));
        cells.forEach(row -> lines.addAll(row(row, widths)));
        return lines;
    }

    /** The width of each column; an empty array if no widths fit. */
    private static int[] fitting(List<String> headings, List<List<String>> cells, int width) {
        int[] widths = new int[headings.size()];
        int[] least = new int[headings.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = DisplayWidth.of(headings.get(i));
            least[i] = widths[i];
            for (List<String> row : cells) {
                widths[i] = Math.max(widths[i], DisplayWidth.of(row.get(i)));
                least[i] = Math.max(least[i], widestWord(row.get(i)));
            }
        }
        int over = width <= 0 ? 0 : Arrays.stream(widths).sum() + GAP * (widths.length - 1) - width;
        for (; over > 0; over--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (widths[i] > least[i] && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return new int[0];
            }
            widths[widest]--;
        }
        return widths;
    }

    private static List<String> row(List<String> cells, int[] widths) {
        List<List<String>> broken = new ArrayList<>();
        int height = 1;
        for (int i = 0; i < widths.length; i++) {
            broken.add(Paragraph.lines(cells.get(i), widths[i], 0));
            height = Math.max(height, broken.get(i).size());
        }
        List<String> lines = new ArrayList<>();
        for (int at = 0; at < height; at++) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String text = at < broken.get(i).size() ? broken.get(i).get(at) : "";
                line.append(text).append(" ".repeat(widths[i] - DisplayWidth.of(text) + GAP));
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    private static List<String> records(List<String> headings, List<List<String>> cells, Style style, int width) {
        int label = headings.stream().mapToInt(DisplayWidth::of).max().orElse(0) + GAP;
        List<String> lines = new ArrayList<>();
        for (List<String> row : cells) {
            if (!lines.isEmpty()) {
                lines.add("");
            }
            for (int i = 0; i < headings.size(); i++) {
                if (!row.get(i).isEmpty()) {
                    record(headings.get(i), row.get(i), label, width, style, lines);
                }
            }
        }
        return lines;
    }

    private static void record(String heading, String value, int label, int width, Style style, List<String> lines) {
        if (label + widestWord(value) > width) {
            lines.add(style.dim(heading));
            lines.addAll(Paragraph.lines(" ".repeat(GAP) + value, width, GAP));
            return;
        }
        String padded = heading + " ".repeat(label - DisplayWidth.of(heading));
        List<String> texts = Paragraph.lines(padded + value, width, label);
        lines.add(style.dim(padded) + texts.get(0).substring(padded.length()));
        lines.addAll(texts.subList(1, texts.size()));
    }

    private static int widestWord(String text) {
        return Arrays.stream(text.split(" ")).mapToInt(DisplayWidth::of).max().orElse(0);
    }

    private static String heading(String column) {
        return column.toUpperCase(Locale.ROOT).replace('_', ' ');
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
