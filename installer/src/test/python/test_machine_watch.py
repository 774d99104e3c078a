"""Waiting for a change in a directory."""

from __future__ import annotations

import fcntl
import signal
import threading
import time
import unittest
from collections.abc import Callable
from unittest import mock

from host_fixture import HostCase
from pocketpaas.machine import watch


class WatchTest(HostCase):
    def waited(self, change: Callable[[], object]) -> float:
        """The seconds until the wait has noticed what is changed a moment after it began; ten at most."""
        with watch.watched(self.paths.root, 0.02) as wait:
            changing = threading.Timer(0.05, change)
            changing.start()
            begin = time.monotonic()
            wait(10)
            changing.join()
            return time.monotonic() - begin

    def test_what_is_made_written_or_renamed_is_noticed(self) -> None:
        file, log = self.paths.root / "file", self.paths.root / "log"
        with open(log, "ab", buffering=0) as opened:
            for change in (file.touch, lambda: file.rename(self.paths.root / "new"), lambda: opened.write(b"x")):
                self.assertLess(self.waited(change), 5)

    def test_also_what_came_before_the_wait(self) -> None:
        with watch.watched(self.paths.root, 0.02) as wait:
            (self.paths.root / "file").touch()
            begin = time.monotonic()
            wait(10)
            self.assertLess(time.monotonic() - begin, 5)

    def test_another_thread_does_not_take_the_notice(self) -> None:
        over = threading.Event()
        others = [threading.Thread(target=over.wait) for _ in range(4)]
        for one in others:
            one.start()
        try:
            with watch.watched(self.paths.root, 0.02) as wait:
                (self.paths.root / "file").touch()
                # While this thread does not wait, the others have the time to take the signal.
                time.sleep(0.2)
                begin = time.monotonic()
                wait(10)
                self.assertLess(time.monotonic() - begin, 5)
        finally:
            over.set()
            for one in others:
                one.join()

    def test_where_nothing_happens_it_ends_by_its_time(self) -> None:
        begin = time.monotonic()
        with watch.watched(self.paths.root, 0.02) as wait:
            wait(0.05)
        self.assertGreaterEqual(time.monotonic() - begin, 0.05)
        self.assertNotIn(signal.SIGURG, signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    def test_without_notices_it_looks_now_and_then(self) -> None:
        def refuse(_descriptor: int, command: int, _argument: int) -> int:
            if command == fcntl.F_NOTIFY:
                raise OSError(22, "Invalid argument")
            return 0

        with mock.patch("fcntl.fcntl", refuse):
            begin = time.monotonic()
            with watch.watched(self.paths.root, 0.02) as wait:
                wait(10)
        self.assertLess(time.monotonic() - begin, 5)


if __name__ == "__main__":
    unittest.main()
