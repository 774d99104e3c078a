"""Nobody writes to the data of an app that leaves: neither what was at work on them, nor who shares them, nor who is in
them by hand."""

from __future__ import annotations

import io
import os
import signal
import time
from typing import Any
from unittest import mock

from session_fixture import console
from test_service_change import ServiceChangeCase
from pocketpaas.backup import restoring
from pocketpaas.backup.content import Content, Dump
from pocketpaas.change import service_release, stop
from pocketpaas.engine import exec_kill, execs, networks
from pocketpaas.failure import Busy, Refused
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.move import arriving, closing, look, operations, store
from pocketpaas.query import beside, service_stream
from pocketpaas.service import container, data, sessions
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.state import moves, values

SECRET = "0123456789abcdef" * 2


class ClosedCase(ServiceChangeCase):
    """shop has data in db, which its preview shop-pr-1 uses, too; blog has its own there."""

    def setUp(self) -> None:
        super().setUp()
        for app in ("shop", "shop-pr-1", "blog"):
            values.make_directory(self.paths.app(app) / "settings")
            self.link("db", app)
            self.fake.networks[networks.name(app)] = {"Name": networks.name(app), "Id": app}
        values.write(Link(self.db, "shop-pr-1").directory / services.SHARES, "shop")
        moves.begin(self.paths, "shop", moves.AHEAD)
        self.operation.app = "shop"

    def close(self) -> None:
        with (
            mock.patch.object(closing.cron, "settle"),
            mock.patch.object(stop, "end"),
            mock.patch.object(closing.containers, "listed", return_value=[]),
            mock.patch.object(closing.ending, "end_and_remove"),
        ):
            closing.close(self.operation, moves.AHEAD, moves.CLOSED)

    def asked_of_networks(self, how: str) -> list[str]:
        """The networks of which that was asked since."""
        found = [call.split("/")[2].removeprefix("pocketpaas-") for call in self.fake.asked(f"/networks/.*/{how}")]
        self.fake.calls.clear()
        return [name for name in dict.fromkeys(found) if "." not in name]


class SharedTest(ClosedCase):
    def test_who_shares_the_data_is_cut_off_with_the_app_and_nobody_else(self) -> None:
        self.close()

        asked = self.asked_of_networks("disconnect")
        self.assertIn("shop", asked)
        self.assertIn("shop-pr-1", asked)
        self.assertNotIn("blog", asked)
        self.assertEqual(self.asked, [("end-connections", "app_shop")])

    def test_nothing_connects_them_before_the_app_opens_again(self) -> None:
        self.close()
        self.fake.calls.clear()

        for app in ("shop", "shop-pr-1", "blog"):
            container.connect_all(self.paths, self.operation.engine, app)
        self.assertEqual(self.asked_of_networks("connect"), ["blog"])
        moves.turn(self.paths, "shop", moves.CLOSED, moves.AHEAD)
        with mock.patch.object(closing.reconcile, "reconcile"):
            closing.open_again(self.operation)
        self.assertEqual(self.asked_of_networks("connect"), ["shop", "shop-pr-1"])

    def test_they_are_known_before(self) -> None:
        self.assertEqual(look._sharing(self.paths, "shop"), ["shop-pr-1"])
        self.assertEqual(look._sharing(self.paths, "blog"), [])


class LockedTest(ClosedCase):
    """Who is at work on the data holds the service's lock."""

    def begin(self) -> None:
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})
        store.touch_lease(self.paths, "shop")

    def test_the_app_closes_when_what_is_at_work_on_its_data_has_ended(self) -> None:
        self.begin()
        self.patch(services, "_PATIENCE", 0.05)
        holder = Holder("ann", "restoring the data of shop")
        restoring_now = services.lock(self.paths, "db", holder, self.reporter)

        with mock.patch.object(operations.backups, "lock"), self.assertRaisesRegex(Busy, "db is busy"):
            operations._close(self.operation)
        self.assertEqual(moves.phase(self.paths, "shop"), moves.AHEAD)

        restoring_now.release()
        held = closing.hold_services(self.operation)
        self.assertEqual([lock.path.parent.name for lock in held], ["db"])
        closing.refuse_others(self.operation, held)
        self.service("late")
        values.make_directory(Link(services.need(self.paths, "late"), "shop").directory)
        with self.assertRaisesRegex(Refused, "has just got data in late"):
            closing.refuse_others(self.operation, held)

    def test_a_backup_is_not_restored_into_what_has_left(self) -> None:
        moves.turn(self.paths, "shop", moves.AHEAD, moves.PASSED)
        dumps = tuple(Dump(app, 1, "", (), 0) for app in ("blog", "shop"))
        found = mock.Mock(facts={"service": "db", "type": "postgres", "major": "17"}, without=())
        filled: list[Any] = []
        self.patch(restoring, "fetch", lambda *_: Content("db", "postgres", "17", "", dumps))
        self.patch(restoring, "by_their_names", lambda _reporter, _known, restored: restored)
        self.patch(restoring.belonging, "dumps_of_host", lambda *_: {})
        self.patch(restoring, "fill", lambda *words: filled.append(words) or "")
        for app in ("", "shop"):
            with self.assertRaisesRegex(Refused, "shop was moved to"):
                restoring.restore(self.operation, mock.Mock(), found, "", app)
        self.assertEqual(filled, [])
        restoring.restore(self.operation, mock.Mock(), found, "", "blog")
        self.assertEqual(len(filled), 1)

    def test_no_login_is_made_for_what_has_left_while_it_was_waited(self) -> None:
        moves.turn(self.paths, "shop", moves.AHEAD, moves.PASSED)
        with self.assertRaisesRegex(Refused, "shop was moved to"), service_release.of_app(self.operation, "shop"):
            self.fail("it is changed")

    def test_a_late_step_touches_nothing_of_what_serves_here(self) -> None:
        moves.turn(self.paths, "shop", moves.AHEAD, moves.ARRIVED)
        with mock.patch.object(store, "repository") as repository, self.assertRaisesRegex(Refused, "is here already"):
            arriving.bring(self.operation)
        repository.assert_not_called()


class SessionTest(ClosedCase):
    def setUp(self) -> None:
        super().setUp()
        self.killed: list[str] = []
        self.patch(exec_kill, "kill", lambda _engine, name: self.killed.append(name))

    def somebody(self, app: str, stubborn: bool = False) -> int:
        return console(self, self.operation.engine, Link(self.db, app), f"exec-{app}", stubborn)

    def test_who_is_in_the_data_by_hand_is_ended_and_the_command_in_the_container_too(self) -> None:
        ours, other = self.somebody("shop"), self.somebody("blog")

        self.close()

        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(ours, 0)[1]), 0)
        self.assertEqual(os.waitpid(other, os.WNOHANG), (0, 0))
        self.assertEqual(self.killed, ["exec-shop"])
        self.assertEqual(len(values.names(self.db.directory / "sessions")), 1)

    def test_one_that_does_not_end_is_killed(self) -> None:
        self.patch(sessions, "_PATIENCE", 0.1)
        pid = self.somebody("shop", stubborn=True)

        sessions.end(self.operation.engine, Link(self.db, "shop"))

        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), -signal.SIGKILL)
        self.assertEqual(self.killed, ["exec-shop"])

    def test_nobody_who_is_not_known_any_more_is_told_anything(self) -> None:
        place = self.tree(self.db.directory / "sessions" / "ab", {"app": "shop", "pid": str(os.getpid()), "lock": ""})
        with mock.patch.object(os, "kill") as kill:
            sessions.end(self.operation.engine, Link(self.db, "shop"))
        kill.assert_not_called()
        self.assertFalse(place.exists())

    def serve(self, *arguments: str) -> tuple[int, str]:
        request = Request(self.paths, self.reporter, "ann", "services", arguments, io.BytesIO())
        said: list[bytes] = []
        with (
            mock.patch.object(service_stream, "Engine", lambda _paths: self.operation.engine),
            mock.patch.object(beside, "standard_error", said.append),
        ):
            return service_stream.serve(request), b"".join(said).decode()

    def test_one_that_begins_just_when_the_app_closes_does_not_begin(self) -> None:
        known = sessions.known

        def closed_meanwhile(*words: Any) -> Any:
            moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)
            return known(*words)

        self.patch(sessions, "known", closed_meanwhile)
        stream = mock.Mock(return_value=0)
        self.patch(execs, "stream", stream)
        code, said = self.serve("console", "db", "shop", "pipe")
        self.assertEqual(code, 4)
        self.assertIn("shop is just being moved to", said)
        stream.assert_not_called()
        self.assertEqual(values.names(self.db.directory / "sessions"), [])

    def test_who_is_ended_is_told_why(self) -> None:
        def stream(*_: Any, created: Any, **_more: Any) -> int:
            created("exec-1")
            moves.turn(self.paths, "shop", moves.AHEAD, moves.CLOSED)
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            return 0

        self.patch(execs, "stream", stream)
        code, said = self.serve("console", "db", "shop", "pipe")
        self.assertEqual(code, 4)
        self.assertIn("shop is just being moved to", said)
        self.assertEqual(self.killed, ["exec-1"])
        self.assertEqual(values.names(self.db.directory / "sessions"), [])

    def test_a_restore_that_has_waited_for_the_move_changes_nothing(self) -> None:
        taken = services.lock

        def lock(*words: Any) -> Any:
            moves.turn(self.paths, "shop", moves.AHEAD, moves.PASSED)
            return taken(*words)

        self.patch(services, "lock", lock)
        with mock.patch.object(data, "restore") as restore:
            self.assertEqual(self.serve("restore", "db", "shop", "pieces")[0], 4)
        restore.assert_not_called()
