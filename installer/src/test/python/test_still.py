"""While an app holds still for a copy of its volumes nothing of it starts, and what is at work beside its processes is
frozen."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from program_fixture import streams
from test_background import encoded
from test_schedule import JobCase
from pocketpaas.backup import quiet
from pocketpaas.engine import containers
from pocketpaas.failure import Busy
from pocketpaas.machine import locks
from pocketpaas.machine.request import Request
from pocketpaas.query import run
from pocketpaas.release import background, reconcile, still
from pocketpaas.schedule import runs
from pocketpaas.schedule.runs import Run
from pocketpaas.state import values


class StillCase(JobCase):
    def setUp(self) -> None:
        super().setUp()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.patch(run, "Engine", lambda paths: self.engine)
        self.patch(quiet.heir, "appoint", mock.Mock())
        self.patch(quiet.heir, "dismiss", mock.Mock())
        self.patch(quiet.overlap, "set_flags", mock.Mock())
        self.fake.started = {"Status": "exited", "ExitCode": 0, "Pid": 0}
        self.file = self.app / "starting.lock"

    def begun(self) -> Run:
        fields = {"job": "nightly", "who": "timer", "release": "1", "timeout": "60"}
        return runs.create(self.paths, "shop", fields)

    @contextmanager
    def held(self, mode: str = quiet.PAUSE) -> Iterator[None]:
        with quiet.held(self.operation, "shop", self.paths.release("shop", 1), mode):
            yield

    def status(self, name: str) -> str:
        return str(self.fake.containers[name]["State"]["Status"])

    def started(self) -> list[str]:
        return self.fake.asked("POST /containers/(create|[^/]*/start)")


class WaitTest(StillCase):
    def test_a_run_that_comes_meanwhile_begins_when_the_copy_is_made(self) -> None:
        for mode in (quiet.PAUSE, quiet.STOP):
            found = self.begun()
            began: list[list[str]] = []

            def release() -> None:
                began.append(self.started())
                free.set()

            self.fake.calls.clear()
            free = threading.Event()
            entered = threading.Event()

            def hold() -> None:
                with self.held(mode):
                    entered.set()
                    free.wait(20)

            holder = threading.Thread(target=hold)
            holder.start()
            self.assertTrue(entered.wait(20))
            threading.Timer(0.5, release).start()
            background.work(self.paths, self.engine, found, "shop")
            holder.join(20)
            self.assertEqual(began, [[]], "nothing is even made meanwhile")
            self.assertEqual((found.result, len(self.started())), ("ok", 2), mode)
        self.assertEqual(self.systemd.told("pocketpaas-notices.service"), [], "nobody has to know")

    def test_one_that_waits_for_too_long_has_failed_and_says_why(self) -> None:
        found = self.begun()
        with self.held(), mock.patch.object(background, "_STILL_SECONDS", 0.1):
            background.work(self.paths, self.engine, found, "shop")
        self.assertEqual((found.result, self.started()), ("failed", []))
        self.assertIn("shop holds still while its volumes are copied", found.text("why"))

    def test_a_command_waits_a_minute_and_is_refused_then(self) -> None:
        request = Request(self.paths, self.reporter, "ann", "run", ("shop", "pipe", encoded("ls")), sys.stdin.buffer)
        with self.held(), mock.patch.object(run, "_STILL_SECONDS", 0.1), streams(b"") as said:
            code = run.serve(request)
        self.assertEqual((code, self.started()), (4, []))
        self.assertIn("shop holds still while its volumes are copied", said.told[0])
        with streams(b""):
            self.assertEqual(run.serve(request), 0)
        self.assertEqual(len(self.started()), 2)

    def test_a_command_that_is_at_work_keeps_no_copy_waiting(self) -> None:
        seen: list[bool] = []

        def pump(*_words: Any) -> None:
            lock = locks.take(self.file, locks.Holder("ann", "copying"))
            seen.append(lock is not None)
            if lock is not None:
                lock.release()

        request = Request(self.paths, self.reporter, "ann", "run", ("shop", "pipe", encoded("ls")), sys.stdin.buffer)
        with mock.patch.object(run.attach, "pump", pump), streams(b""):
            run.serve(request)
        self.assertEqual(seen, [True])

    def test_the_copy_waits_for_what_is_just_starting(self) -> None:
        starting = still.starting(self.paths, "shop", 0)
        with mock.patch.object(still, "_PATIENCE", 0.1), self.assertRaises(Busy), self.held():
            self.fail("it was held")

        def start() -> None:
            self.fake.add("run1", "run", type="run")
            starting.release()

        threading.Timer(0.3, start).start()
        with self.held():
            self.assertEqual(self.status("run1"), "paused")
        self.assertEqual(self.status("run1"), "running")

    def test_what_was_killed_keeps_nothing_waiting(self) -> None:
        values.touch(self.app / "held")
        values.put(self.file, "ann\t2026-01-01T00:00:00Z\tbackups create\t1")
        found, began = self.begun(), time.monotonic()
        background.work(self.paths, self.engine, found, "shop")
        self.assertEqual(found.result, "ok")
        self.assertLess(time.monotonic() - began, 20)


class FrozenTest(StillCase):
    def setUp(self) -> None:
        super().setUp()
        self.fake.add("web1", "blue")
        self.fake.add("job1", "cron", type="cron")
        self.fake.add("run1", "run", type="run")

    def test_what_is_beside_processes_that_are_stopped_is_frozen(self) -> None:
        with self.held(quiet.STOP):
            self.assertEqual([self.status(one) for one in ("web1", "job1", "run1")], ["exited", "paused", "paused"])
        self.assertEqual([self.status(one) for one in ("job1", "run1")], ["running", "running"])
        self.assertEqual(len(self.fake.asked("web1/start")), 1)
        self.assertEqual(self.fake.asked("(job1|run1)/(stop|start)"), [])

    def test_a_job_alone_is_frozen_and_visitors_are_told_nothing(self) -> None:
        del self.fake.containers["web1"]
        with self.held(quiet.STOP):
            self.assertEqual(self.status("job1"), "paused")
            self.assertFalse((self.app / "unavailable").exists())

    def test_what_has_ended_meanwhile_is_not_thawed(self) -> None:
        self.fake.containers["job1"].update(listed="running", State={"Status": "exited", "Pid": 0, "ExitCode": 0})
        self.fake.refusals["POST /containers/job1/pause"] = (409, {"message": "it is not running"})
        with self.held():
            pass
        self.assertEqual(self.fake.asked("job1/(stop|start)"), [])
        self.assertEqual(self.fake.asked("unpause"), [f"POST /containers/{one}/unpause" for one in ("web1", "run1")])

    def test_what_the_engine_is_about_to_start_again_does_not_begin_in_the_middle_of_the_copy(self) -> None:
        self.fake.containers["web1"]["State"]["Status"] = "restarting"
        self.fake.refusals["POST /containers/web1/pause"] = (409, {"message": "it is restarting"})
        with self.held():
            self.assertEqual([self.status(one) for one in ("web1", "job1")], ["exited", "paused"])
        self.assertEqual(len(self.fake.asked("web1/start")), 1)
        self.assertEqual(self.fake.asked("web1/unpause"), [])

    def test_jobs_that_a_killed_backup_has_frozen_go_on(self) -> None:
        values.touch(self.app / "held")
        for one in ("job1", "run1"):
            containers.pause(self.engine, one)
        with mock.patch.object(reconcile, "_reconcile_live"):
            reconcile.reconcile(self.operation)
        self.assertEqual([self.status(one) for one in ("job1", "run1")], ["running", "running"])
