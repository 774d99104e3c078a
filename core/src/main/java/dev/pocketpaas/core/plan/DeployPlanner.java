package dev.pocketpaas.core.plan;

import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.plan.DeployPlan.Item;
import dev.pocketpaas.core.plan.DeployPlan.Mark;
import dev.pocketpaas.core.plan.DeployPlan.Section;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Compares what would be shipped with what is live. Pure: it asks nobody. */
public final class DeployPlanner {
    private static final int MOST_COMMITS = 20;
    private static final int MOST_FILES = 5;

    private final PlanInput input;
    private final List<Item> items = new ArrayList<>();
    private final List<String> notes;
    private final List<String> warnings = new ArrayList<>();
    private final String liveCommit;
    private final boolean live;

    private DeployPlanner(PlanInput input) {
        this.input = input;
        this.notes = new ArrayList<>(input.notes());
        String id = input.live().text("commit").orElse("");
        this.liveCommit = id.substring(0, Math.min(7, id.length()));
        this.live = input.live().has("live");
    }

    /** The plan that follows from {@code input}. */
    public static DeployPlan plan(PlanInput input) {
        return new DeployPlanner(input).plan();
    }

    private DeployPlan plan() {
        code();
        if (live && input.stopFirst()) {
            warnings.add("the old release stops before the new one starts (--stop-first): short downtime");
        }
        if (input.live().has("stopped")) {
            notes.add("the app is stopped: a deploy keeps the release for \"pocketpaas start\"");
        }
        new SettingsComparison(input, live, items, warnings).compare();
        if (input.forced()) {
            add(Section.BUILD, Mark.CHANGE, "everything", "built and started again (--force)");
        }
        // Sections in their order; within one as found.
        List<Item> sorted = Stream.of(Section.values())
                .flatMap(section -> items.stream().filter(item -> item.section() == section))
                .toList();
        return new DeployPlan(
                input.app().value(),
                !input.exists(),
                input.live().text("live").map(number -> "v" + number).orElse(""),
                liveCommit,
                input.commit().shortId(),
                input.commit().subject(),
                sorted,
                notes,
                warnings,
                input.blockers());
    }

    private void code() {
        Commit commit = input.commit();
        if (!live) {
            add(Section.CODE, Mark.ADD, commit.shortId(), commit.subject());
            return;
        }
        boolean same = input.live().text("tree").orElse("").equals(commit.tree());
        if (same) {
            add(Section.CODE, Mark.KEEP, commit.shortId(), "the same files as what is live");
        } else if (input.code().isEmpty()) {
            add(
                    Section.CODE,
                    Mark.CHANGE,
                    commit.shortId(),
                    commit.subject() + " (what is live, " + liveCommit + ", is not in this clone: no list of commits)");
        } else {
            code(input.code().get());
        }
    }

    private void code(CodeChange change) {
        commits(Mark.ADD, change.added());
        commits(Mark.REMOVE, change.removed());
        if (change.goesBack()) {
            notes.add(goesBack(change));
        }
        List<String> files = change.files();
        if (!files.isEmpty()) {
            String more = files.size() > MOST_FILES ? " and " + (files.size() - MOST_FILES) + " more" : "";
            add(
                    Section.CODE,
                    Mark.CHANGE,
                    files.size() == 1 ? "1 file" : files.size() + " files",
                    String.join(", ", files.subList(0, Math.min(MOST_FILES, files.size()))) + more);
        }
    }

    /** The sentence for a commit that is older than the live one. */
    public static String goesBack(CodeChange change) {
        int count = change.removed().size();
        return "this goes back " + count + (count == 1 ? " commit" : " commits")
                + ": it is older than what is live (\"pocketpaas rollback\" goes back without a build)";
    }

    private void commits(Mark mark, List<Commit> commits) {
        commits.stream()
                .limit(MOST_COMMITS)
                .forEach(commit -> add(Section.CODE, mark, commit.shortId(), commit.subject()));
        if (commits.size() > MOST_COMMITS) {
            add(Section.CODE, mark, "…", "and " + (commits.size() - MOST_COMMITS) + " more commits");
        }
    }

    private void add(Section section, Mark mark, String name, String text) {
        items.add(new Item(section, mark, name, text));
    }
}
