package dev.pocketpaas.cli.command.host;

import dev.pocketpaas.cli.invocation.CommandContext;
import dev.pocketpaas.cli.render.Bytes;
import dev.pocketpaas.cli.render.Listing;
import dev.pocketpaas.core.host.Pruning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pocketpaas prune}. */
@Command(
        name = "prune",
        description = "Free disk space on a host: delete images and files that nothing uses.",
        footer = {
            "",
            "Deletes images that no kept release uses, and leftovers of builds and crashed operations. "
                    + "Volumes, releases and everything that is not PocketPaaS's are kept."
        })
public final class PruneCommand implements Callable<Integer> {
    private final CommandContext context;

    @Option(names = "--dry-run", description = "Show what would be deleted; delete nothing.")
    private boolean dryRun;

    @Option(names = "--caches", description = "Delete the build caches, too. The next builds take longer.")
    private boolean caches;

    /** Acts through {@code context}. */
    public PruneCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() {
        Pruning.Report report = context.ask(host -> new Pruning(host).prune(dryRun, caches));
        if (context.options().json()) {
            context.output().result("", document(report));
            return 0;
        }
        Listing.Builder listing = Listing.of("kind", "count", "size");
        report.items()
                .forEach(item -> listing.row(
                        item.kind(),
                        String.valueOf(item.count()),
                        item.bytes() == 0 ? "" : Bytes.text(String.valueOf(item.bytes()))));
        context.output().listing(listing.build(), "Nothing to delete.");
        report.busy().forEach(app -> context.output().warn(app + " is being built and was skipped"));
        String free = report.after() + " MB free in " + report.where();
        context.output()
                .say(
                        dryRun
                                ? "Nothing was changed. " + wouldBeFreed(report) + free
                                : free + " (before: " + report.before() + " MB)");
        return 0;
    }

    private static String wouldBeFreed(Pruning.Report report) {
        return report.bytes() == 0 ? "" : "About " + Bytes.text(String.valueOf(report.bytes())) + " would be freed; ";
    }

    private Map<String, Object> document(Pruning.Report report) {
        List<Map<String, Object>> items = new ArrayList<>();
        for (Pruning.Item item : report.items()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("kind", item.kind());
            object.put("count", item.count());
            object.put("bytes", item.bytes());
            object.put("what", item.what());
            items.add(object);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("dry_run", dryRun);
        document.put("removed", items);
        document.put("bytes", report.bytes());
        document.put("busy", report.busy());
        document.put("where", report.where());
        document.put("free_megabytes_before", report.before());
        document.put("free_megabytes_after", report.after());
        return document;
    }
}
