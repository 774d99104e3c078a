package dev.pocketpaas.core.host;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** The buildpacks of a host, and the commits of them that builds use. */
public final class Buildpacks {
    private final HostClient host;

    /** Those of {@code host}. */
    public Buildpacks(HostClient host) {
        this.host = host;
    }

    /**
     * A buildpack.
     *
     * @param name what a manifest calls it
     * @param address its git repository, without a password; empty for one that comes with the host programs
     * @param ref the branch, tag or commit that follows the {@code #}; empty for the repository's own branch
     * @param commit the one that builds use; empty until the first build that needs it
     * @param since since when, UTC, ISO 8601; empty like the commit
     * @param from {@code list} (of the host), {@code address} (an app names it) or {@code programs}
     */
    public record Buildpack(String name, String address, String ref, String commit, String since, String from) {}

    /**
     * What became of one.
     *
     * @param name what a manifest calls it
     * @param before the commit that builds used; empty for one that no build has used
     * @param commit where its branch or tag is; as before for one named by its commit; empty if that is not known
     * @param trouble why it is not known; empty for none
     * @param cure what to do about it; may be empty
     */
    public record Move(String name, String before, String commit, String trouble, String cure) {
        /** Whether there is a newer commit. */
        public boolean isNews() {
            return trouble.isEmpty() && !commit.equals(before);
        }
    }

    /** All of them: the host's list in the order of detection, then what apps name. */
    public List<Buildpack> list() {
        List<Buildpack> buildpacks = new ArrayList<>();
        for (ValueTree one : host.query(Verb.of("buildpacks", "list")).numbered()) {
            buildpacks.add(new Buildpack(
                    text(one, "name"),
                    text(one, "address"),
                    text(one, "ref"),
                    text(one, "commit"),
                    text(one, "since"),
                    text(one, "from")));
        }
        return buildpacks;
    }

    /**
     * Looks where the branches and tags are now.
     *
     * @param names those that are meant, by name or address; all if empty
     * @param move whether builds use what is found from now on
     * @throws dev.pocketpaas.core.failure.PocketException for a name that the host does not have; nothing is changed
     */
    public List<Move> look(List<String> names, boolean move) {
        ValueTree.Builder asked = ValueTree.builder();
        for (int number = 0; number < names.size(); number++) {
            asked.put(Integer.toString(number + 1), names.get(number));
        }
        List<Move> moves = new ArrayList<>();
        for (ValueTree one : host.query(Verb.of("buildpacks", move ? "update" : "check"), asked.build())
                .numbered()) {
            moves.add(new Move(
                    text(one, "name"),
                    text(one, "before"),
                    text(one, "commit"),
                    text(one, "trouble"),
                    text(one, "cure")));
        }
        return moves;
    }

    private static String text(ValueTree row, String key) {
        return row.text(key).orElse("");
    }
}
