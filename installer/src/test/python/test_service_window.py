"""While a service is moved to another server nobody is in the one that is left: also not by hand, by a console or a
tunnel, whose client would log in again and write what nobody copies."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import time
from typing import Any
from unittest import mock

from pocketpaas.engine import exec_kill, execs
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.query import beside, service_stream
from pocketpaas.service import sessions
from pocketpaas.service.generations import Move
from pocketpaas.service.links import Link
from pocketpaas.state import values
from test_service_upgrade import UpgradeCase


class ByHandTest(UpgradeCase):
    def setUp(self) -> None:
        super().setUp()
        self.killed: list[str] = []
        self.patch(exec_kill, "kill", lambda _engine, name: self.killed.append(name))

    def somebody(self, app: str = "shop") -> int:
        """The program of a console, which runs until it is told to end."""
        near, far = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
                link = Link(self.db, app)
                with sessions.known(self.operation.engine, link, Holder("ann", "console")) as session:
                    session.note("exec-1")
                    os.write(far, b".")
                    time.sleep(60)
            finally:
                os._exit(1)
        os.close(far)
        self.assertEqual(os.read(near, 1), b".")
        os.close(near)
        self.addCleanup(self.gone, pid)
        return pid

    @staticmethod
    def gone(pid: int) -> None:
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)

    def left(self) -> list[str]:
        return values.names(self.db.directory / "sessions")

    def assert_ended(self, pid: int) -> None:
        self.assertEqual(os.waitpid(pid, os.WNOHANG)[0], pid)
        self.assertEqual((self.killed, self.left()), (["exec-1"], []))

    def test_an_upgrade_ends_it_before_anything_is_copied(self) -> None:
        seen: list[list[str]] = []
        self.meanwhile = lambda script: seen.append(self.left()) if script == "dump-from" else None
        pid = self.somebody()
        self.upgrade()
        self.assert_ended(pid)
        self.assertEqual(seen, [[]])

    def test_so_does_an_undo_before_it_counts(self) -> None:
        self.upgrade()
        pid = self.somebody()
        self.change("undo", "db")
        self.assert_ended(pid)

    def test_a_trial_leaves_it_alone(self) -> None:
        pid = self.somebody()
        self.upgrade("try")
        self.assertEqual(os.waitpid(pid, os.WNOHANG), (0, 0))
        self.assertEqual(len(self.left()), 1)

    # ------------------------------------------------------------ the other side

    def serve(self) -> tuple[int, str]:
        request = Request(self.paths, self.reporter, "ann", "services", ("console", "db", "shop", "pipe"), io.BytesIO())
        said: list[bytes] = []
        with mock.patch.object(service_stream, "Engine", lambda _paths: self.operation.engine), mock.patch.object(
            beside, "standard_error", said.append
        ):
            return service_stream.serve(request), b"".join(said).decode()

    def begin(self) -> None:
        Move.begin(self.db, "upgrade", "2")
        lock = locks.take(self.db.directory / "lock", Holder("bob", "upgrading"))
        assert lock is not None
        self.addCleanup(lock.release)

    def test_one_that_begins_just_when_an_upgrade_does_does_not_begin(self) -> None:
        known = sessions.known

        def meanwhile(*words: Any) -> Any:
            self.begin()
            return known(*words)

        self.patch(sessions, "known", meanwhile)
        stream = mock.Mock(return_value=0)
        self.patch(execs, "stream", stream)
        code, said = self.serve()
        self.assertEqual((code, self.left()), (4, []))
        self.assertIn("db is being upgraded: upgrading by bob", said)
        stream.assert_not_called()

    def test_who_is_ended_is_told_why(self) -> None:
        def stream(*_: Any, created: Any, **_more: Any) -> int:
            created("exec-1")
            self.begin()
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            return 0

        self.patch(execs, "stream", stream)
        code, said = self.serve()
        self.assertEqual((code, self.killed, self.left()), (4, ["exec-1"], []))
        self.assertIn("db is being upgraded: upgrading by bob", said)
