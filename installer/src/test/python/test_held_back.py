"""Signals that wait until something has ended rightly."""

from __future__ import annotations

import os
import signal
import threading
import unittest
from types import FrameType

from pocketpaas.machine.held_back import HeldBack


class HeldBackTest(unittest.TestCase):
    def setUp(self) -> None:
        self.heard: list[int] = []
        self.addCleanup(signal.signal, signal.SIGTERM, signal.signal(signal.SIGTERM, self.hear))

    def hear(self, number: int, _frame: FrameType | None) -> None:
        self.heard.append(number)

    def test_it_comes_at_the_end(self) -> None:
        with HeldBack() as held:
            held.begin()
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertEqual(self.heard, [])
        self.assertEqual(self.heard, [signal.SIGTERM])

    def test_before_the_beginning_it_comes_at_once(self) -> None:
        with HeldBack():
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertEqual(self.heard, [signal.SIGTERM])
        self.assertEqual(self.heard, [signal.SIGTERM])

    def test_in_another_thread_there_is_nothing_to_hold_back(self) -> None:
        def work() -> None:
            with HeldBack() as held:
                held.begin()

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        os.kill(os.getpid(), signal.SIGTERM)
        self.assertEqual(self.heard, [signal.SIGTERM])
