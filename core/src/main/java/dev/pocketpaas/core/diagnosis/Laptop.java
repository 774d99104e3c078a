package dev.pocketpaas.core.diagnosis;

import dev.pocketpaas.core.diagnosis.Finding.Area;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the machine that the program runs on has.
 *
 * @param program the name and version of the program
 * @param java the Java that it runs on
 * @param ssh the {@code ssh} program
 * @param git the {@code git} program
 * @param manifest what is wrong with the manifest here; empty where nothing is, or there is none
 */
public record Laptop(String program, String java, Optional<Path> ssh, Optional<Path> git, Optional<String> manifest) {
    List<Finding> findings() {
        List<Finding> found = new ArrayList<>();
        found.add(Finding.ok(Area.LAPTOP, program + " on Java " + java));
        if (ssh.isEmpty()) {
            found.add(Finding.warning(
                    Area.LAPTOP,
                    "there is no ssh program: of ~/.ssh/config only the common settings are read",
                    "install OpenSSH's client (openssh-client)"));
        }
        if (git.isEmpty()) {
            found.add(Finding.note(
                    Area.LAPTOP,
                    "there is no git program: \"git push\" does not work here, \"pocketpaas deploy\" does",
                    "install git"));
        }
        manifest.ifPresent(wrong -> found.add(Finding.problem(Area.LAPTOP, wrong, "pocketpaas manifest check")));
        return found;
    }
}
