"""Cron jobs: their timers, their runs, what is told of them."""

from __future__ import annotations

import fcntl
import os
import signal
import threading
import time
import unittest
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.change import settings as app_settings
from pocketpaas.failure import BadRequest, Damaged, Failure, Refused
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.notice import jobs as job_notices
from pocketpaas.notice import sweep
from pocketpaas.notice.store import NoticeStore
from pocketpaas.query import background as answers
from pocketpaas.query import cron as verb
from pocketpaas.release import background, cron, slots
from pocketpaas.schedule import jobs, runs, timers
from pocketpaas.schedule.runs import Run
from pocketpaas.state import moves, names, values

NIGHTLY = {"schedule": "0 3 * * *", "calendar": "*-*-* 03:00:00 UTC", "command": "echo hello"}


class FakeSystemd:
    """Takes the place of `run`: keeps what it is told, and knows units."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.refuses = ""
        self.answers: dict[str, str] = {}

    def __call__(self, command: Sequence[str], **_options: Any) -> Ended:
        words = list(command)
        self.commands.append(words)
        if self.refuses and self.refuses in words:
            return Ended(1, b"", b"no such thing")
        return Ended(0, next((text for word, text in self.answers.items() if word in words), "").encode(), b"")

    def told(self, word: str) -> list[list[str]]:
        """The commands with that word."""
        return [words for words in self.commands if word in words]


class JobCase(EngineCase):
    """shop has v1 live, with the job `nightly`; timers are in a directory of the test's own."""

    def setUp(self) -> None:
        super().setUp()
        root = self.paths.root.parent
        self.systemd = FakeSystemd()
        self.units, self.stamps = root / "units", root / "stamps"
        for directory in (self.units, self.stamps):
            directory.mkdir()
        self.patch(timers, "UNITS", self.units)
        self.patch(timers, "STAMPS", self.stamps)
        self.patch(timers, "run", self.systemd)
        self.patch(background, "run_program", self.systemd)
        self.patch(verb, "Engine", lambda paths: self.engine)
        # systemd's own: a unit that was started is known.
        self.known: set[str] = set()
        self.patch(runs.units, "is_known", lambda unit: unit in self.known)
        self.app = self.paths.app("shop")
        values.make_directory(self.paths.root / "notices")
        bundle = {"image": "sha256:" + "1" * 64, "base": "image", "status": "good", "settings/stop-timeout": "1"}
        self.tree(self.paths.release("shop", 1), {**bundle, "processes/web/command": "serve"})
        self.job()
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")

    def patch(self, place: Any, name: str, value: Any) -> None:
        """For this test only."""
        patcher = mock.patch.object(place, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def job(self, name: str = "nightly", **more: str) -> None:
        """A job of v1."""
        self.tree(self.paths.release("shop", 1) / "settings" / "cron" / name, {**NIGHTLY, **more})

    def at_work(self, **fields: str) -> Run:
        """A run of `nightly` whose program holds its lock."""
        run = runs.create(self.paths, "shop", {"job": "nightly", "release": "1", **fields})
        descriptor = os.open(run.directory / "alive", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        self.addCleanup(os.close, descriptor)
        return run

    def results(self) -> list[str]:
        """Of all runs, the newest first."""
        return [run.result for run in runs.all_of(self.paths, "shop")]


class TimersTest(JobCase):
    def test_a_timer_for_each_job(self) -> None:
        self.job("friday", calendar="*-*-13 04:30:00 UTC\nFri *-*-* 04:30:00 UTC", missed="run")
        cron.settle(self.operation)
        timer = (self.units / "pocketpaas-cron-shop_friday.timer").read_text()
        self.assertIn("OnCalendar=*-*-13 04:30:00 UTC\nOnCalendar=Fri *-*-* 04:30:00 UTC\nPersistent=true\n", timer)
        service = (self.units / "pocketpaas-cron-shop_nightly.service").read_text()
        programs = self.paths.programs.parent / "current"
        self.assertIn(f"ExecStart={programs}/work/background due shop nightly\n", service)
        self.assertNotIn("hello", service)
        self.assertIn("Persistent=false", (self.units / "pocketpaas-cron-shop_nightly.timer").read_text())
        wanted = self.units / "timers.target.wants"
        self.assertEqual(
            os.readlink(wanted / "pocketpaas-cron-shop_friday.timer"), "../pocketpaas-cron-shop_friday.timer"
        )
        self.assertEqual([words[2] for words in self.systemd.commands], ["daemon-reload", "start"])

        self.systemd.commands.clear()
        cron.settle(self.operation)
        self.assertEqual(self.systemd.commands, [], "nothing has changed")

    def test_a_changed_job_does_not_run_for_a_time_of_before(self) -> None:
        self.job("other")
        cron.settle(self.operation)
        self.systemd.commands.clear()
        stamp = self.stamps / "stamp-pocketpaas-cron-shop_nightly.timer"
        stamp.touch()
        self.job(calendar="*-*-* 12:00:00 UTC")
        cron.settle(self.operation)
        self.assertFalse(stamp.exists())
        name = "pocketpaas-cron-shop_nightly.timer"
        self.assertEqual(
            self.systemd.commands,
            [["systemctl", "--quiet", *words] for words in (["stop", name], ["daemon-reload"], ["start", name])],
        )

    def test_what_is_gone_paused_or_stopped_has_none(self) -> None:
        cron.settle(self.operation)
        self.tree(self.app, {"paused/nightly": "ann\tnow"})
        cron.settle(self.operation)
        self.assertEqual(os.listdir(self.units), ["timers.target.wants"])
        self.assertEqual(os.listdir(self.units / "timers.target.wants"), [])
        (self.app / "paused/nightly").unlink()
        self.tree(self.app, {"operator/stopped": ""})
        self.assertEqual(cron.scheduled(self.paths, "shop"), [])
        (self.app / "operator/stopped").unlink()
        cron.settle(self.operation)
        self.assertEqual(len(os.listdir(self.units)), 3)
        self.tree(self.units, {"pocketpaas-cron-shop-two_nightly.timer": "another app's"})
        cron.remove(self.operation)
        self.assertEqual(
            sorted(os.listdir(self.units)), ["pocketpaas-cron-shop-two_nightly.timer", "timers.target.wants"]
        )

    def test_what_was_killed_half_way_is_completed(self) -> None:
        self.systemd.refuses = "daemon-reload"
        cron.settle(self.operation)
        self.assertIn("systemd does not take the timers", self.reporter.lines[0])
        self.systemd.refuses = ""
        self.systemd.commands.clear()
        cron.settle(self.operation)
        self.assertEqual([words[2] for words in self.systemd.commands], ["stop", "daemon-reload", "start"])
        self.systemd.commands.clear()
        cron.settle(self.operation)
        self.assertEqual(self.systemd.commands, [])

    def test_a_damaged_job_stops_nothing(self) -> None:
        for field, text in (("calendar", "*-*-* 03:00:00 UTC\nExecStart=/bin/sh"), ("overlap", "x"), ("timeout", "0")):
            self.job(**{field: text})
            cron.settle(self.operation)
            self.assertEqual(os.listdir(self.units), [])
            self.job(timeout="60", overlap="forbid")
        self.assertEqual(len(self.reporter.lines), 3)
        with self.assertRaises(Damaged):
            jobs.read(self.paths.release("shop", 1) / "settings/cron/none")

    def test_when_it_is_due_next(self) -> None:
        self.systemd.answers["show"] = (
            "Id=pocketpaas-cron-shop_nightly.timer\nNextElapseUSecRealtime=Sun 2026-11-29 03:00:00 UTC\n\n"
            "Id=pocketpaas-cron-shop_other.timer\nNextElapseUSecRealtime=\n"
        )
        self.assertEqual(timers.next_times("shop", ["nightly", "other"]), {"nightly": 1795921200})
        self.assertEqual(timers.next_times("shop", []), {})

    def test_late_is_what_has_no_time_just_now(self) -> None:
        job = jobs.read(self.paths.release("shop", 1) / "settings/cron/nightly")
        self.systemd.answers["calendar"] = "  Normalized form: x\n    Next elapse: Sun 2026-11-29 03:00:00 UTC\n"
        at = 1795921200.0
        self.assertIsNone(timers.overdue(job, at + 60))
        self.assertIn(f"--base-time=@{int(at) - 30}", self.systemd.commands[-1])
        self.assertIsNotNone(timers.overdue(job, at - 7200))
        self.systemd.answers["calendar"] = "Next elapse: never\n"
        self.assertIsNotNone(timers.overdue(job, at))
        self.systemd.refuses = "calendar"
        self.assertIsNone(timers.overdue(job, at), "one that nobody knows of is on time")

    def test_only_what_can_be_a_job_is_taken(self) -> None:
        settings = self.paths.release("shop", 1) / "settings"
        app_settings.check(settings)
        for field, text in (
            ("calendar", ""),
            ("calendar", "*-*-* 03:00:00 UTC\n[Service]"),
            ("calendar", "*-*-* 03:00:00 %h"),
            ("calendar", "*-*-* 03:00:00 No/Such_Zone"),
            ("command", "a\x01b"),
            ("schedule", "a\nb"),
            ("timezone", "../x"),
            ("overlap", "no"),
            ("missed", "no"),
            ("timeout", "-1"),
        ):
            self.job(**{field: text})
            with self.subTest(field=field, text=text), self.assertRaises(BadRequest):
                app_settings.check(settings)
            self.job(timezone="UTC", overlap="allow", missed="skip", timeout="1")
        app_settings.check(settings)
        self.job("Name")
        with self.assertRaises(BadRequest):
            app_settings.check(settings)
        self.assertFalse(names.is_job("a/../b") or names.is_job("a b") or names.is_job("-a") or names.is_run("../../x"))


class DueTest(JobCase):
    def due(self, late: bool = False) -> list[str]:
        """The timer of `nightly`; what was started."""
        self.patch(timers, "overdue", lambda job: 90.0 if late else None)
        self.systemd.commands.clear()
        background.due(self.paths, "shop", "nightly")
        return [words[words.index("--unit") + 1] for words in self.systemd.told("systemd-run")]

    def test_a_run_in_a_unit_of_its_own_with_a_limit(self) -> None:
        self.job(timeout="60")
        (unit,) = self.due()
        (run,) = runs.all_of(self.paths, "shop")
        self.assertEqual(unit, run.unit)
        words = self.systemd.commands[0]
        self.assertIn("RuntimeMaxSec=3961", words)
        self.assertIn(f"ExecStopPost={self.paths.programs}/work/background end shop {run.id}", words)
        self.assertEqual(words[-3:], ["run", "shop", run.id])
        self.assertEqual((run.job, run.text("who"), run.text("release")), ("nightly", "timer", "1"))

    def test_forbid_skips_and_says_so_once(self) -> None:
        first = self.at_work()
        self.assertEqual(self.due(), [])
        self.assertEqual(self.due(), [])
        self.assertEqual(self.results(), ["skipped", "running"])
        newest = next(runs.all_of(self.paths, "shop"))
        self.assertEqual(newest.text("why"), f"the run of {first.text('queued')} was still at work")

    def test_replace_ends_the_old_one_first(self) -> None:
        self.job(overlap="replace")
        first = self.at_work()
        self.assertEqual(len(self.due()), 1)
        self.assertEqual(self.systemd.commands[0], ["systemctl", "stop", first.unit])
        self.assertEqual(first.text("ending"), "replaced")

    def test_allow_runs_both(self) -> None:
        self.job(overlap="allow")
        self.at_work()
        self.assertEqual(len(self.due()), 1)
        self.assertEqual(self.systemd.told("stop"), [])

    def test_a_time_that_has_passed(self) -> None:
        self.assertEqual(self.due(late=True), [])
        self.assertEqual(self.results(), ["skipped"])
        self.job(missed="run")
        self.assertEqual(len(self.due(late=True)), 1)

    def test_nothing_of_what_is_paused_stopped_or_gone(self) -> None:
        for files in ({"paused/nightly": ""}, {"operator/stopped": ""}):
            self.tree(self.app, files)
            self.assertEqual(self.due(), [])
            values.remove(self.app / next(iter(files)))
        values.remove_tree(self.paths.release("shop", 1) / "settings/cron")
        self.assertEqual(self.due(), [])
        values.remove_tree(self.app)
        self.assertEqual(background.main(self.paths, self.reporter, ["due", "shop", "nightly"]), 0)
        self.assertEqual(self.systemd.told("systemd-run"), [])

    def test_systemd_refuses(self) -> None:
        self.systemd.refuses = "systemd-run"
        with self.assertRaises(Failure):
            self.due()
        self.assertEqual(self.results(), ["failed"])

    def test_what_the_program_takes(self) -> None:
        for arguments in ([], ["due", "shop"], ["due", "../x", "a"], ["due", "shop", "../x"], ["x", "shop", "nightly"]):
            with self.subTest(arguments), self.assertRaises(BadRequest):
                background.main(self.paths, self.reporter, arguments)

    def test_the_newest_runs_are_remembered(self) -> None:
        for _ in range(runs.KEPT + 3):
            runs.create(self.paths, "shop", {"job": "nightly"}).end("ok", 0)
        alive = self.at_work()
        self.assertEqual(len(self.results()), runs.KEPT)
        self.assertEqual(runs.by_number(self.paths, "shop", alive.number), alive)
        self.assertIsNone(runs.by_number(self.paths, "shop", "00000000"))


class WorkTest(JobCase):
    def setUp(self) -> None:
        super().setUp()
        self.fake.started = {"Status": "exited", "ExitCode": 0, "Pid": 0}
        for number in (signal.SIGTERM, signal.SIGINT):
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def work(self, **fields: str) -> Run:
        """One run, to its end."""
        usual = {"job": "nightly", "who": "timer", "release": "1", "timeout": "60"}
        run = runs.create(self.paths, "shop", {**usual, **fields})
        background.work(self.paths, self.engine, run, "shop")
        self.assertEqual(self.fake.containers, {}, "whatever ends it, the container goes")
        return run

    def created(self) -> dict[str, Any]:
        """What the engine was given."""
        found: list[dict[str, Any]] = []
        create = self.fake._create

        def kept(name: str, document: dict[str, Any]) -> Any:
            found.append({**document, "Name": name})
            return create(name, document)

        self.patch(self.fake, "_create", kept)
        self.work()
        return found[0]

    def test_its_container(self) -> None:
        made = self.created()
        (run,) = runs.all_of(self.paths, "shop")
        labels = made["Labels"]
        self.assertEqual(
            {name: labels[f"pocketpaas.{name}"] for name in ("app", "type", "slot", "instance", "run")},
            {"app": "shop", "type": "cron", "slot": "cron", "instance": "nightly", "run": run.id},
        )
        self.assertEqual(made["Name"], f"pocketpaas.shop.cron.{run.number}")
        self.assertIn("POCKETPAAS_PROCESS=cron.nightly", made["Env"])
        self.assertEqual(made["Cmd"], ["/bin/sh", "/run/pocketpaas/command"])
        (bind,) = made["HostConfig"]["Mounts"]
        self.assertEqual(Path(bind["Source"]).read_text(), "echo hello")
        self.assertIn("pocketpaas.run", made["HostConfig"]["LogConfig"]["Config"]["labels"])
        self.assertEqual((run.result, run.text("code")), ("ok", "0"))
        self.assertEqual(self.systemd.commands, [], "nobody has to know")

    def test_a_failure_is_told_at_once_and_so_is_its_end(self) -> None:
        self.fake.started = {"Status": "exited", "ExitCode": 3, "Pid": 0}
        self.assertEqual((self.work().result, self.results()), ("failed", ["failed"]))
        self.assertEqual(self.systemd.commands[-1][1:], ["start", "--no-block", "pocketpaas-notices.service"])
        store = NoticeStore(self.paths)
        job_notices.look(self.paths, store, "shop")
        (notice,) = store.all()
        self.assertIn("the cron job nightly of shop failed with exit code 3", values.need(notice / "text"))
        self.fake.started = {"Status": "exited", "ExitCode": 0, "Pid": 0}
        self.systemd.commands.clear()
        self.work()
        self.assertEqual(len(self.systemd.commands), 1)
        job_notices.look(self.paths, NoticeStore(self.paths), "shop")
        self.assertEqual(NoticeStore(self.paths).all(), [])

    def test_what_a_move_ends_has_not_failed(self) -> None:
        self.fake.started = {"Status": "exited", "ExitCode": 143, "Pid": 0}
        self.fake.on_start = lambda _container: moves.begin(self.paths, "shop", moves.CLOSED)
        run = self.work()
        self.assertEqual((run.result, run.text("why")), ("stopped", "the app moves to another host"))
        killed = runs.create(self.paths, "shop", {"job": "nightly"})
        background.clean_up(self.paths, self.engine, killed, "shop")
        self.assertEqual(killed.result, "stopped")
        self.assertEqual(self.systemd.commands, [], "nobody has to know")

    def test_what_failed_before_is_not_told_by_the_host_that_the_app_has_left(self) -> None:
        self.fake.started = {"Status": "exited", "ExitCode": 3, "Pid": 0}
        moves.begin(self.paths, "shop", moves.AHEAD)
        self.work()
        for phase, told in ((moves.AHEAD, 1), (moves.PASSED, 0)):
            if phase != moves.AHEAD:
                moves.turn(self.paths, "shop", moves.AHEAD, phase)
            job_notices.look(self.paths, NoticeStore(self.paths), "shop")
            self.assertEqual(len(NoticeStore(self.paths).all()), told, phase)

    def test_an_engine_that_goes_away_lets_it_go_on(self) -> None:
        answers_of = [(500, {"message": "gone"}), (200, {"StatusCode": 4})]
        original = self.fake._containers

        def containers(method: str, name: str, what: str, *more: Any) -> Any:
            return answers_of.pop(0) if what == "wait" else original(method, name, what, *more)

        self.patch(self.fake, "_containers", containers)
        self.assertEqual(self.work().text("code"), "4")

    def test_longer_than_its_time(self) -> None:
        original = self.fake._containers

        def containers(method: str, name: str, what: str, *more: Any) -> Any:
            if what == "wait":
                time.sleep(0.5)
                return 500, {"message": "it goes on"}
            return original(method, name, what, *more)

        self.patch(self.fake, "_containers", containers)
        run = self.work(timeout="1")
        self.assertEqual((run.result, run.text("why")), ("timeout", "it was ended after 1 s"))
        self.assertTrue(self.fake.asked("POST .*/stop"))

    def test_a_signal_ends_its_container(self) -> None:
        original = self.fake._containers

        def containers(method: str, name: str, what: str, *more: Any) -> Any:
            if what == "wait":
                threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGTERM)).start()
                time.sleep(1)
            return original(method, name, what, *more)

        self.patch(self.fake, "_containers", containers)
        self.assertEqual(self.work().result, "stopped")
        self.assertTrue(self.fake.asked("POST .*/stop"))

    def test_what_cannot_start_and_what_is_gone(self) -> None:
        self.fake.refusals["POST /containers/create"] = (500, {"message": "no image"})
        self.assertEqual(self.work().text("why"), "no image")
        self.fake.refusals = {"/wait": (404, {"message": "no such container"})}
        self.assertEqual(self.work().result, "lost")
        values.remove(self.paths.release("shop", 1) / "settings/cron/nightly/command")
        self.assertEqual(self.work().result, "failed")

    def test_after_a_unit_that_was_killed(self) -> None:
        run = runs.create(self.paths, "shop", {"job": "nightly"})
        self.fake.add("left", "cron", run=run.id)
        self.fake.add("other", "cron", run="20260131T120000Z-00000000")
        background.main(self.paths, self.reporter, ["end", "shop", "20260131T120000Z-00000009"])
        self.patch(background, "Engine", lambda paths: self.engine)
        background.main(self.paths, self.reporter, ["end", "shop", run.id])
        self.assertEqual((run.result, list(self.fake.containers)), ("interrupted", ["other"]))
        background.main(self.paths, self.reporter, ["end", "shop", run.id])

    def test_no_container_stays_without_its_unit(self) -> None:
        alive, dead = self.at_work(), runs.create(self.paths, "shop", {"job": "nightly"})
        for name, run in (("alive", alive.id), ("dead", dead.id), ("gone", "20260131T120000Z-00000000")):
            self.fake.add(name, "cron", run=run)
        self.assertTrue(sweep.sweep(self.paths, self.engine))
        self.assertEqual(list(self.fake.containers), ["alive"])


class VerbTest(JobCase):
    def serve(self, *words: str) -> list[str]:
        """What it tells."""
        before = len(self.reporter.lines)
        request = Request(self.paths, self.reporter, "ann", "cron", ("shop", *words), mock.Mock())
        self.assertEqual(verb.serve(request), 0)
        return self.reporter.lines[before:]

    def show(self) -> dict[str, str]:
        """What is told of the jobs."""
        return answers.cron(Request(self.paths, self.reporter, "ann", "show", ("shop", "cron"), mock.Mock()))

    def test_now(self) -> None:
        (line,) = self.serve("run", "nightly")
        (run,) = runs.all_of(self.paths, "shop")
        self.assertEqual((line, run.text("who")), (f"+result\trun\t{run.number}", "ann"))
        self.at_work()
        with self.assertRaises(Refused):
            self.serve("run", "nightly")

    def test_paused_and_resumed(self) -> None:
        cron.settle(self.operation)
        self.assertEqual(self.serve("pause", "nightly"), [])
        self.assertIn("paused already", self.serve("pause", "nightly")[0])
        shown = self.show()
        self.assertEqual((shown["nightly/paused-by"], "nightly/next" in shown), ("ann", False))
        self.assertEqual(os.listdir(self.units), ["timers.target.wants"])
        self.serve("resume", "nightly")
        self.assertIn("not paused", self.serve("resume", "nightly")[0])
        self.assertEqual(len(os.listdir(self.units)), 3)

    def test_what_is_refused(self) -> None:
        for words, failure in (
            (("run", "none"), Refused),
            (("x", "nightly"), BadRequest),
            (("run", "../x"), BadRequest),
        ):
            with self.subTest(words), self.assertRaises(failure):
                self.serve(*words)

    def test_what_is_told_of_a_job(self) -> None:
        runs.create(self.paths, "shop", {"job": "nightly", "release": "1"}).end("failed", 3)
        self.at_work()
        background.due(self.paths, "shop", "nightly")
        shown = self.show()
        self.assertEqual(
            [shown[f"nightly/{name}"] for name in ("schedule", "timezone", "overlap", "missed", "timeout", "command")],
            ["0 3 * * *", "UTC", "forbid", "skip", "86400", "echo hello"],
        )
        self.assertEqual((shown["nightly/last/result"], shown["nightly/last/code"]), ("failed", "3"))
        self.assertTrue({"nightly/running", "nightly/skipped", "nightly/why-skipped"} <= set(shown))
        self.tree(self.app, {"operator/stopped": ""})
        self.assertEqual(self.show()["stopped"], "yes")


if __name__ == "__main__":
    unittest.main()
