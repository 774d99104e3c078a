"""What starts a container of an app beside its lock: of an app that leaves nothing starts any more, and what is at work
ends."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from typing import Any
from unittest import mock

from program_fixture import streams
from test_background import encoded
from test_change_deploy import DeployCase
from test_schedule import JobCase
from pocketpaas.change import deploy, main, release_command, stop
from pocketpaas.engine import attach, containers
from pocketpaas.failure import Refused
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.move import closing, sending
from pocketpaas.query import run
from pocketpaas.release import background
from pocketpaas.schedule import runs
from pocketpaas.schedule.runs import Run
from pocketpaas.state import moves


class LeavingCase(JobCase):
    def setUp(self) -> None:
        super().setUp()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.patch(stop, "end", mock.Mock())
        self.patch(sending, "of_app", lambda *_: [])
        self.patch(run, "Engine", lambda paths: self.engine)
        self.create = containers.create
        moves.begin(self.paths, "shop", moves.AHEAD)

    def close(self) -> None:
        """The app closes for real."""
        closing.close(self.operation, moves.AHEAD, moves.CLOSED)

    def closed_before_it_is_made(self, *words: Any) -> str:
        """A program that stood still just before its container is made."""
        self.close()
        return self.create(*words)

    def closed_when_it_is_made(self, *words: Any) -> str:
        """One that stood still just after that."""
        container = self.create(*words)
        self.close()
        return container

    def begun(self) -> Run:
        fields = {"job": "nightly", "who": "ann", "release": "1", "timeout": "60"}
        return runs.create(self.paths, "shop", fields)


class RunTest(LeavingCase):
    def test_a_run_that_stood_still_while_the_app_closed_starts_nothing(self) -> None:
        for closed in (self.closed_before_it_is_made, self.closed_when_it_is_made):
            if moves.phase(self.paths, "shop") == moves.CLOSED:
                moves.turn(self.paths, "shop", moves.CLOSED, moves.AHEAD)
            found = self.begun()
            with mock.patch.object(containers, "create", closed):
                background.work(self.paths, self.engine, found, "shop")
            self.assertEqual(self.fake.asked("POST /containers/[^/]*/start"), [], closed.__name__)
            self.assertEqual(self.fake.containers, {})
            self.assertEqual((found.result, found.text("why")), ("stopped", "the app moves to another host"))
        self.assertEqual(self.systemd.told("pocketpaas-notices.service"), [], "nobody has to know")

    def test_what_is_at_work_ends_with_the_app_also_where_it_has_no_container_yet(self) -> None:
        at_work, ended = self.at_work(), self.begun()
        ended.end("ok", 0)

        self.close()

        self.assertEqual(self.systemd.told("stop"), [["systemctl", "stop", at_work.unit]])

    def test_one_that_is_ended_so_says_why(self) -> None:
        found = self.begun()

        def systemctl(command: Sequence[str], **_more: Any) -> Ended:
            if list(command[:2]) == ["systemctl", "stop"]:
                signal.raise_signal(signal.SIGTERM)
            return Ended(0, b"", b"")

        self.patch(background, "run_program", systemctl)
        self.patch(containers, "create", lambda *_words: self.close())
        background.work(self.paths, self.engine, found, "shop")
        self.assertEqual((found.result, found.text("why")), ("stopped", "the app moves to another host"))
        self.assertEqual(self.fake.containers, {})


class OneOffTest(LeavingCase):
    def ran(self) -> tuple[int, list[str]]:
        with streams(b"") as said:
            request = Request(
                self.paths, self.reporter, "ann", "run", ("shop", "pipe", encoded("ls")), sys.stdin.buffer
            )
            code = run.serve(request)
        return code, said.told

    def test_a_command_that_stood_still_while_the_app_closed_does_not_begin(self) -> None:
        attached = mock.Mock(return_value=0)
        self.patch(attach, "interactive", attached)
        self.patch(containers, "create", self.closed_before_it_is_made)
        code, told = self.ran()
        self.assertEqual(code, 4)
        self.assertIn("shop is just being moved to", told[0])
        attached.assert_not_called()
        self.assertEqual(self.fake.containers, {})

    def test_one_whose_container_was_just_removed_says_why(self) -> None:
        def attached(*words: Any) -> int:
            self.close()
            containers.start(self.engine, words[1])
            return 0

        self.patch(run, "_attached", attached)
        code, told = self.ran()
        self.assertEqual(code, 4)
        self.assertIn("shop is just being moved to", told[0])
        self.assertEqual(self.fake.containers, {})


class LockedTest(DeployCase):
    def test_a_release_command_does_not_run_where_the_app_has_left_meanwhile(self) -> None:
        self.live(1, {"tree": "t1"})
        self.send({"settings/release": "migrate"})
        migrate = mock.Mock()
        self.patch(release_command, "run", migrate)
        self.meanwhile = lambda: moves.begin(self.paths, "shop", moves.RETURNING)
        with self.assertRaisesRegex(Refused, "shop is just going back to"):
            deploy.deploy(self.operation)
        self.assertEqual(self.built, 1)
        migrate.assert_not_called()

    def test_nothing_is_set_of_an_app_that_has_left_while_its_lock_was_waited_for(self) -> None:
        self.live(1, {"tree": "t1"})
        moves.begin(self.paths, "shop", moves.PASSED)
        operation = self.operate("stop")
        with self.assertRaisesRegex(Refused, "shop was moved to"):
            main.change(operation)
        self.assertFalse((self.paths.app("shop") / "operator" / "stopped").exists())
