"""How long a command may stand: one that only waits not long, one that works longer, and by what it was given."""

from __future__ import annotations

import threading
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from pocketpaas.engine import cgroup, watch
from pocketpaas.engine.cgroup import Work
from pocketpaas.engine.watch import Patience, Watch


class WatchTest(unittest.TestCase):
    def stands(self, patience: Patience | float | None, work: Callable[[], Work | None], at_most: float) -> float:
        """How long it may stand; more than `at_most` where it is not ended until then."""
        ended, began = threading.Event(), time.monotonic()
        with Watch(patience, ended.set, work) as one:
            ended.wait(at_most)
            self.assertEqual(one.stalled, ended.is_set())
        return time.monotonic() - began

    @staticmethod
    def busy() -> Work:
        """A whole processor."""
        return Work(time.monotonic(), 0)

    @staticmethod
    def reading() -> Work:
        """A slow disk, and next to nothing of a processor."""
        return Work(0, int(time.monotonic() * 5e6))

    def test_what_only_waits_is_ended_soon(self) -> None:
        for work in (lambda: Work(7, 9), lambda: Work(time.monotonic() * 0.01, int(time.monotonic() * 5000))):
            self.assertLess(self.stands(Patience(0.2, 5), work, 3), 1)

    def test_what_works_may_stand_longer_and_not_for_ever(self) -> None:
        for work in (self.busy, self.reading, lambda: None):
            stood = self.stands(Patience(0.2, 1), work, 3)
            self.assertGreater(stood, 0.9)
            self.assertLess(stood, 2)

    def test_longer_by_what_was_moved(self) -> None:
        ended = threading.Event()
        with mock.patch.object(watch, "_BYTES_A_SECOND", 1000), Watch(Patience(0.2, 0.4), ended.set, self.busy) as one:
            one.moved(1500)
            self.assertFalse(ended.wait(1.2))
            self.assertTrue(ended.wait(3))
            self.assertGreater(one.stood, 1.7)

    def test_it_is_not_its_fault_where_it_waits_for_others(self) -> None:
        for patience in (Patience(0.8, 0.9), 0.8):
            ended = threading.Event()
            with Watch(patience, ended.set, lambda: Work(0, 0)) as one:
                with one.waits_for_others():
                    self.assertFalse(ended.wait(1.5))
                self.assertTrue(ended.wait(3))

    def test_a_plain_number_asks_nobody(self) -> None:
        work = mock.Mock()
        self.assertLess(self.stands(0.2, work, 3), 1)
        work.assert_not_called()
        self.assertGreater(self.stands(None, work, 0.5), 0.4)


class WorkTest(unittest.TestCase):
    def test_both_versions_of_control_groups(self) -> None:
        with TemporaryDirectory() as name, mock.patch.object(cgroup, "_ROOT", Path(name)):
            self.assertIsNone(cgroup.work("/docker/ab"))
            self.assertIsNone(cgroup.work(""))
            own = Path(name) / "docker" / "ab"
            own.mkdir(parents=True)
            (own / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
            (own / "io.stat").write_text("8:0 rbytes=10 wbytes=5 rios=1 wios=1\n8:16 rbytes=1 wbytes=2 dbytes=9\n")
            self.assertEqual(cgroup.work("/docker/ab"), Work(2.5, 18))
            older = Path(name) / "cpuacct" / "docker" / "ab"
            older.mkdir(parents=True)
            (older / "cpuacct.usage").write_text("1500000000\n")
            self.assertEqual(cgroup.work("/docker/ab"), Work(1.5, 0))
