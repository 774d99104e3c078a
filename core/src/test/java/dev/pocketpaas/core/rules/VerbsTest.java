package dev.pocketpaas.core.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.protocol.Verb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class VerbsTest {
    private static final Pattern ASKED = Pattern.compile("(?:Verb\\.of|\\.verb)\\(\\s*\"([^\"]+)\"");

    @Test
    void everyVerbThatIsAskedForIsOneAndTheOthersAreTheHostsOwn() throws IOException {
        Set<String> asked = new TreeSet<>();
        for (String module : new String[] {"core", "cli", "installer"}) {
            try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".java")).toList()) {
                    Matcher found = ASKED.matcher(Files.readString(file));
                    while (found.find()) {
                        asked.add(found.group(1));
                    }
                }
            }
        }

        Set<String> outside = new TreeSet<>(Verbs.forHost().keySet());
        outside.removeIf(name -> Verbs.rule(name).filter(VerbRule::outside).isEmpty());
        // What one machine of a cluster asks of another.
        outside.removeIf(name -> Verbs.rule(name).orElseThrow().rights().equals(VerbRule.Rights.NODE));
        assertThat(asked).isEqualTo(outside);
    }

    @Test
    void aVerbHasAsManyWordsAsTheHostTakes() {
        assertThat(Verb.of("show", "shop", "env").command()).isEqualTo("pocketpaas/1 show shop env");
        assertThatThrownBy(() -> Verb.of("show", "shop").command())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too few words for verb show: [shop]");
        assertThatThrownBy(() -> Verb.of("apps", "shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("too many words for verb apps: [shop]");
    }

    @Test
    void whatTheHostAsksItselfIsNotAskedFromOutside() {
        assertThatThrownBy(() -> Verb.of("admit", "git-receive-pack", "shop"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not a verb of the host: admit");
        assertThatThrownBy(() -> Verb.of("nosuch")).isInstanceOf(IllegalArgumentException.class);
    }
}
