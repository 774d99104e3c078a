package dev.pocketpaas.core.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.host.HostClient;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.progress.OperationEvent;
import dev.pocketpaas.core.progress.OperationListener;
import dev.pocketpaas.core.protocol.ValueTree;
import dev.pocketpaas.core.ssh.FakeSshConnection;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

class AppMoveTest {
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, String> failing = new HashMap<>();
    private final Map<String, String> here = new HashMap<>(Map.of("live", "3", "names", "shop.example.com"));
    private final Map<String, String> there = new HashMap<>();
    private final String files = "3 data/ab/one\n3 snapshots/two\n";
    private String filesThere = "3 data/ab/one\n";
    private byte[] received = new byte[0];
    private String passed = "";
    private final List<String> brought = new ArrayList<>();
    private String begun = "";
    private String expected = "";
    private String recovered = "";
    private String ignored = "";
    private String taken = "";
    private String lacking = "";
    private String differing = "";
    private String unsaved = "";
    private final List<String> warned = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    @Test
    void theWordGoesOverAfterEverythingIsThereAndBeforeAnythingStarts() {
        double[] estimated = {0};

        AppMove.Moved moved = move().move(seconds -> {
            asked.add("- estimate");
            estimated[0] = seconds;
        });

        assertThat(asked)
                .containsExactly(
                        "A look",
                        "B look",
                        "B check",
                        "A tools",
                        "B tools",
                        "A begin",
                        "B expect",
                        "B prepare",
                        "A reach",
                        "A ahead",
                        "A list",
                        "B list",
                        "A send",
                        "B receive",
                        "B bring",
                        "A ahead",
                        "A list",
                        "B list",
                        "A send",
                        "B receive",
                        "- estimate",
                        "B prepare",
                        "A hold",
                        "A close",
                        "A list",
                        "B list",
                        "A send",
                        "B receive",
                        "B bring",
                        "A pass",
                        "B start");
        assertThat(moved.urls()).containsExactly("http://shop.example.com");
        assertThat(moved.names()).containsExactly("shop.example.com");
        assertThat(passed).contains("closing", "c7");
        assertThat(brought).hasSize(2);
        assertThat(brought.get(0)).doesNotContain("closed");
        assertThat(brought.get(1)).contains("closed", "yes");
        assertThat(estimated[0]).isBetween(4 + 1.5 + 2.5, 60.0);
    }

    @Test
    void sharedVariablesThatTheOtherHostLacksAreToldWithTheEstimate() {
        lacking = "SENTRY\nTOKEN\n";

        move().move(seconds -> asked.addAll(warned));

        assertThat(warned)
                .containsExactly(
                        "shop has variables shared by all apps on web1 that web2 does not have: SENTRY, TOKEN. The "
                                + "next restart or deploy there drops them; set them before: pocketpaas env set --shared NAME=VALUE "
                                + "--host web2");
        assertThat(asked.indexOf(warned.get(0))).isBetween(0, asked.indexOf("A close"));
    }

    @Test
    void thatNothingIsBackedUpThereIsTold() {
        unsaved = "yes";

        move().move(seconds -> {});

        assertThat(warned)
                .containsExactly("shop is backed up on web1, and web2 makes no backups: pocketpaas backups destination "
                        + "PLACE --host web2, then pocketpaas backups schedule 03:00 --host web2");
    }

    @Test
    void sharedVariablesWithOtherValuesThereAreTold() {
        differing = "TOKEN\n";

        move().move(seconds -> {});

        assertThat(warned)
                .containsExactly(
                        "variables shared by all apps have other values on web2 than on web1: TOKEN. shop gets those with its "
                                + "next restart or deploy there; to keep its own: pocketpaas env set NAME=VALUE --app shop --host "
                                + "web2");
    }

    @Test
    void onlyWhatTheOtherHostLacksIsSent() {
        move().move(seconds -> {});

        assertThat(new String(received, StandardCharsets.UTF_8)).isEqualTo("parcels of snapshots/two\n");
        asked.clear();
        here.remove("phase");
        filesThere = files;
        move().move(seconds -> {});
        assertThat(asked).doesNotContain("A send", "B receive");
    }

    @Test
    void whoSaysNoToTheEstimateHasChangedNothing() {
        assertThatThrownBy(() -> move().move(seconds -> {
                    throw PocketException.refused("no", null);
                }))
                .hasMessage("no");

        assertThat(asked).doesNotContain("A close", "A pass", "B start");
    }

    @Test
    void whatFailsBeforeTheWordIsGivenHasTheAppServeAgain() {
        for (String action : List.of("A close", "B bring", "A pass", "B receive")) {
            asked.clear();
            failing.clear();
            here.remove("phase");
            // The first time is while it still serves.
            failing.put(action, action.equals("B bring") || action.equals("B receive") ? "late" : "always");

            assertThatThrownBy(() -> move().move(seconds -> failing.replaceAll((name, when) -> "always")))
                    .as(action)
                    .hasMessageContaining("went wrong");

            assertThat(asked).as(action).endsWith("A look", "A reopen").doesNotContain("B start");
        }
    }

    @Test
    void anAppThatDoesNotComeUpThereGoesBackWithItsData() {
        failing.put("B start", "always");

        assertThatThrownBy(() -> move().move(seconds -> there.put("phase", "arrived")))
                .hasMessageContaining("went wrong");

        int start = asked.indexOf("B start");
        assertThat(asked.subList(start, asked.size()))
                .startsWith("B start", "A look", "B look", "A hold", "A reclaim", "B halt")
                .endsWith("A take", "B drop", "A forget");
    }

    @Test
    void aMoveGoesOnFromWhereItWas() {
        here.put("phase", "passed");
        there.put("phase", "arriving");
        move().move(seconds -> {});
        assertThat(asked).containsExactly("A look", "B look", "A again", "B start");
        asked.clear();
        there.put("phase", "returning");
        move().move(seconds -> {});
        assertThat(asked).containsExactly("A look", "B look", "A again", "B resume");
        asked.clear();
        here.put("phase", "reclaiming");
        there.put("phase", "returning");
        move().move(seconds -> {});
        assertThat(asked).containsExactly("A look", "B look", "A again", "B resume");
        asked.clear();
        here.put("phase", "closed");
        there.put("phase", "arriving");
        move().move(seconds -> {});
        assertThat(asked).startsWith("A look", "B look", "A reopen", "B check").endsWith("A pass", "B start");
    }

    @Test
    void eachStepIsToldAtWhichTurnOfTheWordItIs() {
        move().move(seconds -> {});
        assertThat(words).containsExactly("B expect begin", "B start pass");
        words.clear();
        there.put("phase", "arrived");
        move().abort();
        assertThat(words).containsExactly("B halt reclaim", "A take reclaim");
        words.clear();
        here.put("phase", "reclaiming");
        move().move(seconds -> {});
        assertThat(words).containsExactly("B resume again");
        words.clear();
        here.put("phase", "passed");
        there.clear();
        move().abort();
        assertThat(words).containsExactly("A recover reclaim");
    }

    @Test
    void whatRunsOnBothHostsIsKeptOnBoth() {
        for (String phase : List.of("ahead", "closed")) {
            here.put("phase", phase);
            there.put("phase", "arrived");
            asked.clear();
            for (Runnable one : List.<Runnable>of(() -> move().move(seconds -> {}), () -> move().finish())) {
                assertThatThrownBy(one::run)
                        .hasMessageContaining("shop serves on web1, and web2 has an app of that name, too")
                        .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                        .satisfies(e -> assertThat(e.cure().orElseThrow()).contains("to keep both", "--abort"));
            }
            assertThat(asked).containsExactly("A look", "B look", "A look", "B look");

            assertThat(move().abort()).isFalse();

            assertThat(asked).endsWith("A forget", "B settle").doesNotContain("B drop");
        }
    }

    @Test
    void previewsThatUseTheVeryDatabaseAreNamedBeforeItStops() {
        here.put("sharing", "shop-pr-1\nshop-pr-2\n");

        move().move(seconds -> asked.addAll(warned));

        assertThat(warned).hasSize(1);
        assertThat(warned.get(0))
                .contains("previews on web1 use the very database of shop: shop-pr-1, shop-pr-2", "do not reach it");
        assertThat(asked.indexOf(warned.get(0))).isBetween(0, asked.indexOf("A close"));
    }

    @Test
    void aFirstMoveThatCannotBeLeavesNothing() {
        failing.put("A reach", "always");

        assertThatThrownBy(() -> move().move(seconds -> {})).hasMessageContaining("went wrong");

        assertThat(asked).endsWith("A reach", "B drop", "A forget");
    }

    @Test
    void theFirstHostStopsPassingOnBeforeTheOtherOneIsToldToStop() {
        here.put("phase", "passed");
        there.put("phase", "arrived");

        move().abort();

        assertThat(asked)
                .containsSubsequence(
                        "A hold", "A reclaim", "B halt", "B list", "A list", "A take", "B drop", "A forget");
        asked.clear();
        there.clear();
        move().abort();
        assertThat(asked).containsExactly("A look", "B look", "A hold", "A reclaim", "A recover", "B drop", "A forget");
        asked.clear();
        here.put("phase", "ahead");
        move().abort();
        assertThat(asked).containsExactly("A look", "B look", "B drop", "A forget");
    }

    @Test
    void theOtherHostIsToldWhichCopyCameBackBeforeItDropsAnything() {
        here.putAll(Map.of("phase", "passed", "back", "no"));
        there.putAll(Map.of("phase", "arrived", "back", "no"));

        move().abort();

        assertThat(asked)
                .containsSubsequence(
                        "B look",
                        "A back",
                        "A prepare",
                        "A reclaim",
                        "B halt",
                        "A take",
                        "A look",
                        "B taken",
                        "B drop",
                        "A forget");
        assertThat(taken).contains("taken", "23fd7c45");
    }

    @Test
    void whatCannotComeBackIsRefusedBeforeAnythingIsStopped() {
        here.putAll(Map.of("phase", "passed", "back", "no"));
        there.putAll(Map.of("phase", "arrived", "back", "no"));
        failing.put("A back", "always");

        assertThatThrownBy(() -> move().abort()).hasMessageContaining("went wrong");

        assertThat(asked).containsExactly("A look", "B look", "A back");
        asked.clear();
        here.remove("back");
        assertThatThrownBy(() -> move().abort())
                .hasMessage("the programs on web1 are older than those on web2, and cannot take shop back");
        assertThat(asked).containsExactly("A look", "B look");
    }

    @Test
    void whatDidNotComeBackIsNotDroppedByTheNextRun() {
        here.putAll(Map.of("phase", "ahead", "back", "half"));
        there.putAll(Map.of("phase", "returning", "back", "no"));
        failing.put("A take", "always");
        for (Runnable one : List.<Runnable>of(() -> move().abort(), () -> move().move(seconds -> {}))) {
            asked.clear();
            assertThatThrownBy(one::run).hasMessageContaining("went wrong");
            assertThat(asked).containsExactly("A look", "B look", "A take");
        }
        failing.clear();
        asked.clear();

        move().abort();

        assertThat(asked)
                .containsExactly("A look", "B look", "A take", "A look", "B look", "B taken", "B drop", "A forget");
    }

    @Test
    void anAppWhoseMoveWasEndedOnTheOtherHostIsNotStartedASecondTime() {
        for (String phase : List.of("passed", "reclaiming")) {
            for (Map<String, String> own : List.of(Map.of("live", "3"), Map.of("there", "yes"))) {
                here.put("phase", phase);
                there.clear();
                there.putAll(own);
                asked.clear();

                assertThatThrownBy(() -> move().abort())
                        .hasMessageContaining("shop serves on web2, where its move was ended")
                        .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                        .satisfies(e -> assertThat(e.cure().orElseThrow())
                                .contains("pocketpaas apps move web2 --finish --app shop --host web1"));
                assertThatThrownBy(() -> move().move(seconds -> {})).hasMessageContaining("where its move was ended");

                assertThat(asked).containsExactly("A look", "B look", "A look", "B look");
            }
        }
        asked.clear();
        move().finish();
        assertThat(asked).containsExactly("A look", "B look", "A again", "A finish", "B settle");
    }

    @Test
    void anAppThatGotAnotherNameOnTheOtherHostIsNotTakenForDestroyed() {
        here.putAll(Map.of("phase", "passed", "id", "a", "peer", "web2"));
        there.putAll(Map.of("there", "no", "renamed", "store", "renamed-id", "a"));
        for (Runnable one : List.<Runnable>of(() -> move().move(seconds -> {}), () -> move().abort())) {
            assertThatThrownBy(one::run)
                    .hasMessage("shop serves on web2 as store, where its move was ended: it does not come back");
        }
        asked.clear();
        move().finish();
        assertThat(asked).containsExactly("A look", "B look", "A finish", "B settle");
        here.put("phase", "ahead");
        assertThatThrownBy(() -> move().move(seconds -> {}))
                .hasMessageContaining("shop serves on web1, and web2 has it as store, too");

        // Another app that was once called so.
        here.put("phase", "passed");
        there.put("renamed-id", "b");
        asked.clear();
        move().abort();
        assertThat(asked).containsExactly("A look", "B look", "A hold", "A reclaim", "A recover", "B drop", "A forget");
    }

    @Test
    void whatServesOnBothHostsIsNotEndedByTheMove() {
        here.put("phase", "ahead");
        there.put("live", "3");

        for (Runnable one : List.<Runnable>of(() -> move().move(seconds -> {}), () -> move().finish())) {
            assertThatThrownBy(one::run)
                    .hasMessageContaining("shop serves on web1, and web2 has an app of that name, too")
                    .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                    .satisfies(e -> assertThat(e.cure().orElseThrow())
                            .contains("pocketpaas destroy --app shop --host web1")
                            .doesNotContain("--host web2"));
        }
        asked.clear();

        assertThat(move().abort()).isFalse();

        assertThat(asked).containsExactly("A look", "B look", "A forget");
    }

    @Test
    void whatMovesToAThirdHostIsNotTakenFromIt() {
        here.putAll(Map.of("phase", "passed", "peer", "web3", "id", "a"));

        for (Runnable one :
                List.<Runnable>of(() -> move().move(seconds -> {}), () -> move().abort(), () -> move().finish())) {
            assertThatThrownBy(one::run).hasMessage("shop moves to web3, not to web2");
        }
        assertThat(asked).containsOnly("A look", "B look");
        there.putAll(Map.of("phase", "arrived", "peer", "10.0.0.1", "id", "a", "live", "3"));
        move().finish();
        here.clear();
        assertThatThrownBy(() -> move().abort()).hasMessageContaining("is one with 10.0.0.1, not with web1");
        here.putAll(Map.of("phase", "arrived", "peer", "web2"));
        assertThatThrownBy(() -> move().abort()).hasMessageContaining("shop came to web1 from web2");
    }

    @Test
    void aMoveIsOneToOneMachineWhateverItsNameLeadsTo() {
        here.putAll(Map.of("peer", "web2", "id", "a", "target", "machine C", "peer-address", "10.0.0.3"));
        for (String phase : List.of("ahead", "closed", "passed", "reclaiming")) {
            here.put("phase", phase);
            // Also where both were given the same secrets by programs of an earlier version.
            for (Map<String, String> facts :
                    List.of(Map.<String, String>of(), Map.of("phase", "arriving", "id", "a"))) {
                there.clear();
                there.putAll(facts);
                asked.clear();
                for (Runnable one : List.<Runnable>of(
                        () -> move().move(seconds -> {}), () -> move().abort(), () -> move().finish())) {
                    assertThatThrownBy(one::run)
                            .hasMessage("shop moves to another machine than the one that web2 leads to now: to the one "
                                    + "at 10.0.0.3")
                            .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                            .satisfies(e -> assertThat(e.cure().orElseThrow())
                                    .contains(
                                            "pocketpaas apps move 10.0.0.3 --abort --app shop --host web1",
                                            "pocketpaas apps move --lost --app shop --host web1"));
                }
                assertThat(asked).containsOnly("A look", "B look");
            }
        }
        // It is called otherwise now.
        here.putAll(Map.of("phase", "passed", "target", "machine B", "peer", "old-name"));
        there.putAll(Map.of("phase", "arrived", "id", "a", "source", "machine A", "live", "3"));
        move().finish();
        assertThat(asked).endsWith("A finish", "B settle");
        there.put("source", "machine D");
        assertThatThrownBy(() -> move().abort())
                .hasMessageContaining("the move of shop on web2 is one with another machine than web1");
    }

    @Test
    void theMachineThatItGoesToIsToldAndAHostThatNamesNoneGetsNothing() {
        move().move(seconds -> {});
        assertThat(begun).contains("machine B").contains("shop.example.com");
        assertThat(expected).contains("machine A");
        for (Map<String, String> old : List.of(here, there)) {
            here.remove("phase");
            old.put("host", "");
            asked.clear();
            assertThatThrownBy(() -> move().move(seconds -> {})).hasMessageContaining("too old to say which machine");
            assertThat(asked).containsOnly("A look", "B look");
            old.remove("host");
        }
    }

    @Test
    void thatNothingOfItIsThereIsToldWithTheMachineThatSaysSo() {
        here.put("phase", "passed");

        move().abort();

        assertThat(recovered).contains("machine B");
    }

    @Test
    void whatServesHereWithoutAMoveAndCameThereHasAWayOut() {
        here.put("there", "yes");
        there.putAll(Map.of("phase", "arrived", "peer", "web1", "id", "a", "source", "machine A"));
        for (Runnable one : List.<Runnable>of(() -> move().move(seconds -> {}), () -> move().finish())) {
            assertThatThrownBy(one::run)
                    .hasMessageContaining("shop serves on web1, and web2 has an app of that name, too")
                    .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                    .satisfies(e -> assertThat(e.cure().orElseThrow())
                            .contains(
                                    "pocketpaas destroy --app shop --host web1, then pocketpaas apps move web2 --finish",
                                    "to keep both: pocketpaas apps move web2 --abort"));
        }
        asked.clear();

        assertThat(move().abort()).isFalse();

        assertThat(asked).containsExactly("A look", "B look", "A forget", "B settle");
        here.clear();
        here.put("there", "no");
        asked.clear();
        move().finish();
        assertThat(asked).endsWith("A finish", "B settle");
    }

    @Test
    void whoMovesOnWhatHasJustComeIsToldHowToEndThat() {
        here.putAll(Map.of("phase", "arrived", "peer", "web0"));

        assertThatThrownBy(() -> move().move(seconds -> {}))
                .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                .satisfies(e -> assertThat(e.cure().orElseThrow())
                        .contains(
                                "pocketpaas apps move web1 --finish --app shop --host web0",
                                "pocketpaas apps move --lost --app shop --host web1"));
    }

    @Test
    void onlyNamesOfAnAppThatWasMovedAreToLeadToTheOtherHost() {
        assertThat(move().elsewhere()).isEmpty();
        assertThat(asked).containsExactly("A look");
        here.put("phase", "passed");

        move().elsewhere();

        assertThat(asked).endsWith("A look", "B names");
    }

    @Test
    void whatDoesNotMoveIsNotBroughtBack() {
        there.put("live", "3");
        assertThatThrownBy(() -> move().abort()).hasMessage("no move of shop from web1 to web2 is under way");
        assertThat(asked).containsExactly("A look", "B look");
        asked.clear();
        there.clear();
        here.put("id", "a");
        move().abort();
        assertThat(asked).containsExactly("A look", "B look", "B drop", "A forget");
        asked.clear();
        here.clear();
        there.put("phase", "arriving");
        move().abort();
        assertThat(asked).containsExactly("A look", "B look", "B drop", "A forget");
    }

    @Test
    void whatIsNotThereIsNotMoved() {
        here.clear();
        here.put("there", "no");

        assertThatThrownBy(() -> move().move(seconds -> {})).hasMessage("there is no app shop on web1");
    }

    @Test
    void theLastCopyIsNotRemoved() {
        here.put("phase", "passed");

        assertThatThrownBy(() -> move().finish()).hasMessageContaining("shop is not on web2 any more");
        there.put("phase", "arriving");
        assertThatThrownBy(() -> move().finish()).hasMessageContaining("was not moved to web2 yet");

        assertThat(asked).containsOnly("A look", "B look");
    }

    @Test
    void itIsGoneFromTheFirstHostOnlyAfterTheWordWasGiven() {
        assertThatThrownBy(() -> move().finish()).hasMessageContaining("was not moved to web2 yet");
        assertThat(asked).doesNotContain("A finish");
        here.put("phase", "passed");
        there.put("phase", "arrived");
        asked.clear();
        // The word was given, and it did not come up there.
        assertThatThrownBy(() -> move().finish())
                .hasMessageContaining("shop has not come up on web2 yet")
                .asInstanceOf(InstanceOfAssertFactories.type(PocketException.class))
                .satisfies(e -> assertThat(e.cure().orElseThrow())
                        .contains("pocketpaas apps move web2 --abort --app shop --host web1"));
        assertThat(asked).containsOnly("A look", "B look");
        there.put("live", "3");

        move().finish();

        assertThat(asked).endsWith("A finish", "B settle");
        here.clear();
        asked.clear();
        move().finish();
        assertThat(asked).endsWith("A finish", "B settle");
    }

    @Test
    void whatHasComeFromAHostThatIsLostIsToldBeforeItStarts() {
        there.putAll(Map.of("phase", "arriving", "peer", "web1", "whole", "2026-11-29T12:00:00Z"));
        List<String> told = new ArrayList<>();

        AppMove.Claimed claimed = claim(known -> !told.add(known.peer() + " " + known.at()));

        assertThat(told).containsExactly("web1 2026-11-29T12:00:00Z");
        assertThat(claimed.urls()).containsExactly("http://shop.example.com");
        assertThat(asked).containsExactly("B look", "B claim");
        asked.clear();
        there.put("phase", "arrived");
        assertThat(claim(known -> false).at()).isEmpty();
        assertThat(claimed.leaves()).isFalse();
        for (String phase : List.of("passed", "reclaiming")) {
            there.put("phase", phase);
            assertThat(claim(AppMove.Claimed::leaves).leaves()).isTrue();
            assertThat(ignored).contains("ignore", "yes");
            assertThat(claim(known -> false).ends()).isFalse();
            assertThat(ignored).doesNotContain("ignore");
        }
        there.putAll(Map.of("phase", "ahead", "target", "machine C", "source", "machine D"));
        assertThat(claim(known -> false).ends()).isTrue();
        assertThat(claim(known -> false).other()).isEqualTo("machine C");
        asked.clear();
        assertThatThrownBy(() -> claim(known -> {
                    throw PocketException.refused("no", null);
                }))
                .hasMessage("no");
        assertThat(asked).containsExactly("B look");
    }

    private AppMove.Claimed claim(Predicate<AppMove.Claimed> confirm) {
        return AppMove.claim(
                new HostClient(host("B", there)), AppName.parse("shop"), OperationListener.silent(), confirm);
    }

    private AppMove move() {
        return new AppMove(
                AppName.parse("shop"),
                new HostClient(host("A", here)),
                "web1",
                new HostClient(host("B", there)),
                "web2",
                this::hear,
                System::nanoTime);
    }

    private void hear(OperationEvent event) {
        if (event instanceof OperationEvent.Warning) {
            warned.add(((OperationEvent.Warning) event).text());
        }
    }

    private FakeSshConnection host(String name, Map<String, String> facts) {
        FakeSshConnection host = new FakeSshConnection();
        on(
                host,
                name,
                "check",
                ValueTree.builder()
                        .put("shared", lacking)
                        .put("shared-other", differing)
                        .put("unsaved", unsaved)
                        .build()
                        .toBytes());
        for (String action : List.of("expect", "reach", "names", "back", "taken")) {
            on(host, name, action, ValueTree.empty().toBytes());
        }
        for (String action : List.of("begin", "pass", "reclaim", "again")) {
            on(
                    host,
                    name,
                    action,
                    ValueTree.builder().put("word", action).build().toBytes());
        }
        host.on("pocketpaas/1 move shop look", (in, out, err) -> {
            asked.add(name + " look");
            ValueTree.Builder told = ValueTree.builder();
            Map<String, String> all = new HashMap<>(Map.of("host", "machine " + name));
            all.putAll(facts);
            all.forEach(told::put);
            told.build().writeTo(out);
            return 0;
        });
        for (String action : List.of(
                "tools", "prepare", "reopen", "take", "forget", "finish", "halt", "drop", "settle", "recover")) {
            on(host, name, action, new byte[0]);
        }
        for (String action : List.of("start", "resume", "claim")) {
            on(host, name, action, "+result\turl\thttp://shop.example.com\n".getBytes(StandardCharsets.UTF_8));
        }
        on(host, name, "ahead", "+result\ttook\t1.5\n".getBytes(StandardCharsets.UTF_8));
        on(host, name, "close", "+result\tclosing\tc7\n+result\ttook\t1.5\n".getBytes(StandardCharsets.UTF_8));
        on(host, name, "bring", "+result\ttook\t2.5\n".getBytes(StandardCharsets.UTF_8));
        host.on("pocketpaas/1 move shop hold", (in, out, err) -> {
            asked.add(name + " hold");
            out.write("+note\theld by signs\n".getBytes(StandardCharsets.UTF_8));
            in.readAllBytes();
            return 0;
        });
        on(host, name, "list", (name.equals("A") ? files : filesThere).getBytes(StandardCharsets.UTF_8));
        host.on("pocketpaas/1 move shop send", (in, out, err) -> {
            asked.add(name + " send");
            out.write(("parcels of " + new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .getBytes(StandardCharsets.UTF_8));
            return 0;
        });
        host.on("pocketpaas/1 move shop receive", (in, out, err) -> {
            received = in.readAllBytes();
            asked.add(name + " receive");
            return refused(name + " receive", err);
        });
        return host;
    }

    private void on(FakeSshConnection host, String name, String action, byte[] answer) {
        host.on("pocketpaas/1 move shop " + action, (in, out, err) -> {
            byte[] given = in.readAllBytes();
            if (action.equals("pass")) {
                passed = new String(given, StandardCharsets.UTF_8);
            }
            if (action.equals("bring")) {
                brought.add(new String(given, StandardCharsets.UTF_8));
            }
            if (action.equals("begin")) {
                begun = new String(given, StandardCharsets.UTF_8);
            }
            if (action.equals("expect")) {
                expected = new String(given, StandardCharsets.UTF_8);
            }
            if (action.equals("recover")) {
                recovered = new String(given, StandardCharsets.UTF_8);
            }
            if (action.equals("claim")) {
                ignored = new String(given, StandardCharsets.UTF_8);
            }
            if (action.equals("taken")) {
                taken = new String(given, StandardCharsets.UTF_8);
            }
            if (given.length > 0) {
                ValueTree.readFrom(new ByteArrayInputStream(given))
                        .text("word")
                        .ifPresent(word -> words.add(name + " " + action + " " + word));
            }
            asked.add(name + " " + action);
            int status = refused(name + " " + action, out);
            if (status == 0) {
                out.write(answer);
                if (action.equals("pass")) {
                    here.put("phase", "passed");
                }
                if (action.equals("halt")) {
                    there.put("phase", "returning");
                }
                if (action.equals("take") && here.containsKey("back")) {
                    here.putAll(Map.of("phase", "ahead", "back", "no", "taken", "23fd7c45"));
                }
            }
            return status;
        });
    }

    private int refused(String action, OutputStream out) throws IOException {
        if (!"always".equals(failing.get(action))) {
            return 0;
        }
        out.write("+fail\twrong\tit went wrong\n".getBytes(StandardCharsets.UTF_8));
        return 5;
    }
}
