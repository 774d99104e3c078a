package dev.pocketpaas.cli.e2e;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Faults at exact places of the work on the host, with no help from the programs there: while this is open, {@code injected.py} stands in the place
 * of each of them, and runs the original. Its text says how places are called; here they are "before PATTERN" or "after PATTERN", of what does
 * the work of an operation where nothing else is said.
 */
final class Injection implements AutoCloseable {
    private static final String WORK = "work/(deploy|change)";

    /** The program is moved aside and comes back by rename: others may just be starting it. */
    private static final String INSTALL = """
            set -e
            mkdir -p /run/injection /usr/local/lib/injection
            chmod 0755 /run/injection
            cat >/usr/local/lib/injection/injected.py <<'END'
            %sEND
            cd "$(readlink -f /usr/local/lib/pocketpaas/current)"
            grep -rlIx --exclude-dir=__pycache__ '#!/usr/bin/python3 -IS' . | while read -r program; do
                [[ -x $program ]] || continue
                saved=/usr/local/lib/injection$PWD/${program#./}
                if ! grep -q /usr/local/lib/injection "$program"; then
                    mkdir -p "${saved%%/*}"
                    cp -p "$program" "$saved"
                fi
                install -m 0755 /usr/local/lib/injection/injected.py "$program.new"
                mv -f "$program.new" "$program"
            done
            """;

    private static final String REMOVE = """
            set -e
            mkdir -p /run/injection
            touch /run/injection/go
            cd /usr/local/lib/injection/usr
            find . -type f | while read -r program; do
                cp -p "$program" "/usr/$program.new"
                mv -f "/usr/$program.new" "/usr/$program"
            done
            rm -rf /run/injection /usr/local/lib/injection
            """;

    /** What differs from one run of a program to the next: ids, the temporary names of files, numbers, slots; what an engine is asked for in detail. */
    private static final Pattern VARYING = Pattern.compile(
            "[.]new[.][0-9]+[.][0-9a-f]+|(?<=/run/pocketpaas-[a-z]{1,20}[.])[^ /]+|[0-9]{8}T[0-9]{6}Z-[0-9a-f]+|[0-9a-f]{32,}"
                    + "|[?]\\S*|blue|green|[0-9]+");

    private final TestDroplet droplet;

    /**
     * A place that a program came by in a run that was recorded, so that it can be found in the next one.
     *
     * @param place "before PATTERN"
     * @param number the n-th time that it comes by such a place
     */
    record Step(String place, int number) {
        @Override
        public String toString() {
            return place + (number == 1 ? "" : " (" + number + ")");
        }
    }

    private Injection(TestDroplet droplet) {
        this.droplet = droplet;
        must(INSTALL.formatted(injected()));
    }

    static Injection on(TestDroplet droplet) {
        return new Injection(droplet);
    }

    private static String injected() {
        try (InputStream in = Injection.class.getResourceAsStream("injected.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGKILL for everything of the work's unit at that place. */
    void kill(String place) {
        arm("kill", place, 1, WORK);
    }

    void kill(Step step) {
        kill(step, WORK);
    }

    /** SIGKILL for a program of that name (a pattern), which is not the work itself. */
    void kill(Step step, String program) {
        arm("kill", step.place(), step.number(), program);
    }

    /** The same at the first such place. */
    void kill(String place, String program) {
        arm("kill", place, 1, program);
    }

    /** SIGKILL at the {@code number}-th place of all. */
    void kill(int number) {
        arm("kill", "before .", number, WORK);
    }

    /** What is tried there fails as on a full disk. */
    void full(Step step) {
        arm("full", step.place(), step.number(), WORK);
    }

    /** The work stands still at that place until {@link #release}. */
    void hold(String place) {
        arm("hold", place, 1, WORK);
    }

    void hold(Step step) {
        arm("hold", step.place(), step.number(), WORK);
    }

    /** A program of that name (a pattern), which is not the work on an app, stands still at that place until {@link #release}. */
    void hold(String place, String program) {
        arm("hold", place, 1, program);
    }

    /** Counts the places, and does nothing. */
    void count() {
        arm("hold", "before .", Integer.MAX_VALUE, WORK);
    }

    int counted() {
        return Integer.parseInt(must("cat /run/injection/count").strip());
    }

    /** From now on every place that a program comes by is written down. */
    void record() {
        must(": >/run/injection/record && chmod 0666 /run/injection/record");
    }

    /** The steps of these kinds (a pattern) that programs of that name (a pattern) came by since {@link #record}, in their order. */
    List<Step> steps(String program, String kinds) {
        Pattern wanted = Pattern.compile("(?:" + program + ") before (?<text>(?:" + kinds + ").*)");
        Map<String, Integer> numbers = new HashMap<>();
        return must("mv /run/injection/record /run/injection/recorded && cat /run/injection/recorded")
                .lines()
                .map(wanted::matcher)
                .filter(Matcher::matches)
                .map(found -> "before ^" + pattern(found.group("text")) + "$")
                .map(place -> new Step(place, numbers.merge(place, 1, Integer::sum)))
                .toList();
    }

    /** The same of what does the work. */
    List<Step> steps(String kinds) {
        return steps(WORK, kinds);
    }

    private static String pattern(String text) {
        return VARYING.splitAsStream(text + "\n")
                .map(part ->
                        part.replaceAll("[.+*?^$|(){}\\[\\]\\\\]", "\\\\$0").replace("'", "."))
                .collect(Collectors.joining("\\S+"))
                .stripTrailing();
    }

    /** Waits until the work is there. */
    void await() {
        Polling.until(
                Duration.ofSeconds(90),
                this::reached,
                () -> "the work did not come to the place " + must("cat /run/injection/armed"));
    }

    boolean reached() {
        return droplet.inside("test -e /run/injection/reached").exit() == 0;
    }

    /** What was not reached will not be. */
    void disarm() {
        must("rm -f /run/injection/armed");
    }

    void release() {
        must("touch /run/injection/go");
    }

    private void arm(String what, String place, int number, String programs) {
        String when = place.substring(0, place.indexOf(' '));
        String pattern = place.substring(place.indexOf(' ') + 1);
        must("""
                cd /run/injection && rm -f reached go armed && echo 0 >count && : >lock
                printf '%%s\\t' '%s' '%s' '%d' '%s' >new
                printf '%%s\\n' '%s' >>new
                mv new armed
                """.formatted(what, when, number, pattern, programs));
    }

    private String must(String script) {
        Seen seen = droplet.inside(script);
        if (seen.exit() != 0) {
            throw new AssertionError("failed:\n" + seen);
        }
        return seen.out();
    }

    @Override
    public void close() {
        must(REMOVE);
    }
}
