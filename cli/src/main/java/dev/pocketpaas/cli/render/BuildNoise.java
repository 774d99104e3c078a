package dev.pocketpaas.cli.render;

import java.util.regex.Pattern;

/** Lines of a Docker build that nobody needs to read: layers, digests, progress. */
final class BuildNoise {
    private static final Pattern BUILDKIT =
            Pattern.compile("#[0-9]+ (sha256:|extracting |resolve |resolving |transferring |"
                    + "exporting |writing |naming |unpacking |preparing |sending |DONE|CACHED|\\.\\.\\.|"
                    + "\\[internal\\]|[0-9.]+[kMG]?B / ).*");
    private static final Pattern CLASSIC = Pattern.compile(
            " ---> .*|(Removing|Removed) intermediate container .*|Sending build context .*|Successfully "
                    + "(built|tagged) .*");
    private static final Pattern PULL =
            Pattern.compile("[0-9a-f]{12}: (Pulling fs layer|Waiting|Downloading|Verifying Checksum|"
                    + "Download complete|Extracting|Pull complete|Already exists).*|Digest: "
                    + "sha256:.*|Status: (Downloaded|Image is up).*");

    private BuildNoise() {}

    /** Whether {@code line} is noise. */
    static boolean is(String line) {
        return line.isBlank() && !line.isEmpty()
                || BUILDKIT.matcher(line).matches()
                || CLASSIC.matcher(line).matches()
                || PULL.matcher(line).matches();
    }
}
