"""A machine of the cluster does not answer: which changes are made all the same, and how it learns of them later."""

from __future__ import annotations

from typing import Any
from unittest import mock

from pocketpaas.backup import mirror
from pocketpaas.cluster import distribution, membership, missed, peers
from pocketpaas.cluster.distribution import Wanted
from pocketpaas.engine import containers, swarm, swarm_services
from pocketpaas.entry import node as node_verb
from pocketpaas.failure import Failed, Failure
from pocketpaas.notice import machines
from pocketpaas.notice.store import NoticeStore
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import catching_up, spread, spread_activate, spread_push, spread_reconcile
from pocketpaas.release.running import Running
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths
from test_cluster import PUBLIC, B, ClusterCase

C = Node("c", "10.0.0.3", 22, "def", PUBLIC, (PUBLIC,))


class MissedCase(ClusterCase):
    """The machine `b` answers, `c` does not; the managers take both to be up unless `down` says otherwise."""

    def setUp(self) -> None:
        super().setUp()
        self.be_home()
        for one in (B, C):
            nodes.write(self.paths, one)
        self.silent, self.down = {"c"}, set[str]()
        self.asked: list[tuple[str, ...]] = []
        self.warned: list[str] = []
        reporter = mock.Mock(warn=self.warned.append)
        work = Work("id", self.paths.root / "work")
        self.operation = Operation(self.paths, reporter, mock.Mock(), work, "shop", "domains", "ada")
        self.enterContext(mock.patch.object(peers, "ask", self.ask))
        self.enterContext(mock.patch.object(swarm, "members", self.members))
        self.enterContext(mock.patch.object(spread_push.parallel, "_MOST", 1))

    def ask(self, _paths: HostPaths, node: Node, words: list[str], *_: Any, **_more: Any) -> dict[str, str]:
        self.asked.append((node.name, *words))
        if node.name in self.silent:
            raise peers.Unreachable(node.name, "no route")
        return {}

    def members(self, _engine: object) -> tuple[swarm.Member, ...]:
        return tuple(
            swarm.Member(
                name,
                name,
                "worker",
                "down" if name in self.down else "ready",
                "active",
                "",
                False,
                False,
                {membership.NAME: name},
                1,
                1,
            )
            for name in ("a", "b", "c")
        )

    def be_live(self, app: str = "shop") -> None:
        slot = self.paths.app(app) / "slots" / "blue"
        slot.mkdir(parents=True)
        for name in ("blue", "spread"):
            (slot / name).touch()
        (self.paths.app(app) / "live").symlink_to("slots/blue")
        (slot / "release").symlink_to("../../releases/3")
        settings = self.paths.release(app, 3) / "settings"
        values.make_directory(settings)

    def lacking(self) -> dict[str, tuple[str, ...]]:
        return {one.name: missed.of(self.paths, one.name) for one in (B, C)}


class ChangeTest(MissedCase):
    """What `domains`, `ssl`, `nginx`, `scale` and `stop` begin with, and end with."""

    def reconcile(self) -> None:
        labels = {containers.RELEASE: "3", containers.TYPE: "web"}
        spec = {"Labels": labels, "Mode": {"Replicated": {"Replicas": 1}}}
        service = swarm_services.Service("id", "shop_web", 1, spec)

        def provide(_operation: object, _release: int, others: Any, silent: Any) -> None:
            distribution._each(lambda node: peers.ask(self.paths, node, ["room"]), others, silent)

        with (
            mock.patch.object(spread, "wanted", return_value={"web": 1}),
            mock.patch.object(spread, "services_of", side_effect=[(service,), ()]),
            mock.patch.object(spread, "provide", provide),
            mock.patch.object(spread, "open_gateways"),
            mock.patch.object(spread_reconcile, "_thaw"),
            mock.patch.object(spread_reconcile.bundles, "has_web", return_value=True),
            mock.patch.object(spread_activate.bundles, "has_web", return_value=True),
            mock.patch.object(peers, "meet_all"),
            self.operation.at_end,
        ):
            spread_reconcile.make_equal(self.operation, 3, "blue", lambda *_: None)

    def test_it_is_made_and_the_machine_is_asked_once_named_once_and_remembered(self) -> None:
        self.be_live()
        self.reconcile()
        self.assertFalse(spread_push.push_of(self.operation))
        sentence = "c does not answer: no route; the home does it when c answers again"
        self.assertEqual([f"c could not be brought up to date: {sentence}"], self.warned)
        self.assertEqual([("c", "room")], [one for one in self.asked if one[0] == "c"])
        self.assertEqual(2, self.asked.count(("b", "front", "shop")))
        self.assertEqual({"b": (), "c": ("shop",)}, self.lacking())

    def test_one_that_goes_away_between_is_named_once_too(self) -> None:
        self.be_live()
        self.silent = set()
        self.reconcile()
        self.silent = {"c"}
        for _ in range(2):
            self.assertFalse(spread_push.push_of(self.operation))
        self.assertEqual((1, 2), (len(self.warned), self.asked.count(("c", "front", "shop"))))

    def test_of_one_that_the_managers_know_to_be_down_it_is_told_once(self) -> None:
        self.be_live()
        self.down = {"c"}
        self.reconcile()
        spread_push.push_of(self.operation)
        self.assertEqual(
            ["c could not be brought up to date: it is down; the home does it when c answers again"], self.warned
        )
        self.assertEqual(("shop",), self.lacking()["c"])

    def test_auth_and_maintenance_remember_it_too(self) -> None:
        self.be_live()
        self.assertFalse(spread_push.push(self.paths, self.operation.reporter, "shop"))
        self.assertEqual({"b": (), "c": ("shop",)}, self.lacking())
        self.assertEqual(1, len(self.warned))

    def test_images_go_to_the_machines_that_answer(self) -> None:
        engine, silent = mock.Mock(), list[str]()
        document = {"RootFS": {"Layers": []}}
        with mock.patch.object(distribution.images, "inspect", return_value=document):
            wanted = (Wanted("i", "r"),)
            told = distribution.send(self.paths, engine, "shop", wanted, (B, C), lambda one: silent.append(one.node))
            self.assertEqual(((0, [{}]), ["c"]), (told, silent))
            with self.assertRaises(peers.Unreachable):
                distribution.send(self.paths, engine, "shop", wanted, (B, C))


class ReleaseTest(MissedCase):
    """Two machines would answer differently, so nothing is begun."""

    def begin(self) -> Failed:
        with mock.patch.object(spread, "provide", side_effect=peers.Unreachable("c", "no route")) as provide:
            with mock.patch.object(spread_activate.placement, "guard"), self.operation.at_end:
                with self.assertRaises(Failed) as caught:
                    spread_activate.begin(self.operation, Running(), 4)
        self.provided = provide.call_count
        return caught.exception

    def test_it_is_refused_with_a_sentence_and_what_to_do(self) -> None:
        self.be_live()
        failure = self.begin()
        self.assertEqual("node-unreachable", failure.cause)
        self.assertTrue(failure.text.startswith("c does not answer: no route; nothing was changed"))
        self.assertIn("run the command again", failure.cure)
        self.assertEqual([], self.operation.undo)

    def test_what_reconcile_has_seen_is_enough(self) -> None:
        self.be_live()
        spread.without(self.operation, peers.Unreachable("c", "no route"))
        self.assertTrue(self.begin().text.startswith("c does not answer: no route; nothing was changed"))
        self.assertEqual(0, self.provided)

    def test_when_the_managers_know_that_it_is_down_it_goes_on_without(self) -> None:
        self.down = {"c"}
        self.operation.silent["c"] = "c does not answer: no route"
        self.assertEqual((B,), spread.others_for_release(self.operation))


class ForgottenTest(MissedCase):
    def test_an_app_that_is_gone_is_forgotten_later(self) -> None:
        with mock.patch.multiple(spread, drop=mock.DEFAULT), mock.patch.multiple(
            spread_reconcile, gateway=mock.DEFAULT, truth=mock.DEFAULT
        ):
            spread_reconcile.forget(self.operation)
        self.assertEqual({"b": (), "c": ("shop",)}, self.lacking())
        self.silent = set()
        catching_up.bring_missed(self.paths, {"a", "b", "c"}, False)
        self.assertEqual(("c", "forget", "shop"), self.asked[-1])
        self.assertEqual({"b": (), "c": ()}, self.lacking())


class CatchingUpTest(MissedCase):
    def setUp(self) -> None:
        super().setUp()
        self.brought: list[str] = []
        self.enterContext(mock.patch.object(catching_up, "_bring", self.bring))

    def bring(self, _paths: HostPaths, app: str) -> bool:
        """As the program `reconcile` does."""
        self.brought.append(app)
        for name in sorted(self.silent):
            missed.note(self.paths, name, app)
        return True

    def look(self) -> None:
        store = NoticeStore(self.paths)
        values.make_directory(store.directory)
        with mock.patch.object(mirror, "send"):
            machines.look(self.paths, store, mock.Mock(), self.reporter)

    def test_the_timer_tells_it_though_nobody_saw_it_down(self) -> None:
        self.be_live()
        self.look()
        self.assertEqual(["shop"], self.brought)
        self.look()
        self.assertEqual(["shop", "shop"], self.brought, "c was silent, and is tried again")
        self.silent = set()
        self.look()
        self.look()
        self.assertEqual(3, len(self.brought))
        self.assertEqual({"b": (), "c": ()}, self.lacking())

    def test_one_that_is_down_is_left_until_it_is_back(self) -> None:
        self.be_live()
        self.look()
        self.brought.clear()
        self.down, self.silent = {"c"}, set()
        self.look()
        self.assertEqual([], self.brought)
        self.down = set()
        self.look()
        self.assertEqual({"b": (), "c": ()}, self.lacking())

    def test_where_it_fails_it_is_tried_again(self) -> None:
        self.be_live()
        missed.note(self.paths, "b", "shop")
        with mock.patch.object(catching_up, "_bring", return_value=False):
            catching_up.bring_missed(self.paths, {"b"}, False)
        self.assertEqual(("shop",), self.lacking()["b"])

    def test_a_machine_that_has_left_has_missed_nothing(self) -> None:
        missed.note(self.paths, "c", "shop")
        nodes.forget(self.paths, "c")
        self.assertEqual((), missed.of(self.paths, "c"))


class MachinesTest(MissedCase):
    """Who belongs to the cluster."""

    def test_a_machine_leaves_though_another_one_cannot_be_told(self) -> None:
        found = mock.Mock(is_ready=True, is_manager=False)
        with mock.patch.multiple(membership, settle=mock.DEFAULT, strike_out=mock.DEFAULT, firewall=mock.DEFAULT):
            with mock.patch.object(membership, "member", return_value=found):
                told = node_verb._change(mock.Mock(paths=self.paths), mock.Mock(), "leave", ["b"])
        self.assertTrue(told["warnings"].startswith("c could not be brought up to date: c does not answer"))
        self.assertFalse(nodes.is_known(self.paths, "b"))
        self.assertEqual((missed.MACHINES,), missed.of(self.paths, "c"))

        self.silent = set()
        catching_up.bring_missed(self.paths, {"c"}, False)
        self.assertEqual([("c", "claim"), ("c", "nodes")], self.asked[-2:])
        self.assertEqual((), missed.of(self.paths, "c"))

    def test_one_that_does_not_leave_itself_stays(self) -> None:
        with mock.patch.object(membership, "member", return_value=mock.Mock(is_ready=True, is_manager=False)):
            with self.assertRaises(Failure):
                membership.leave(self.paths, mock.Mock(), "c", False)
        self.assertTrue(nodes.is_known(self.paths, "c"))
