"""An app that is to serve here again after a move is tried until it does, and who has to know is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.move import arriving, asking, closing, operations, returning, reviving, store, watching
from pocketpaas.notice import moves as notice_moves
from pocketpaas.notice.store import NoticeStore
from pocketpaas.operation import move_watch
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.release.running import Running
from pocketpaas.routing import flags
from pocketpaas.state import moves, values
from pocketpaas.system import boot

SECRET = "0123456789abcdef" * 2


class OpenCase(HostCase):
    """shop is live with one web process; `self.tries` is what each reconcile gives, or raises."""

    AWAY = Refused("no-engine", "the Docker engine on the host does not answer")

    def setUp(self) -> None:
        super().setUp()
        bundle = {"image": "sha256:" + "1" * 64, "processes/web/command": "serve", "status": "good"}
        self.tree(self.paths.release("shop", 1), bundle)
        values.make_directory(self.paths.app("shop") / "settings")
        values.make_directory(self.paths.root / "notices")
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})
        self.operation = Operation(
            self.paths, self.reporter, Engine(self.paths), Work("", Path("/nowhere")), "shop", "move", "ann"
        )
        self.watched: list[str] = []
        self.told: list[list[str]] = []
        self.tries: list[Any] = []
        self.reconciled = mock.Mock(side_effect=lambda _operation: self.next_try())
        self.passed = mock.Mock(return_value=True)
        for place, name, value in (
            (closing.container, "connect_all", mock.Mock()),
            (closing.container, "connect_sharing", mock.Mock()),
            (closing.sending, "of_app", lambda *_: []),
            (closing.reconcile, "reconcile", self.reconciled),
            (asking, "is_passed", self.passed),
            (watching, "run", lambda command: self.told.append(list(command))),
            (move_watch, "unwatch", self.watched.remove),
            (watching, "unwatch", self.watched.remove),
            *((one, "watch", lambda _paths, app: self.watched.append(app)) for one in (reviving, operations)),
        ):
            patcher = mock.patch.object(place, name, value)
            patcher.start()
            self.addCleanup(patcher.stop)

    def next_try(self) -> Running:
        found = self.tries.pop(0) if self.tries else Running(serving=("web1",))
        if isinstance(found, Exception):
            raise found
        return found

    def begin(self, phase: str) -> None:
        values.remove_tree(moves.directory(self.paths, "shop"))
        moves.begin(self.paths, "shop", phase)
        values.put(moves.directory(self.paths, "shop") / "peer", "web2")
        self.watched[:] = ["shop"]
        self.reconciled.reset_mock()

    def look(self) -> int:
        """The host's timer."""
        return watching.main(self.paths, self.reporter, ["shop"])

    def notices(self) -> list[str]:
        found = NoticeStore(self.paths)
        notice_moves.look(self.paths, found, "shop")
        return [one.text for one in map(found.read, found.all()) if one is not None]

    def opens_in_the_end(self, tries: int = 2) -> None:
        """The timer opens the app, and only then ends."""
        for _ in range(tries):
            self.assertTrue(moves.is_opening(self.paths, "shop"))
            self.assertEqual(self.watched, ["shop"], "it is looked after")
            self.look()
        self.assertFalse(moves.is_opening(self.paths, "shop"))
        before = self.reconciled.call_count
        self.look()
        self.assertEqual((self.reconciled.call_count, self.watched), (before, []))


class AgainTest(OpenCase):
    def test_a_closed_app_that_does_not_open_is_tried_until_it_does(self) -> None:
        self.begin(moves.CLOSED)
        self.tries = [self.AWAY, self.AWAY, EngineError(500, "no")]
        self.assertEqual(self.look(), 1)
        self.assertEqual(moves.phase(self.paths, "shop"), moves.AHEAD)
        self.opens_in_the_end(3)

    def test_one_of_which_a_process_does_not_start_or_of_which_nginx_knows_nothing_is_tried_too(self) -> None:
        self.begin(moves.CLOSED)
        self.tries = [Running(serving=())]
        self.look()
        self.assertIn("not all of its processes", moves.why_shut(self.paths, "shop"))
        flags.unavailable(self.paths, "shop")
        self.look()
        self.assertTrue(moves.is_opening(self.paths, "shop"))
        flags.settle(self.paths, "shop", 1)
        self.opens_in_the_end(1)

    def test_what_cannot_be_opened_yet_is_not_said_to_serve(self) -> None:
        self.begin(moves.CLOSED)
        self.tries = [self.AWAY]
        self.look()
        self.assertEqual(operations.tell(self.operation), 6)
        self.assertIn("shop serves here again by itself", "".join(self.reporter.lines))
        self.assertNotIn("serving\tv1", "".join(self.reporter.lines))
        self.opens_in_the_end(1)
        self.assertEqual(operations.tell(self.operation), 5)
        self.assertIn("serving\tv1", "".join(self.reporter.lines))

    def test_one_that_is_stopped_has_nothing_to_start(self) -> None:
        self.begin(moves.CLOSED)
        self.tree(self.paths.app("shop") / "operator", {"stopped": ""})
        self.tries = [Running()]
        self.look()
        self.assertFalse(moves.is_opening(self.paths, "shop"))

    def test_it_is_known_before_the_turn(self) -> None:
        turned: list[bool] = []
        turn = moves.turn

        def killed(*words: Any) -> None:
            turned.append(moves.opening(self.paths, "shop").exists())
            turn(*words)
            raise KeyboardInterrupt

        def steps() -> Any:
            yield moves.CLOSED, lambda: closing.give_up(self.operation)
            yield moves.CLOSED, lambda: operations._open(self.operation)
            yield moves.CLOSED, lambda: boot._settle_move(self.paths, self.reporter, "shop")
            yield moves.RECLAIMING, lambda: operations._recover(self.operation)
            yield moves.RECLAIMING, lambda: returning.take(self.operation)
            yield moves.PASSED, lambda: reviving.revive(self.operation)
            yield moves.RETURNING, lambda: arriving.start(self.operation, again=True)

        with (
            mock.patch.object(moves, "turn", killed),
            mock.patch.object(store, "repository"),
            mock.patch.object(returning, "_bring"),
            mock.patch.object(asking, "has_arrived", side_effect=asking.Silent("gone")),
            mock.patch.object(reviving, "_refuse_other"),
        ):
            for number, (phase, step) in enumerate(steps(), 1):
                self.begin(phase)
                self.operation.at_end.close()
                with self.assertRaises(KeyboardInterrupt):
                    step()
                self.assertEqual(turned, [True] * number)
                self.assertIn("shop", self.watched)
                self.watched[:] = ["shop"]
                self.opens_in_the_end(1)

    @mock.patch.object(reviving, "_refuse_other", mock.Mock())
    def test_a_command_that_opens_it_leaves_the_timer_where_that_fails(self) -> None:
        for phase, command in (
            (moves.CLOSED, operations._reopen),
            (moves.CLOSED, operations._open),
            (moves.RECLAIMING, operations._recover),
        ):
            self.begin(phase)
            self.tries = [self.AWAY]
            with self.assertRaises(Refused):
                command(self.operation)
            self.opens_in_the_end(1)
            self.begin(phase)
            self.tries = [Running()]
            command(self.operation)
            self.opens_in_the_end(1)
            self.begin(phase)
            command(self.operation)
            self.assertEqual((moves.is_opening(self.paths, "shop"), self.watched), (False, []))

    def test_the_same_command_once_more_opens_it(self) -> None:
        self.begin(moves.CLOSED)
        self.tries = [self.AWAY]
        with self.assertRaises(Refused):
            operations._reopen(self.operation)
        operations._reopen(self.operation)
        self.assertEqual((self.reconciled.call_count, self.watched), (2, []))

    def test_a_late_step_notes_nothing(self) -> None:
        self.begin(moves.AHEAD)
        with self.assertRaisesRegex(Refused, "not where it was thought to be"):
            operations._recover(self.operation)
        self.assertFalse(moves.opening(self.paths, "shop").exists())

    def test_an_app_opens_where_nothing_can_be_noted(self) -> None:
        self.begin(moves.CLOSED)
        with mock.patch.object(values, "touch", side_effect=CannotWrite(self.paths.root)):
            moves.turn_open(self.paths, "shop", moves.CLOSED, moves.AHEAD)
        self.assertEqual(moves.phase(self.paths, "shop"), moves.AHEAD)

    def test_a_restart_of_the_machine_goes_on_with_it(self) -> None:
        self.begin(moves.CLOSED)
        self.tries = [self.AWAY]
        self.look()
        with mock.patch.object(boot.move_watch, "watch") as watch:
            boot._settle_move(self.paths, self.reporter, "shop")
        watch.assert_called_once_with(self.paths, "shop")

    def test_what_was_given_the_word_again_and_does_not_open_is_tried_while_it_has_the_word(self) -> None:
        self.begin(moves.RETURNING)
        self.tries = [self.AWAY, self.AWAY]
        with mock.patch.object(arriving, "_serve"), self.assertRaises(Refused):
            arriving.start(self.operation, again=True)
        self.assertEqual(moves.phase(self.paths, "shop"), moves.ARRIVED)
        self.passed.side_effect = asking.Silent("refused")
        self.assertEqual(self.look(), 1)
        self.passed.side_effect = None
        self.opens_in_the_end(1)

        self.begin(moves.RETURNING)
        self.tries = [self.AWAY]
        with mock.patch.object(arriving, "_serve"), self.assertRaises(Refused):
            arriving.start(self.operation, again=True)
        self.passed.return_value = False
        with mock.patch.object(closing, "close") as close:
            self.look()
        close.assert_called_once_with(mock.ANY, moves.ARRIVED, moves.RETURNING)
        self.assertEqual(self.reconciled.call_count, 1)


class ToldTest(OpenCase):
    def test_somebody_is_told_once_after_minutes_and_no_more_when_it_serves(self) -> None:
        for before, after in ((moves.CLOSED, moves.AHEAD), (moves.RETURNING, moves.ARRIVED)):
            self.begin(before)
            self.told.clear()
            moves.turn_open(self.paths, "shop", before, after)
            self.tries = [self.AWAY] * 4
            self.look()
            self.assertEqual((self.notices(), self.told), ([], []))
            with mock.patch.object(store, "_SHUT_SECONDS", -1.0):
                for _ in range(3):
                    self.look()
                self.assertEqual(self.told, [["systemctl", "start", "--no-block", "pocketpaas-notices.service"]])
                text = "shop does not serve here, although its move to or from web2 was given up: "
                self.assertEqual(self.notices(), [text + self.AWAY.text])
                store.touch_lease(self.paths, "shop")
                self.assertEqual(self.notices(), [])
                values.remove(store.directory(self.paths, "shop") / "lease")
                self.notices()
                self.look()
                self.assertEqual(self.notices(), [])

    def test_one_that_cannot_even_begin_to_open_is_told_of_too(self) -> None:
        self.begin(moves.CLOSED)
        with mock.patch.object(store, "_SHUT_SECONDS", -1.0):
            with mock.patch.object(closing.locks, "app_lock", side_effect=Refused("locked", "shop is busy")):
                self.assertEqual(self.look(), 1)
            self.assertEqual(len(self.told), 1)
            self.assertIn("was given up: shop is busy", self.notices()[0])
        self.assertEqual(moves.phase(self.paths, "shop"), moves.CLOSED)
