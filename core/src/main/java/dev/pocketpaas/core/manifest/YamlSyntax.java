package dev.pocketpaas.core.manifest;

import dev.pocketpaas.core.name.Printable;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * A syntax error in words that help somebody who does not know YAML's grammar.
 *
 * @param atContext whether the place where the construct begins says more than where the parser gave up
 */
record YamlSyntax(String message, @Nullable String suggestion, boolean atContext) {
    static YamlSyntax of(MarkedYAMLException e) {
        String problem = String.valueOf(e.getProblem());
        String context = String.valueOf(e.getContext());
        if (problem.contains("\\t(TAB)")) {
            return here("a tab cannot begin a value or indent a line", "use spaces");
        }
        if (context.contains("scanning an alias")) {
            return new YamlSyntax("a value cannot begin with * here", "put it in quotes: \"*.example.com\"", true);
        }
        if (problem.contains("cannot start any token")) {
            return here("a value cannot begin with this character", "put the value in quotes");
        }
        if (problem.startsWith("mapping values are not allowed")) {
            return here("a \":\" that does not belong here", "put the value in quotes, or check the indentation");
        }
        if (context.contains("quoted scalar") && problem.contains("end of")) {
            return new YamlSyntax("this quote is never closed", "add the closing quote", true);
        }
        if (context.contains("quoted scalar")) {
            return here("an escape that YAML does not know", "use single quotes, or write \\\\ for a backslash");
        }
        if (context.contains("flow sequence") || context.contains("flow mapping") || context.contains("flow node")) {
            return new YamlSyntax("this bracket is never closed, or a comma is missing in it", null, true);
        }
        if (problem.contains("could not find expected ':'")) {
            return here("a key without its \":\"", "write key: value");
        }
        if (problem.contains("expected <block end>")) {
            return here("this line does not fit the indentation of those before it", "indent it like its neighbours");
        }
        if (problem.contains("expected '<document start>'")) {
            return here("the file holds more than one document", "keep one");
        }
        return here("this is not valid YAML (" + Printable.of(problem) + ")", null);
    }

    private static YamlSyntax here(String message, @Nullable String suggestion) {
        return new YamlSyntax(message, suggestion, false);
    }
}
