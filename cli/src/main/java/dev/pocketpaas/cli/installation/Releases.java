package dev.pocketpaas.cli.installation;

import dev.pocketpaas.core.failure.PocketException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The published versions, which are at an address of the manner of GitHub's: {@code ADDRESS/latest/download/version.txt} is the newest version.
 *
 * @param address where they are, without a slash at the end
 */
public record Releases(String address) {
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int LONGEST = 40;

    /** The newest published version. */
    public String newest() {
        String file = address + "/latest/download/version.txt";
        String text;
        try (InputStream in = open(file)) {
            text = new String(in.readNBytes(LONGEST), StandardCharsets.UTF_8).strip();
        } catch (IOException | IllegalArgumentException e) {
            throw PocketException.unreachable(
                    "cannot read " + file + ": " + e.getMessage(), "check your network, or look there yourself", e);
        }
        if (!text.matches("[0-9]+([.][0-9]+)*(-[0-9A-Za-z.-]+)?")) {
            throw PocketException.unreachable(
                    file + " does not say a version", "check the address in POCKETPAAS_RELEASES", null);
        }
        return text;
    }

    private static InputStream open(String file) throws IOException {
        URL url = URI.create(file).toURL();
        if (!url.getProtocol().matches("https?")) {
            throw new IOException("not an HTTP address");
        }
        URLConnection connection = url.openConnection();
        connection.setConnectTimeout(PATIENCE_MILLIS);
        connection.setReadTimeout(PATIENCE_MILLIS);
        if (connection instanceof HttpURLConnection http && http.getResponseCode() != HttpURLConnection.HTTP_OK) {
            http.disconnect();
            throw new IOException("HTTP status " + http.getResponseCode());
        }
        return connection.getInputStream();
    }

    /** Whether {@code version} is newer than {@code than}: by its numbers; with the same numbers, a release is newer than what came before it. */
    public static boolean isNewer(String version, String than) {
        List<Integer> one = numbers(version);
        List<Integer> other = numbers(than);
        for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
            int difference = at(one, i) - at(other, i);
            if (difference != 0) {
                return difference > 0;
            }
        }
        return !version.contains("-") && than.contains("-");
    }

    private static int at(List<Integer> numbers, int index) {
        return index < numbers.size() ? numbers.get(index) : 0;
    }

    private static List<Integer> numbers(String version) {
        return Arrays.stream(version.replaceFirst("-.*", "").split("[.]"))
                .map(Integer::valueOf)
                .toList();
    }
}
