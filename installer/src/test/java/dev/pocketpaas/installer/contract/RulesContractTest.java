package dev.pocketpaas.installer.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.failure.ExitCode;
import dev.pocketpaas.core.rules.StepTitles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words and numbers of an operation mean the same on both sides. */
class RulesContractTest {
    private static final Path PROGRAMS = Path.of("src/main/python/pocketpaas");

    @Test
    void everyStepOfTheHostHasATitleAndBothSidesTellIt() throws Exception {
        Set<String> steps = found("\\.step\\(\\s*\"([a-z-]+)\"");
        assertThat(steps).hasSizeGreaterThan(8);
        List<String> asked = new ArrayList<>(steps);
        asked.addAll(List.of("push", "probe", "nosuch", "no-such-step", "", "X"));
        HostSide host = new HostSide();
        asked.forEach(step -> host.ask("title", HostSide.bytes(step)));
        List<String> told = host.answers().stream().map(HostSide.Answer::text).toList();

        assertThat(told).isEqualTo(asked.stream().map(StepTitles::of).toList());
        assertThat(steps).as("steps without a title").allMatch(StepTitles::has);
    }

    @Test
    void whatTheHostExitsWithTheLaptopKnows() throws IOException {
        Set<String> codes = found("^    code = ([0-9]+)$");
        codes.addAll(found("\\bcode: int = ([0-9]+)\\b"));

        assertThat(codes).contains("1", "2", "4", "5").allSatisfy(code -> {
            int number = Integer.parseInt(code);
            assertThat(ExitCode.of(number).code()).isEqualTo(number);
        });
    }

    private static Set<String> found(String regex) throws IOException {
        Pattern pattern = Pattern.compile(regex, Pattern.MULTILINE);
        Set<String> all = new TreeSet<>();
        try (Stream<Path> files = Files.walk(PROGRAMS)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".py")).toList()) {
                Matcher matcher = pattern.matcher(Files.readString(file));
                while (matcher.find()) {
                    all.add(matcher.group(1));
                }
            }
        }
        return all;
    }
}
