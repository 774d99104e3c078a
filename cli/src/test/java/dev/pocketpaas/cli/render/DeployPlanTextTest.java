package dev.pocketpaas.cli.render;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.core.plan.DeployPlan;
import dev.pocketpaas.core.plan.DeployPlan.Item;
import dev.pocketpaas.core.plan.DeployPlan.Mark;
import dev.pocketpaas.core.plan.DeployPlan.Section;
import java.util.List;
import org.junit.jupiter.api.Test;

class DeployPlanTextTest {
    private static final Item WEB = new Item(Section.PROCESSES, Mark.CHANGE, "web", "a → b");
    private static final Item KEPT = new Item(Section.BUILD, Mark.KEEP, "static", "there is an index.html");

    @Test
    void sectionsHaveTheirItemsInColumns() {
        DeployPlan plan = plan(
                false,
                "v12",
                List.of(KEPT, WEB, new Item(Section.PROCESSES, Mark.ADD, "worker\u001b[31m", "")),
                List.of("the secret X is nowhere"));

        assertThat(lines(plan))
                .containsExactly(
                        "shop on box: v12 (1111111) → 2222222 \"Sell tea\"",
                        "build",
                        "  = static  there is an index.html",
                        "processes",
                        "  ~ web               a → b",
                        "  + worker\\u001b[31m",
                        "note: by the way",
                        "warning: look out",
                        "would be refused: the secret X is nowhere");
    }

    @Test
    void nothingToDoIsSaidAndNothingElse() {
        assertThat(lines(new DeployPlan(
                        "shop",
                        false,
                        "v12",
                        "",
                        "2222222",
                        "Sell tea",
                        List.of(KEPT),
                        List.of(),
                        List.of(),
                        List.of())))
                .containsExactly("shop on box: v12 → 2222222 \"Sell tea\"", "Nothing to do: v12 is already this.");
    }

    @Test
    void anAppThatIsNewOrWasNeverLiveIsSaidToBe() {
        assertThat(lines(plan(true, "", List.of(), List.of())).get(0))
                .isEqualTo("shop is not on box yet. A deploy creates it with 2222222 \"Sell tea\"");
        assertThat(lines(plan(false, "", List.of(WEB), List.of())).get(0))
                .isEqualTo("shop on box: nothing is live. A deploy ships 2222222 \"Sell tea\"");
    }

    private static List<String> lines(DeployPlan plan) {
        return DeployPlanText.lines(plan, "box", Style.of(false), 0);
    }

    private static DeployPlan plan(boolean created, String live, List<Item> items, List<String> blockers) {
        return new DeployPlan(
                "shop",
                created,
                live,
                "1111111",
                "2222222",
                "Sell tea",
                items,
                List.of("by the way"),
                List.of("look out"),
                blockers);
    }
}
