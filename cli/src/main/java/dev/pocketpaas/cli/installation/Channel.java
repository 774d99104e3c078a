package dev.pocketpaas.cli.installation;

import java.util.Arrays;

/** How this program came onto the machine. Each package says so in the file {@code lib/installed-by}. */
public enum Channel {
    /** Built on this machine; what a build without packages leaves. */
    SOURCES("built from sources", "update the sources, then run \"mvn -DskipTests package\" again"),
    /** An archive that somebody unpacked. */
    ARCHIVE("an archive", "unpack the new archive in the place of this one"),
    /** The script {@code install.sh}. */
    INSTALLER("install.sh", "run the install.sh of the new release"),
    /** The Debian package. */
    DEB("the Debian package", "install the new package: apt install ./pocketpaas_VERSION_all.deb"),
    /** The Homebrew formula. */
    BREW("Homebrew", "run \"brew upgrade pocketpaas\""),
    /** The npm package. */
    NPM("npm", "run \"npm install -g pocketpaas@latest\"");

    private final String shown;
    private final String upgrade;

    Channel(String shown, String upgrade) {
        this.shown = shown;
        this.upgrade = upgrade;
    }

    /** The channel that {@code word} names; an unknown word is an archive's. */
    static Channel of(String word) {
        return Arrays.stream(values())
                .filter(channel -> channel.word().equals(word))
                .findFirst()
                .orElse(ARCHIVE);
    }

    /** The word in the file, and in JSON. */
    public String word() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /** For people. */
    public String shown() {
        return shown;
    }

    /** What to do to get a newer version, with {@code VERSION} in the place of the version. */
    public String upgrade() {
        return upgrade;
    }
}
