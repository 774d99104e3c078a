"""What can be taken back is stopped by whoever asks for it; what cannot is left alone."""

from __future__ import annotations

import fcntl
import io
import os
import signal
import time

from pocketpaas.entry import backup, service
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.operation import cancelling, unit
from pocketpaas.operation.work import Work
from pocketpaas.state import values
from test_service_change import ServiceChangeCase


class CancellingTest(ServiceChangeCase):
    def request(self, *arguments: str) -> Request:
        return Request(self.paths, self.reporter, "ann", "service", arguments, io.BytesIO())

    def at_work(self, name: str, subject: str, action: str, code: int = 5, deaf: bool = False) -> Work:
        """An operation that ends with the code when it is told to."""
        values.make_directory(self.paths.works)
        work = Work.of(self.paths, name)
        self.tree(work.directory, {"app": subject, "kind": "service", "who": "bob", "args": f"{action}\ndb"})
        near, far = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                alive = os.open(work.directory / "alive", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(alive, fcntl.LOCK_EX)
                values.put(work.directory / "pid", str(os.getpid()))

                def end(*_: object) -> None:
                    if not deaf:
                        # As the program does: whole or not at all.
                        values.write(work.directory / "result", str(code))
                        os._exit(0)

                signal.signal(signal.SIGTERM, end)
                os.write(far, b".")
                while True:
                    time.sleep(60)
            finally:
                os._exit(1)
        os.read(near, 1)
        self.addCleanup(self.gone, pid)
        return work

    @staticmethod
    def gone(pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def test_the_first_that_can_be_taken_back(self) -> None:
        first = self.at_work("20260101000000-aaaaaa", "service.db", "upgrade")
        second = self.at_work("20260101000001-aaaaaa", "service.db", "copy")
        other = self.at_work("20260101000000-bbbbbb", "service.other", "undo")
        self.assertEqual(service.serve(self.request("cancel", "db")), 0)
        self.assertEqual([one.runs() for one in (first, second, other)], [False, True, True])
        self.assertEqual(values.read(first.directory / "cancelled"), "ann")
        self.assertIn(f"+result\tcancelled\t{first.id}", self.reporter.lines)

    def test_what_cannot_is_left_alone(self) -> None:
        with self.assertRaisesRegex(Refused, "there is no upgrade or undo or copy of db at work$"):
            service.serve(self.request("cancel", "db"))
        lock = locks.take(self.paths.service("db") / "lock", Holder("bob", "restoring the data of shop"))
        with self.assertRaisesRegex(Refused, "stopped where it was begun: restoring the data of shop by bob"):
            service.serve(self.request("cancel", "db"))
        assert lock is not None
        lock.release()
        work = self.at_work("20260101000000-aaaaaa", "service.db", "restart")
        with self.assertRaisesRegex(Refused, "restart is at work, which cannot be stopped"):
            service.serve(self.request("cancel", "db"))
        self.assertTrue(work.runs())
        self.assertFalse((work.directory / "cancelled").exists())
        with self.assertRaises(BadRequest):
            service.serve(self.request("cancel", "db", "now"))

    def test_too_late(self) -> None:
        self.at_work("20260101000000-aaaaaa", "service.db", "upgrade", code=0)
        with self.assertRaisesRegex(Refused, "too late: upgrade was done already"):
            service.serve(self.request("cancel", "db"))

    def test_one_that_does_not_hear_is_killed(self) -> None:
        work = self.at_work("20260101000000-aaaaaa", "service.db", "upgrade", deaf=True)
        pid = int(values.read_or(work.directory / "pid", ""))
        asked: list[list[str]] = []

        def run(words: list[str]) -> None:
            asked.append(words)
            os.kill(pid, signal.SIGKILL)

        self.patch(cancelling, "_PATIENCE", 0.3)
        self.patch(cancelling, "run", run)
        with self.assertRaisesRegex(Failed, "upgrade was killed: what it had done by then may have stayed"):
            service.serve(self.request("cancel", "db"))
        self.assertEqual(asked, [["systemctl", "kill", "--signal=KILL", work.unit]])

    def test_one_that_is_not_taken_back_any_more_goes_on(self) -> None:
        work = self.at_work("20260101000000-aaaaaa", "service.db", "copy", deaf=True)
        values.put(work.directory / unit.BEYOND, "")
        with self.assertRaisesRegex(Refused, "too late: copy is not taken back any more, and goes on to its end"):
            service.serve(self.request("cancel", "db"))
        self.assertTrue(work.runs())

    def test_backups(self) -> None:
        host = self.at_work("20260101000000-aaaaaa", "host.backups", "restore-host")
        with self.assertRaisesRegex(Refused, "no create or restore or drill of backups at work; restore-host is"):
            backup.serve(self.request("cancel"))
        restore = self.at_work("20260101000001-aaaaaa", "host.backups", "restore")
        self.assertEqual(backup.serve(self.request("cancel")), 0)
        self.assertEqual([host.runs(), restore.runs()], [True, False])

    def test_what_is_told_fits_what_was_stopped(self) -> None:
        values.write(self.operation.work.directory / "cancelled", "ann")
        for kind, words in (("service", "everything is as it was"), ("backup", "what had not come yet is as it was")):
            self.operation.kind = kind
            unit._tell_cancelled(self.operation)
            self.assertEqual(self.reporter.lines[-1], f"+fail\tcancelled\tcancelled by ann; {words}")
