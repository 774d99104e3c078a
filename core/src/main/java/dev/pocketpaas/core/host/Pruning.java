package dev.pocketpaas.core.host;

import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.ArrayList;
import java.util.List;

/** Room on a host: what is ours there and nothing needs any more. */
public final class Pruning {
    private final HostClient host;

    /** Pruning on {@code host}. */
    public Pruning(HostClient host) {
        this.host = host;
    }

    /**
     * What can go, or went.
     *
     * @param items by kind
     * @param busy apps that were being built, and so left alone
     * @param where the disk is that the amounts are of
     * @param before free megabytes at the beginning
     * @param after free megabytes at the end
     */
    public record Report(List<Item> items, List<String> busy, String where, long before, long after) {
        /** The bytes of all of them. */
        public long bytes() {
            return items.stream().mapToLong(Item::bytes).sum();
        }
    }

    /**
     * One kind of thing.
     *
     * @param kind images, layers, containers, works or caches
     * @param count how many
     * @param bytes about how much they take
     * @param what their names
     */
    public record Item(String kind, long count, long bytes, List<String> what) {}

    /**
     * Removes what nothing needs.
     *
     * @param dryRun only says what that is
     * @param caches the build caches, too
     */
    public Report prune(boolean dryRun, boolean caches) {
        List<Object> words = new ArrayList<>();
        if (dryRun) {
            words.add("dry-run");
        }
        if (caches) {
            words.add("caches");
        }
        ValueTree answer = host.query(Verb.of("prune", words.toArray()));
        List<Item> items = new ArrayList<>();
        for (String kind : answer.children("kind")) {
            ValueTree item = answer.under("kind/" + kind);
            items.add(new Item(kind, number(item, "count"), number(item, "bytes"), item.lines("what")));
        }
        return new Report(
                items,
                answer.lines("busy"),
                answer.text("disk/where").orElse(""),
                number(answer, "disk/before"),
                number(answer, "disk/after"));
    }

    private static long number(ValueTree tree, String path) {
        return Long.parseLong(tree.text(path).orElse("0"));
    }
}
