"""A move is one between two machines, whatever they are called and wherever their addresses lead."""

from __future__ import annotations

import socket
import threading
from typing import Any
from unittest import mock

from host_fixture import HostCase
from program_fixture import ProgramCase
from routing_fixture import RoutingCase
from pocketpaas.backup import strangers
from pocketpaas.engine.client import Engine
from pocketpaas.entry import move
from pocketpaas.failure import Refused
from pocketpaas.move import arriving, asking, closing, identity, operations, reached, reviving, store
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.routing import arrival, passage
from pocketpaas.routing.passage import Passage, Told, Unreached
from pocketpaas.state import moves, tree, values

SECRET = "0123456789abcdef" * 2
ONE, TWO = "1" * 32, "2" * 32


class IdentityTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        signs = self.tree(self.paths.root / "signs", {"id": "one", "uuid": "x"})
        self.signs = signs
        self.enterContext(mock.patch.object(strangers, "_SIGNS", (signs / "id", signs / "uuid")))

    def test_a_machine_keeps_its_own_and_a_copy_of_it_gets_another(self) -> None:
        first = identity.of(self.paths)
        self.assertRegex(first, identity.PATTERN)
        self.assertEqual(identity.of(self.paths), first)
        # What cannot be read says nothing.
        values.remove(self.signs / "uuid")
        self.assertEqual(identity.of(self.paths), first)
        values.write(self.signs / "id", "two")
        copy = identity.of(self.paths)
        self.assertNotEqual(copy, first)
        self.assertEqual(identity.of(self.paths), copy)
        self.assertEqual([one for one in values.names(self.paths.root) if "identity" in one], ["identity"])

    def test_what_is_damaged_is_made_anew(self) -> None:
        values.write(self.paths.root / "identity", "\n")
        self.assertRegex(identity.of(self.paths), identity.PATTERN)


class BoundTest(ProgramCase):
    """The verb."""

    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        self.enterContext(mock.patch.object(move.slots, "live_release", return_value=1))
        self.enterContext(mock.patch.object(move.look, "check"))

    def ask(self, action: str, **sent: str) -> dict[str, str]:
        return self.asked(move.serve, "move", "shop", action, given=tree.text(sent))

    def test_another_machine_of_the_same_name_is_given_nothing(self) -> None:
        first = self.ask("begin", peer="web2", target=ONE)
        with self.assertRaisesRegex(Refused, "shop is being moved to web2, which was another machine") as refused:
            self.ask("begin", peer="web2", target=TWO)
        self.assertIn("--abort", refused.exception.cure)
        self.assertIn("--lost --app shop", refused.exception.cure)
        self.assertEqual(store.target(self.paths, "shop"), ONE)
        # The same one under another name.
        self.assertEqual(self.ask("begin", peer="203.0.113.9", target=ONE), first)

    def test_a_move_to_another_machine_has_secrets_of_its_own(self) -> None:
        first = self.ask("begin", peer="web2", target=ONE)
        values.remove_tree(moves.directory(self.paths, "shop"))
        # It was destroyed while it was copied, and is here again.
        self.assertEqual(self.ask("begin", peer="web2", target=ONE)["secret"], first["secret"])
        values.remove_tree(moves.directory(self.paths, "shop"))
        other = self.ask("begin", peer="web2", target=TWO)
        for name in store.SECRETS:
            self.assertNotEqual(other[name], first[name])

    def test_whoever_names_no_machine_is_of_an_earlier_version(self) -> None:
        for sent in ({"peer": "web2"}, {"peer": "web2", "target": "x"}):
            with self.assertRaisesRegex(Refused, "of an earlier version"):
                self.ask("begin", **sent)
        given = {name: SECRET for name in store.SECRETS}
        own = identity.of(self.paths)
        for sent in ({}, {"target": own}, {"host": ONE}):
            with self.assertRaisesRegex(Refused, "of an earlier version"):
                self.ask("expect", peer="web1", **given, **sent)
        self.assertFalse(store.directory(self.paths, "shop").exists())

    def test_only_the_machine_that_it_goes_to_expects_it_and_says_where_it_is(self) -> None:
        given = {name: SECRET for name in store.SECRETS}
        own = identity.of(self.paths)
        with self.assertRaisesRegex(Refused, "goes to another machine"):
            self.ask("expect", peer="web1", target=TWO, host=ONE, **given)
        self.assertEqual(self.ask("expect", peer="web1", target=own, host=ONE, **given)["host"], own)
        self.assertEqual((store.target(self.paths, "shop"), store.source(self.paths, "shop")), (own, ONE))
        values.write(store.directory(self.paths, "shop") / "target", ONE)
        moves.begin(self.paths, "shop", moves.AHEAD)
        with mock.patch.object(asking, "ask", return_value=(Passage("203.0.113.9", 443, SECRET), Told("", ""))):
            with self.assertRaisesRegex(Refused, "goes to another machine"):
                self.ask("reach", host=TWO, addresses="203.0.113.9 443", certificate="PEM")
            self.assertEqual(moves.fact(self.paths, "shop", "address"), "")
            self.ask("reach", host=ONE, addresses="203.0.113.9 443", certificate="PEM")
        self.assertEqual(moves.fact(self.paths, "shop", "address"), "203.0.113.9")

    def test_what_else_a_step_is_told_reaches_it(self) -> None:
        begun: list[str] = []
        self.patch(
            move.work, "start", lambda _paths, spool, _kind: begun.append((spool.directory / "args").read_text())
        )
        self.patch(move, "follow", lambda *_: 0)
        for action, sent in (
            ("recover", {"other": ONE}),
            ("recover", {"other": "x\ny"}),
            ("recover", {"word": f"{'a' * 32}.7", "other": ONE}),
            ("claim", {"ignore": "yes"}),
            ("claim", {"ignore": "no"}),
            ("claim", {}),
        ):
            move.serve(self.request("move", "shop", action, given=tree.text(sent)))
        self.assertEqual(
            begun, [f"recover\n-\n{ONE}", "recover", f"recover\n{'a' * 32}.7\n{ONE}", "claim\nyes", "claim", "claim"]
        )


class AnsweredTest(RoutingCase):
    def test_the_word_says_to_whom_it_was_given(self) -> None:
        self.tree(self.paths.moves / "shop", {"secret": SECRET, "id": "f" * 32, "target": ONE})
        arrival.serve(self.operation)
        text = self.sites()["shop.move.conf"]
        self.assertIn(f'return 200 "{"f" * 32} passed {ONE}\\n";', text)
        self.assertIn(f'return 200 "{"f" * 32} arrived\\n";', text)


class ForWhomTest(HostCase):
    def is_passed(self, target: str, told: Told) -> bool:
        self.tree(self.paths.moves / "shop", {"secret": SECRET, "id": SECRET, "target": target})
        with mock.patch.object(passage, "asked", return_value=told):
            asking.keep(self.paths, "shop", {"certificate": "PEM", "addresses": "203.0.113.9 443"})
            return asking.is_passed(self.paths, "shop")

    def test_a_machine_takes_the_word_only_for_itself(self) -> None:
        self.assertTrue(self.is_passed(ONE, Told(SECRET, "passed", ONE)))
        self.assertFalse(self.is_passed(ONE, Told(SECRET, "passed", TWO)))
        # Two that were given the same by programs of an earlier version.
        self.assertFalse(self.is_passed("", Told(SECRET, "passed", TWO)))
        self.assertFalse(self.is_passed(ONE, Told(SECRET, "passed")))
        # A move that such programs have begun goes on.
        self.assertTrue(self.is_passed("", Told(SECRET, "passed")))


class ThereTest(HostCase):
    """What tells a machine that is gone from one that only does not know the move."""

    def silent(self, answer: Any, address: str = "203.0.113.9") -> str:
        with mock.patch.object(passage, "asked", side_effect=answer):
            try:
                asking.ask("shop", [f"{address} 443"], "PEM", SECRET, SECRET)
            except asking.Silent as silent:
                return silent.there
        raise AssertionError("it has answered")

    def test_only_where_nobody_takes_or_refuses_a_connection_nothing_is_there(self) -> None:
        for gone in (TimeoutError("timed out"), OSError(113, "No route to host")):
            self.assertEqual(self.silent(Unreached(gone)), "")
        for there in (
            Unreached(ConnectionRefusedError(111, "Connection refused")),
            OSError("tlsv1 unrecognized name"),
            TimeoutError("the handshake timed out"),
            ValueError("HTTP/1.1 404 Not Found"),
            [Told("another", "arrived")],
        ):
            self.assertIn("203.0.113.9:443: ", self.silent(there), there)

    def test_this_machine_itself_is_not_the_other_one(self) -> None:
        refused = Unreached(ConnectionRefusedError(111, "Connection refused"))
        with mock.patch.object(reached, "own_addresses", return_value=["10.0.2.15"]):
            for own in ("127.0.0.1", "10.0.2.15"):
                self.assertEqual(self.silent(refused, own), "")

    def test_a_port_that_is_closed_and_one_that_says_nothing_are_told_apart(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            port = listening.getsockname()[1]

            def hang_up() -> None:
                listening.accept()[0].close()

            hanging = threading.Thread(target=hang_up)
            hanging.start()
            certificate = passage.make_certificate("shop", self.tree(self.paths.root / "own", {"x": ""}))
            with self.assertRaises((OSError, ValueError)) as found:
                passage.asked("shop", Passage("127.0.0.1", port, SECRET), certificate)
            self.assertNotIsInstance(found.exception, Unreached)
            hanging.join()
        with self.assertRaises(Unreached) as closed:
            passage.asked("shop", Passage("127.0.0.1", port, SECRET), certificate)
        self.assertTrue(closed.exception.refused)


class LostCase(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        place = self.paths.root / "args"
        values.make_directory(place)
        self.operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", place), "shop", "move", "ann"
        )
        self.args = place / "args"
        for module, name in (
            (closing, "open_again"),
            (reviving, "watch"),
            (closing, "stay"),
            (operations, "unwatch"),
            (operations, "unwatch_serving"),
            (operations.outcome, "released"),
            (operations.arrival, "close"),
            (arriving, "_serve"),
        ):
            self.enterContext(mock.patch.object(module, name))
        self.enterContext(mock.patch.object(arriving.slots, "live_release", return_value=1))
        self.arrived = self.enterContext(mock.patch.object(asking, "has_arrived"))
        self.passed = self.enterContext(mock.patch.object(asking, "is_passed"))

    def begin(self, phase: str, target: str = ONE) -> None:
        values.remove_tree(moves.directory(self.paths, "shop"))
        moves.begin(self.paths, "shop", phase)
        values.write(moves.directory(self.paths, "shop") / "peer", "web2")
        store.write(self.paths, "shop", {name: SECRET for name in store.SECRETS})
        values.write(store.directory(self.paths, "shop") / "target", target)
        store.note_whole(self.paths, "shop", "2026-11-29T12:00:00Z")

    def claim(self, *told: str) -> str:
        values.put(self.args, "\n".join(("claim", *told)))
        try:
            operations._claim(self.operation)
        except Refused as refused:
            return f"{refused.cause}: {refused.text}; {refused.cure}"
        return moves.phase(self.paths, "shop")


class LostTest(LostCase):
    SOMETHING = asking.Silent("203.0.113.9:443: 404", "203.0.113.9:443: 404")

    def test_a_host_that_only_does_not_know_the_move_is_not_gone(self) -> None:
        for phase, after in ((moves.PASSED, moves.AHEAD), (moves.RECLAIMING, moves.AHEAD), (moves.AHEAD, "ahead")):
            self.begin(phase)
            self.arrived.side_effect = self.SOMETHING
            said = self.claim()
            self.assertIn("move-something: something is there where web2 was", said)
            self.assertIn("apps move web2 --finish --app shop, or --abort", said)
            self.assertIn("add --ignore-answer", said)
            self.assertEqual(moves.phase(self.paths, "shop"), phase)
            self.assertEqual(self.claim("yes"), after)
            self.begin(phase)
            self.arrived.side_effect = asking.Silent("timed out")
            self.assertEqual(self.claim(), after)

    def test_nor_is_the_one_that_it_came_from(self) -> None:
        for phase in (moves.ARRIVING, moves.ARRIVED, moves.RETURNING):
            self.begin(phase)
            self.passed.side_effect = self.SOMETHING
            self.assertIn("move-something: ", self.claim())
            self.assertEqual(moves.phase(self.paths, "shop"), phase)
            self.assertEqual(self.claim("yes"), "")

    def test_who_answers_is_never_lost(self) -> None:
        self.begin(moves.PASSED)
        self.arrived.side_effect = [True]
        self.assertIn("move-answers: web2 is there", self.claim("yes"))
        self.begin(moves.ARRIVED)
        self.passed.side_effect = [True]
        self.assertIn("move-answers: web2 is there", self.claim("yes"))

    def test_what_is_just_being_moved_is_not_said_to_have_come_from_elsewhere(self) -> None:
        self.begin(moves.CLOSED)
        self.assertIn("shop is just being moved to web2", self.claim())


class RecoverTest(LostCase):
    def recover(self, other: str, answer: Any, target: str = ONE) -> str:
        self.begin(moves.RECLAIMING, target)
        self.arrived.side_effect = answer
        values.put(self.args, f"recover\n-\n{other}" if other else "recover")
        try:
            operations._recover(self.operation)
        except Refused as refused:
            self.assertEqual(moves.phase(self.paths, "shop"), moves.RECLAIMING)
            return refused.cause
        return moves.phase(self.paths, "shop")

    def test_nothing_on_another_machine_says_nothing_of_the_one_that_has_it(self) -> None:
        silent = asking.Silent("404", "404")
        self.assertEqual(self.recover(ONE, silent), moves.AHEAD)
        self.assertEqual(self.recover(ONE, [False]), moves.AHEAD)
        for answer in (silent, [False], asking.Silent("timed out")):
            for other in (TWO, ""):
                self.assertEqual(self.recover(other, answer), "move-other")
        self.assertEqual(self.recover(ONE, [True]), "move-answers")

    def test_of_a_move_of_an_earlier_version_the_other_host_itself_must_say_so(self) -> None:
        self.assertEqual(self.recover(TWO, [False], ""), moves.AHEAD)
        self.assertEqual(self.recover(TWO, asking.Silent("404"), ""), "move-other")
        self.assertEqual(self.recover(TWO, [True], ""), "move-answers")
