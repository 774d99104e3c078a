"""Files that an app has leases on: they are waited for all at once, and not for ever."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from backup_fixture import AppBackupCase
from host_fixture import HostCase
from pocketpaas.backup import leases, volumes
from pocketpaas.backup.storing import Heard
from pocketpaas.failure import Failed

#: Takes a lease on each file; `again` as often as one is broken. It never gives one up by itself.
_HOLDER = """
import fcntl, os, signal, sys, time
signal.signal(signal.SIGIO, signal.SIG_IGN)
held = [os.open(name, os.O_RDWR) for name in sys.argv[2:]]
for one in held:
    fcntl.fcntl(one, fcntl.F_SETLEASE, fcntl.F_WRLCK)
print("ready", flush=True)
while True:
    time.sleep(0.01)
    for one in held if sys.argv[1] == "again" else ():
        try:
            if fcntl.fcntl(one, fcntl.F_GETLEASE) != fcntl.F_WRLCK:
                fcntl.fcntl(one, fcntl.F_SETLEASE, fcntl.F_UNLCK)
                fcntl.fcntl(one, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        except OSError:
            pass
"""


def hold(case: HostCase, how: str, files: list[Path]) -> None:
    process = subprocess.Popen([sys.executable, "-c", _HOLDER, how, *map(str, files)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    case.addCleanup(process.stdout.close)
    case.addCleanup(process.wait)
    case.addCleanup(process.kill)
    case.assertEqual(process.stdout.readline(), b"ready\n")


class LeasesTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.volume = self.tree(self.paths.root / "volume", {f"{number}.txt": "x" * 9 for number in range(8)})
        self.files = sorted(self.volume.iterdir())
        # The kernel takes a lease by force after 45 s. That is the machine's, and is left as it is.
        self.notes = self.paths.root / "notes"

    def test_all_of_them_are_waited_for_at_once_and_all_files_are_noted(self) -> None:
        hold(self, "once", self.files)
        began = time.monotonic()
        sums = volumes.note(self.volume, self.notes)
        self.assertEqual((sums.files, sums.bytes), (8, 72))
        self.assertLess(time.monotonic() - began, 80)

    def test_what_is_kept_open_cannot_be_taken_again(self) -> None:
        told: list[str] = []
        with leases.broken([self.volume], told.append):
            self.assertEqual(told, [])
        with mock.patch.object(leases, "_leased", lambda directory: iter(["0.txt", "gone.txt"])):
            with mock.patch.object(leases, "_is_any", lambda: True), leases.broken([self.volume], told.append):
                with open(self.files[0], "rb+") as mine:
                    with self.assertRaises(BlockingIOError):
                        fcntl.fcntl(mine, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        self.assertIn("leases on 2 files", told[0])
        with open(self.files[0], "rb+") as mine:
            fcntl.fcntl(mine, fcntl.F_SETLEASE, fcntl.F_WRLCK)

    def test_one_that_is_taken_again_and_again_fails_by_its_name(self) -> None:
        hold(self, "once", self.files[:1])
        # Nobody waits so long here: it counts as taken again.
        with mock.patch.object(leases, "_seconds", lambda: -1), self.assertRaisesRegex(Failed, '"0.txt"'):
            volumes.note(self.volume, self.notes)

    def test_a_file_with_one_is_not_gone(self) -> None:
        hold(self, "once", self.files[:1])
        with mock.patch.object(leases, "_is_any", lambda: False), self.assertRaisesRegex(
            Failed, 'taken again, on "0.txt"'
        ):
            volumes.note(self.volume, self.notes)

    def test_so_many_are_too_many(self) -> None:
        hold(self, "once", self.files)
        with mock.patch.object(leases, "_MOST", 5), self.assertRaisesRegex(Failed, "more than 5 have one"):
            volumes.note(self.volume, self.notes)

    def test_one_that_is_taken_while_files_are_stored_ends_that(self) -> None:
        hold(self, "once", self.files[:1])
        with self.assertRaises(BlockingIOError):
            os.open(self.files[0], os.O_RDONLY | os.O_NONBLOCK)
        self.assertNotEqual(leases._holders(), set())
        watch = leases.Watch([Path("/var/lib/docker/volumes/pocketpaas-shop.data/_data")])
        for _ in range(100):
            watch.look()
        with mock.patch.object(leases.Watch, "_is_of_app", lambda own, pid: True):
            heard = Heard(lambda text: None, others=[Path("/x/pocketpaas-shop.data/_data")])
            with self.assertRaisesRegex(Failed, "pocketpaas-shop.data"):
                for _ in range(leases._LOOKS):
                    heard.hear(b'{"message_type":"status"}')


class TakingTest(AppBackupCase):
    def test_they_stay_broken_until_all_is_stored(self) -> None:
        told: list[str] = []
        real = self.repository.store

        @contextmanager
        def broken(directories: list[Path], tell: Any = None) -> Iterator[None]:
            told.append(f"{len(directories)} broken")
            yield
            told.append("over")

        def store(directory: Path, *words: Any, **more: Any) -> str:
            told.append(directory.name)
            return real(directory, *words, **more)

        with mock.patch.object(leases, "broken", broken), mock.patch.object(self.repository, "store", store):
            self.take()
        self.assertEqual(told, ["image", "1 broken", "1 broken", "over", "app.shop", "over"])

    def test_files_that_cannot_be_read_fail_that_app(self) -> None:
        with mock.patch.object(leases, "_is_any", lambda: True):
            with mock.patch.object(leases.beneath, "walk", side_effect=PermissionError(13, "Permission denied")):
                with self.assertRaisesRegex(Failed, "cannot be read: Permission denied"), leases.broken([self.mount]):
                    self.fail("it is not begun")
