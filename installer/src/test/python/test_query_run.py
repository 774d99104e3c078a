"""A command in a container of its own."""

from __future__ import annotations

import base64
import io
import os
import pty
import signal
import socket
import struct
import sys
import termios
import time
import unittest
from typing import Any
from unittest import mock

from fake_engine import EngineCase, frame
from pocketpaas.engine import attach
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, Cancelled
from pocketpaas.machine import channel
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request, words_of
from pocketpaas.query import run
from pocketpaas.release import slots
from pocketpaas.state import values
from program_fixture import HOSTILE, Said, streams

GONE = Client(2**22, "1")


def encoded(*words: str) -> str:
    """The words as they travel."""
    data = b"".join(values.encode(word) + b"\0" for word in words)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class CommandTest(unittest.TestCase):
    def test_words_travel_as_they_are(self) -> None:
        words = ("sh", "-c", *HOSTILE)
        self.assertEqual(words_of(encoded(*words)), words)

    def test_what_is_no_command(self) -> None:
        for text in ("", "AA", "a", "=", encoded(""), encoded("", "x")):
            with self.subTest(text), self.assertRaises(BadRequest):
                words_of(text)


class RunTest(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(run, "Engine", lambda paths: self.engine)
        self.patch(channel, "_LOOK", 0.05)
        self.patch(run.one_off, "create", self.create)
        self.created: list[tuple[Any, ...]] = []
        bundle = {"image": "sha256:" + "1" * 64, "processes/web/command": "serve --all\n", "processes/x/command": ""}
        self.tree(self.paths.release("shop", 1), bundle)
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")
        self.fake.started = {"Status": "exited", "ExitCode": 7, "Pid": 0}

    def patch(self, place: Any, name: str, value: Any) -> None:
        patcher = mock.patch.object(place, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def create(self, paths: Any, engine: Any, app: str, release: int, kind: str, words: Any, terminal: Any) -> str:
        self.created.append((app, release, kind, words, terminal))
        self.fake.add("run", "run")
        # Whoever waits for it may be told before it is started.
        self.fake.containers["run"]["State"]["ExitCode"] = 7
        self.fake.logs["run"] = frame(1, b"out\n") + frame(2, b"err\n")
        return "run"

    def ran(self, *words: str) -> tuple[int, Said]:
        with streams(b"given") as said:
            code = run.serve(Request(self.paths, self.reporter, "ann", "run", ("shop", *words), sys.stdin.buffer))
        return code, said

    def test_its_streams_and_its_code(self) -> None:
        code, said = self.ran("pipe", encoded("ls", "-l"))
        self.assertEqual((code, said.out, said.err), (7, b"out\n", b"err\n"))
        self.assertEqual(self.created, [("shop", 1, "run", ("ls", "-l"), None)])
        self.assertNotIn("run", self.fake.containers)
        self.assertIn('"what":"run","result":"7"', (self.paths.log / "events.jsonl").read_text())

    def test_a_command_that_does_not_read_what_it_is_given_ends_well(self) -> None:
        ours, engines = socket.socketpair()
        out, err = io.BytesIO(), io.BytesIO()
        with ours, engines:
            ours.sendall(b"nobody reads this")
            engines.sendall(frame(1, b"out\n"))
            # With something unread the kernel resets the connection.
            engines.close()
            attach.pump(ours, False, io.BytesIO(), out, err)
        self.assertEqual((out.getvalue(), err.getvalue()), (b"out\n", b""))

    def test_a_type_in_the_place_of_a_command_and_limits_of_a_type(self) -> None:
        self.ran("pipe", encoded("web", "--port", "$(id)"))
        words = ("/bin/sh", "-c", 'serve --all "$@"', "web", "--port", "$(id)")
        self.assertEqual(self.created[-1][2:4], ("web", words))
        self.ran("pipe", encoded("ls"), "type=web")
        self.assertEqual(self.created[-1][2:4], ("web", ("ls",)))
        self.ran("pipe", encoded("x"))
        self.assertEqual(self.created[-1][2:4], ("run", ("x",)))

    def test_failures_are_told_on_standard_error(self) -> None:
        for words, code, cause in (
            (("what", encoded("ls")), 2, "bad-request"),
            (("pipe", "!"), 2, "bad-request"),
            (("pipe", encoded("ls"), "type=$(id)"), 2, "bad-request"),
            (("pipe", encoded("ls"), "type=worker"), 2, "no-process"),
        ):
            found, said = self.ran(*words)
            self.assertEqual((found, said.out), (code, b""))
            self.assertTrue(said.told[0].startswith(f"+fail\t{cause}\t"), said.told)
        values.remove_tree(self.paths.app("shop"))
        found, said = self.ran("pipe", encoded("ls"))
        self.assertEqual((found, said.told[0].split("\t")[1]), (4, "nothing-live"))
        self.assertEqual(self.created, [])

    def test_an_engine_that_refuses(self) -> None:
        self.patch(run.one_off, "create", mock.Mock(side_effect=EngineError(500, "no image")))
        code, said = self.ran("pipe", encoded("ls"))
        self.assertEqual((code, said.told), (1, ["+fail\tengine\tno image"]))

    def test_a_client_that_goes_away_ends_it(self) -> None:
        self.patch(run, "_attached", lambda *_arguments: time.sleep(20))
        self.patch(run.Client, "of_this_process", lambda: GONE)
        before, handler = time.monotonic(), signal.getsignal(signal.SIGHUP)
        self.assertEqual(self.ran("pipe", encoded("ls"))[0], 129)
        self.assertLess(time.monotonic() - before, 10)
        self.assertNotIn("run", self.fake.containers)
        # As it was, which need not be the default: the tests may run without a terminal.
        self.assertEqual(signal.getsignal(signal.SIGHUP), handler)

    def test_a_signal_ends_it(self) -> None:
        def attached(*_arguments: Any) -> int:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(20)
            return 0

        self.patch(run, "_attached", attached)
        self.assertEqual(self.ran("pipe", encoded("ls"))[0], 129)
        with self.assertRaises(Cancelled), channel.ended_by_signals():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(20)

    def test_a_terminal(self) -> None:
        given: list[Any] = []

        def interactive(
            engine: Any, container: str, tty: bool, stdin: Any, out: Any, err: Any, started: Any = None
        ) -> int:
            started()
            given.append((tty, termios.tcgetattr(0)[3] & termios.ECHO))
            os.kill(os.getpid(), signal.SIGWINCH)
            return 3

        self.patch(run.attach, "interactive", interactive)
        self.addCleanup(signal.signal, signal.SIGWINCH, signal.getsignal(signal.SIGWINCH))
        leader, terminal = pty.openpty()
        import fcntl

        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        for term, expected in (("xterm-256color", "xterm-256color"), ("$(id)", ""), ("", "")):
            with mock.patch.dict(os.environ, {"TERM": term}), streams():
                os.dup2(terminal, 0)
                before = termios.tcgetattr(0)
                words = ("shop", "tty", encoded("sh"))
                self.assertEqual(
                    run.serve(Request(self.paths, self.reporter, "ann", "run", words, sys.stdin.buffer)), 3
                )
                self.assertEqual(termios.tcgetattr(0), before)
            self.assertEqual(self.created[-1][4], expected)
        self.assertEqual(given[0], (True, 0))
        resized = [query for query in self.fake.queries if "h" in query]
        self.assertEqual(resized[:2], [{"h": "24", "w": "80"}] * 2)
        os.close(leader)
        os.close(terminal)


if __name__ == "__main__":
    unittest.main()
