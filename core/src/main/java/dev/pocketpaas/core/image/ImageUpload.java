package dev.pocketpaas.core.image;

import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.protocol.Verb;
import java.util.List;

/**
 * What of an image a host lacks.
 *
 * @param image the image
 * @param missing its layers that are to be sent, in their order
 */
public record ImageUpload(LocalImage image, List<LocalImage.Layer> missing) {
    /** Copies the list. */
    public ImageUpload {
        missing = List.copyOf(missing);
    }

    /**
     * Asks the host, which refuses an image for another platform, or one that it has no room for.
     *
     * @param app the app, which the host has
     */
    public static ImageUpload ask(HostClient host, AppName app, LocalImage image) {
        ValueTree answer = host.query(
                Verb.of("upload", app),
                ValueTree.builder()
                        .put("platform", image.platform())
                        .putLines("layers", image.layers())
                        .putLines(
                                "sizes",
                                image.layers().stream()
                                        .map(layer -> String.valueOf(image.size(layer)))
                                        .toList())
                        .build());
        int had = answer.text("had")
                .filter(text -> text.matches("[0-9]{1,3}"))
                .map(Integer::parseInt)
                .orElse(0);
        return new ImageUpload(image, image.missing(Math.min(had, image.layers().size())));
    }

    /** How many bytes are to be sent. */
    public long bytes() {
        return missing.stream().mapToLong(LocalImage.Layer::size).sum();
    }

    /** What it is, for people. */
    public String described() {
        long layers = image.layers().stream().distinct().count();
        return missing.isEmpty()
                ? "the host has all " + layers + " layers"
                : missing.size() + " of " + layers + " layers, " + shown(bytes());
    }

    private static String shown(long bytes) {
        return bytes < 10_000_000 ? bytes / 1000 + " kB" : bytes / 1_000_000 + " MB";
    }

    /** What announces it, in the input of the verb {@code deploy}. */
    public void announce(ValueTree.Builder tree) {
        tree.put("image/config", image.config());
        tree.putLines(
                "image/sent",
                missing.stream()
                        .map(layer -> layer.digest() + " " + layer.size())
                        .toList());
        tree.putLines(
                "image/packed",
                missing.stream()
                        .flatMap(layer -> layer.packed().map(blob -> layer.digest() + " " + blob).stream())
                        .toList());
    }
}
