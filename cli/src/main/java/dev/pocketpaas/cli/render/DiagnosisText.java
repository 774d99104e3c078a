package dev.pocketpaas.cli.render;

import dev.pocketpaas.core.diagnosis.Diagnosis;
import dev.pocketpaas.core.diagnosis.Finding;
import dev.pocketpaas.core.diagnosis.Finding.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows what an examination has found. */
final class DiagnosisText {
    private static final int INDENT = 7;

    private DiagnosisText() {}

    static List<String> lines(Diagnosis diagnosis, Style style, int columns) {
        List<String> lines = new ArrayList<>();
        Finding.@Nullable Area area = null;
        for (Finding finding : diagnosis.findings()) {
            if (finding.area() != area) {
                area = finding.area();
                lines.add(style.bold(area.title()));
            }
            marked(lines, mark(finding.state(), style), finding.text(), columns);
            if (!finding.cure().isEmpty() && finding.state() != State.OK) {
                String fixable = finding.fix().isEmpty() ? "" : "  (--fix does it)";
                Paragraph.lines(
                                " ".repeat(INDENT) + "fix: " + TerminalText.plain(finding.cure()) + fixable,
                                columns,
                                INDENT + 5)
                        .forEach(lines::add);
            }
        }
        if (!diagnosis.fixed().isEmpty()) {
            lines.add(style.bold("Fixed"));
            diagnosis.fixed().forEach(finding -> marked(lines, style.green("  ✓    "), finding.text(), columns));
        }
        return lines;
    }

    private static void marked(List<String> lines, String mark, String text, int columns) {
        boolean first = true;
        for (String line : Paragraph.lines(" ".repeat(INDENT) + TerminalText.plain(text), columns, INDENT)) {
            lines.add((first ? mark : " ".repeat(INDENT)) + line.substring(Math.min(INDENT, line.length())));
            first = false;
        }
    }

    private static String mark(State state, Style style) {
        return switch (state) {
            case OK -> style.green("  ✓    ");
            case NOTE -> style.dim("  ·    ");
            case WARNING -> style.yellow("  !    ");
            case PROBLEM -> style.red("  ✗    ");
            case SKIPPED -> style.dim("  –    ");
        };
    }

    /** The last line. */
    static String summary(Diagnosis diagnosis) {
        if (diagnosis.isWell()) {
            return "All is well.";
        }
        long problems = count(diagnosis, State.PROBLEM);
        long warnings = count(diagnosis, State.WARNING);
        boolean fixable = diagnosis.findings().stream()
                .anyMatch(finding -> finding.isBad() && !finding.fix().isEmpty());
        return counted(problems, "problem") + ", " + counted(warnings, "warning") + "."
                + (fixable && diagnosis.fixed().isEmpty()
                        ? " \"pocketpaas doctor --fix\" puts right what is safe."
                        : "");
    }

    private static long count(Diagnosis diagnosis, State state) {
        return diagnosis.findings().stream()
                .filter(finding -> finding.state() == state)
                .count();
    }

    private static String counted(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    static Map<String, Object> document(Diagnosis diagnosis, String host) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("host", host);
        document.put("well", diagnosis.isWell());
        document.put("exit_code", diagnosis.exitCode().code());
        document.put(
                "findings",
                diagnosis.findings().stream().map(DiagnosisText::document).toList());
        document.put(
                "fixed", diagnosis.fixed().stream().map(DiagnosisText::document).toList());
        return document;
    }

    private static Map<String, Object> document(Finding finding) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("area", finding.area().name().toLowerCase(Locale.ROOT));
        document.put("state", finding.state().name().toLowerCase(Locale.ROOT));
        document.put("app", finding.app());
        document.put("text", finding.text());
        document.put("cure", finding.cure());
        document.put("fixable", !finding.fix().isEmpty());
        return document;
    }
}
