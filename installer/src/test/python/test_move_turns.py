"""The word of a move goes over and comes back, and what was told at an earlier turn counts no more."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from program_fixture import ProgramCase
from pocketpaas.engine.client import Engine
from pocketpaas.entry import move
from pocketpaas.failure import Refused
from pocketpaas.move import asking, closing, operations, returning, reviving, sending, store, watching
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.state import moves, tree, values
from test_move import started

SECRET = "0123456789abcdef" * 2
OTHER = "fedcba9876543210" * 2
COPY = "23fd7c45"


def given(move_id: str) -> dict[str, str]:
    return {"id": move_id, "secret": SECRET, "passphrase": SECRET}


class TurnCase(HostCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.app("shop") / "settings")
        store.write(self.paths, "shop", given(SECRET))
        self.operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )

    def start(self, answer: Any, word: str, phase: str = moves.RETURNING, **how: bool) -> str:
        if not moves.phase(self.paths, "shop"):
            moves.begin(self.paths, "shop", phase)
        return started(self.operation, answer, phase == moves.RETURNING, word=word, **how)

    def halt(self, word: str) -> None:
        before = moves.phase(self.paths, "shop")
        with (
            mock.patch.object(returning, "watch"),
            mock.patch.object(closing, "close"),
            mock.patch.object(sending, "send", return_value=sending.Sent(0.0, 0, COPY)),
        ):
            returning.halt(self.operation, word)
        if before == moves.ARRIVED:
            moves.turn(self.paths, "shop", moves.ARRIVED, moves.RETURNING)


class LateTest(TurnCase):
    SILENT = asking.Silent("refused")

    def test_who_was_told_at_an_earlier_turn_starts_nothing_while_nobody_can_be_asked(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVED)
        # It went over at 1, came back at 2 and went over at 3, of which somebody was told who stands still; at 4 it
        # came back again, and all of it was taken.
        self.halt(f"{SECRET}.4")

        for late in (f"{SECRET}.3", f"{SECRET}.4", f"{OTHER}.9"):
            self.assertEqual(self.start(self.SILENT, late), "move-phase", late)
        self.assertEqual(self.start(self.SILENT, ""), "move-unreachable")
        self.assertEqual(moves.phase(self.paths, "shop"), moves.RETURNING)
        self.assertTrue(moves.was_halted(self.paths, "shop"))
        self.assertEqual(self.start(self.SILENT, f"{SECRET}.5"), moves.ARRIVED)

    def test_a_host_that_could_never_be_asked_is_no_reason_to_believe_more(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVED)
        self.halt(f"{SECRET}.4")
        asking.keep(self.paths, "shop", {})
        asking.note_tried(self.paths, "shop", "port 443 is closed")

        self.assertEqual(self.start(AssertionError, f"{SECRET}.3"), "move-phase")
        self.assertEqual(self.start(AssertionError, ""), "move-unreachable")
        self.assertEqual(self.start(AssertionError, f"{SECRET}.5"), moves.ARRIVED)

    def test_what_the_other_host_says_counts_whatever_was_told(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVED)
        self.halt(f"{SECRET}.4")
        self.assertEqual(self.start([False], f"{SECRET}.5"), "move-phase")
        self.assertEqual(self.start([True], f"{SECRET}.3"), moves.ARRIVED)

    def test_a_start_of_an_earlier_try_is_late_too(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVING)
        store.hear_of(self.paths, "shop", f"{SECRET}.2")
        self.assertEqual(self.start(self.SILENT, f"{SECRET}.1", moves.ARRIVING), "move-phase")
        self.assertEqual(self.start(self.SILENT, f"{SECRET}.3", moves.ARRIVING), moves.ARRIVED)

    def test_who_comes_late_forgets_no_copy(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVED)
        self.halt(f"{SECRET}.4")
        self.assertEqual(self.start([True], f"{SECRET}.5", moves.ARRIVING), "move-phase")
        self.assertTrue(moves.was_halted(self.paths, "shop"))

    def test_what_was_halted_at_an_earlier_turn_is_not_taken(self) -> None:
        moves.begin(self.paths, "shop", moves.RECLAIMING)
        values.write(store.directory(self.paths, "shop") / "turn", "6")
        with mock.patch.object(store, "repository"), mock.patch.object(returning, "_bring") as bring:
            with self.assertRaisesRegex(Refused, "was given to the other host again"):
                returning.take(self.operation, f"{SECRET}.4")
            bring.assert_not_called()
            with mock.patch.object(closing, "open_again"), mock.patch.object(returning.finishing, "finish"):
                returning.take(self.operation, f"{SECRET}.6")
            bring.assert_called_once()
        self.assertEqual(moves.phase(self.paths, "shop"), moves.AHEAD)

    def test_who_was_told_at_an_earlier_turn_halts_nothing_that_has_started_since(self) -> None:
        for given_at, told in ((f"{SECRET}.3", [True]), ("", [True])):
            values.remove_tree(moves.directory(self.paths, "shop"))
            values.write(store.directory(self.paths, "shop") / "turn", "1")
            moves.begin(self.paths, "shop", moves.ARRIVED)
            self.halt(f"{SECRET}.2")
            # As often as it is asked, while it is the last one.
            self.halt(f"{SECRET}.2")
            # Nobody tells a host that starts it by itself at which turn that is.
            self.assertEqual(self.start(told, given_at), moves.ARRIVED)

            for late in (f"{SECRET}.2", f"{SECRET}.1", f"{OTHER}.9"):
                with self.assertRaisesRegex(Refused, "was given to this host again"):
                    self.halt(late)
                self.assertEqual(moves.phase(self.paths, "shop"), moves.ARRIVED, late)
            self.halt(f"{SECRET}.4")
            self.assertEqual(moves.phase(self.paths, "shop"), moves.RETURNING)

    def test_who_says_no_turn_is_of_an_earlier_version_and_halts_it(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVING)
        self.assertEqual(self.start([True], f"{SECRET}.1", moves.ARRIVING), moves.ARRIVED)
        self.halt("")
        self.assertEqual(moves.phase(self.paths, "shop"), moves.RETURNING)

    def test_an_app_that_was_not_there_at_an_earlier_turn_is_not_opened_as_it_was_before_it_ran_there(self) -> None:
        moves.begin(self.paths, "shop", moves.RECLAIMING)
        values.write(store.directory(self.paths, "shop") / "turn", "6")
        work = self.paths.root / "recover"
        for told, opened in ((f"{SECRET}.4", 0), (f"{OTHER}.6", 0), (f"{SECRET}.6", 1)):
            self.tree(work, {"args": f"recover\n{told}"})
            self.operation.work = Work("", work)
            with (
                mock.patch.object(closing, "open_again") as open_again,
                mock.patch.object(reviving, "_refuse_other"),
                mock.patch.object(operations, "unwatch_serving"),
            ):
                if opened:
                    operations._recover(self.operation)
                else:
                    with self.assertRaisesRegex(Refused, "was given to the other host again"):
                        operations._recover(self.operation)
            self.assertEqual(open_again.call_count, opened, told)

    def test_a_word_that_is_given_again_by_itself_is_another_turn(self) -> None:
        moves.begin(self.paths, "shop", moves.RECLAIMING)
        values.write(store.directory(self.paths, "shop") / "turn", "2")
        watching._pass_again(self.operation)
        self.assertEqual((moves.phase(self.paths, "shop"), store.word(self.paths, "shop")), ("passed", f"{SECRET}.3"))


class ToldTest(ProgramCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(move, "watch", mock.Mock())
        self.patch(move, "unwatch", mock.Mock())
        values.make_directory(self.paths.app("shop") / "settings")
        moves.begin(self.paths, "shop", moves.CLOSED)
        store.write(self.paths, "shop", given(SECRET))
        store.touch_lease(self.paths, "shop")

    def ask(self, action: str, **sent: str) -> dict[str, str]:
        return self.asked(move.serve, "move", "shop", action, given=tree.text(sent))

    def test_each_turn_is_another_one_and_is_told_as_often_as_it_is_asked(self) -> None:
        for action, number in (("pass", 1), ("pass", 1), ("reclaim", 2), ("again", 3), ("again", 3), ("reclaim", 4)):
            self.assertEqual(self.ask(action)["word"], f"{SECRET}.{number}", action)

    def test_a_step_is_begun_with_what_was_told_of_the_turn(self) -> None:
        begun: list[str] = []
        self.patch(
            move.work, "start", lambda _paths, spool, _kind: begun.append((spool.directory / "args").read_text())
        )
        self.patch(move, "follow", lambda *_: 0)
        for action in operations.TOLD_THE_TURN:
            for told in ({"word": f"{SECRET}.7"}, {}, {"word": "x\ny"}):
                request = self.request("move", "shop", action, given=tree.text(told))
                move.serve(request)
            self.assertEqual(begun, [f"{action}\n{SECRET}.7", action, action])
            begun.clear()
