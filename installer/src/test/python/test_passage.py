"""The caller's standard streams as one TCP connection."""

from __future__ import annotations

import os
import socket
import threading
import unittest

from pocketpaas.machine.passage import both_ways


class PassageTest(unittest.TestCase):
    def setUp(self) -> None:
        self.near, self.far = socket.socketpair()
        self.given, self.in_end = os.pipe()
        self.out_end, self.out = os.pipe()
        self.worker = threading.Thread(target=both_ways, args=(self.near, self.given, self.out))
        self.addCleanup(self.far.close)
        self.addCleanup(self.near.close)

    def test_an_answer_comes_after_the_end_of_what_was_sent(self) -> None:
        self.worker.start()
        os.write(self.in_end, b"question")
        os.close(self.in_end)
        received = b""
        while data := self.far.recv(100):
            received += data
        self.assertEqual(received, b"question")
        self.far.sendall(b"answer")
        self.far.close()
        self.worker.join(10)
        self.assertFalse(self.worker.is_alive())
        self.assertEqual(os.read(self.out_end, 100), b"answer")

    def test_it_ends_with_the_other_side_though_more_may_be_sent(self) -> None:
        self.worker.start()
        self.far.close()
        self.worker.join(10)
        self.assertFalse(self.worker.is_alive())
        os.close(self.in_end)

    def test_it_ends_when_nobody_reads_any_more(self) -> None:
        os.close(self.out_end)
        self.worker.start()
        self.far.sendall(b"answer")
        self.worker.join(10)
        self.assertFalse(self.worker.is_alive())
        os.close(self.in_end)
