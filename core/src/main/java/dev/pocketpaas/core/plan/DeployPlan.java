package dev.pocketpaas.core.plan;

import java.util.List;

/**
 * What a deploy would change. Values of variables are not in it.
 *
 * @param app the app
 * @param created whether the deploy would create it
 * @param live the live release, such as {@code v12}; empty where nothing is live
 * @param liveCommit the live commit, abbreviated; may be empty
 * @param commit what would be shipped, abbreviated
 * @param subject the first line of its message
 * @param items every difference, by section, and what stays where one might expect a difference
 * @param notes worth knowing
 * @param warnings what would interrupt the service, lose something, or not run
 * @param blockers why the deploy would be refused
 */
public record DeployPlan(
        String app,
        boolean created,
        String live,
        String liveCommit,
        String commit,
        String subject,
        List<Item> items,
        List<String> notes,
        List<String> warnings,
        List<String> blockers) {

    /** What an item is about, in the order of the listing. */
    public enum Section {
        /** Commits and files. */
        CODE("code"),
        /** Who builds, and why. */
        BUILD("build"),
        /** Process types: what runs, how many, with which limits. */
        PROCESSES("processes"),
        /** The release command. */
        RELEASE("release command"),
        /** Variables. */
        ENVIRONMENT("environment"),
        /** Names that the app answers to. */
        DOMAINS("domains"),
        /** Directories that outlive releases. */
        VOLUMES("volumes"),
        /** How a new release is checked. */
        CHECK("health check"),
        /** Everything else. */
        SETTINGS("settings");

        private final String title;

        Section(String title) {
            this.title = title;
        }

        /** What stands above its items. */
        public String title() {
            return title;
        }
    }

    /** What would happen to an item. */
    public enum Mark {
        /** It would be new. */
        ADD("+"),
        /** It would go. */
        REMOVE("-"),
        /** It would differ. */
        CHANGE("~"),
        /** It would stay as it is. */
        KEEP("=");

        private final String sign;

        Mark(String sign) {
            this.sign = sign;
        }

        /** One character for it. */
        public String sign() {
            return sign;
        }
    }

    /**
     * One line of the plan.
     *
     * @param section what it is about
     * @param mark what would happen
     * @param name what of
     * @param text the details, may be empty
     */
    public record Item(Section section, Mark mark, String name, String text) {}

    /** Copies its lists. */
    public DeployPlan {
        items = List.copyOf(items);
        notes = List.copyOf(notes);
        warnings = List.copyOf(warnings);
        blockers = List.copyOf(blockers);
    }

    /** Whether the deploy would find everything live already. */
    public boolean nothingToDo() {
        return !created && blockers.isEmpty() && items.stream().allMatch(item -> item.mark() == Mark.KEEP);
    }

    /** The items of {@code section}. */
    public List<Item> of(Section section) {
        return items.stream().filter(item -> item.section() == section).toList();
    }
}
