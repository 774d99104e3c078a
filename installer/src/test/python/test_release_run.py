"""From a release to serving, and back: activate, reconcile, drain, prune, boot."""

from __future__ import annotations

import os
import socket
import threading
import time
import unittest
from collections.abc import Callable, Sequence
from pathlib import Path
from unittest import mock

from fake_engine import EngineCase
from pocketpaas.routing import metadata
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, Cancelled, CannotWrite, Damaged, Failed, NoEngine, Refused
from pocketpaas.machine import units
from pocketpaas.machine.process import Ended
from pocketpaas.release import (
    activate,
    alone,
    bundle,
    candidates,
    drain,
    ending,
    overlap,
    prune,
    reconcile,
    serving,
    slots,
)
from pocketpaas.release.ending import Target
from pocketpaas.release.running import Running
from pocketpaas.release.scale import Instance
from pocketpaas.system import boot

IMAGE = "sha256:" + "1" * 64
DRAIN = "systemd-run"


class RunCase(EngineCase):
    """An app of one web process, whose releases are made by `release`; nginx, networks and systemd only write down
    what they are asked."""

    def setUp(self) -> None:
        super().setUp()
        self.told: list[str] = []
        self.active: set[str] = set()
        self.refused = False
        self.patch("pocketpaas.routing.nginx.apply", self.apply)
        self.patch("pocketpaas.routing.nginx.remove", lambda *what: self.told.append("nginx remove"))
        self.patch("pocketpaas.routing.nginx.settle", lambda *what: self.told.append("nginx settle"))
        self.patch("pocketpaas.engine.networks.ensure", lambda *what: None)
        self.patch("pocketpaas.release.drain.start", self.drain_start)
        self.patch("pocketpaas.release.drain.is_active", lambda app, slot: slot in self.active)
        self.patch("pocketpaas.release.drain.end", self.drain_end)
        self.patch("pocketpaas.release.memory.available", lambda: 1 << 40)
        self.patch("pocketpaas.release.activate.ignore_signals", lambda: None)
        self.web = socket.create_server(("127.0.0.32", 0))
        self.addCleanup(self.web.close)
        self.port = self.web.getsockname()[1]
        self.green = socket.create_server(("127.0.0.80", self.port))
        self.addCleanup(self.green.close)

    def patch(self, name: str, new: object) -> None:
        patched = mock.patch(name, new)
        patched.start()
        self.addCleanup(patched.stop)

    def apply(self, operation: object, app: str, scale: int, names: tuple[str, ...], settings: Path) -> bool:
        self.told.append(f"nginx {scale} {' '.join(names)}")
        return True

    def drain_start(self, paths: object, app: str, slot: str, ids: tuple[str, ...]) -> bool:
        if ids:
            self.told.append(f"drains {slot} {' '.join(ids)}")
        return not (ids and self.refused)

    def drain_end(self, app: str, slot: str) -> None:
        self.told.append(f"drain of {slot} over")
        self.active.discard(slot)

    def release(self, **files: str) -> int:
        """A new release, pending."""
        number = bundle.open_release(self.operation, "deploy", "x")
        given = {name.replace("__", "/").replace("_", "-"): text for name, text in files.items()}
        values = {"image": IMAGE, "base": "image", "port": str(self.port), "processes/web/command": "run", **given}
        self.tree(self.paths.release("shop", number), values)
        return number

    def live(self, release: int, slot: str = "blue") -> None:
        bundle.set_status(self.paths, "shop", release, "good")
        slots.prepare(self.paths, "shop", slot, release)
        slots.switch(self.paths, "shop", slot)
        self.operation.committed()

    def failing(self, what: type[BaseException], do: Callable[[], object], text: str = "") -> None:
        """It fails, and is taken back."""
        with self.assertRaisesRegex(what, text):
            do()
        self.operation.take_back()

    def status(self, release: int) -> str:
        return self.read(f"apps/shop/releases/{release}/status")


class ActivateTest(RunCase):
    def test_the_first_release(self) -> None:
        release = self.release()
        activate.activate(self.operation, Running(), release)
        self.assertEqual(slots.live_release(self.paths, "shop"), 1)
        self.assertEqual(self.status(1), "good")
        self.assertEqual(self.operation.undo, [])
        container = next(iter(self.fake.containers.values()))
        self.assertEqual(container["Name"], "pocketpaas.shop.web.1.v1.blue")
        self.assertEqual(container["HostConfig"]["RestartPolicy"], {"Name": "unless-stopped"})
        self.assertEqual(self.told, ["nginx 1 shop.example.org", "nginx settle"])
        steps = [line.removeprefix("+step\t") for line in self.reporter.lines]
        self.assertEqual(
            [steps[0], steps[1], steps[2], *steps[4:]],
            [
                "start\tstart\tweb=1",
                "start\tdone\t",
                "check\tstart\t",
                "routing\tdone\tshop.example.org",
                "switch\tstart\t",
                "switch\tdone\tblue",
            ],
        )

    def test_the_old_one_ends_in_the_background(self) -> None:
        self.live(self.release())
        self.fake.add("old", "blue")
        self.state("apps/shop/operator/stopped", "")
        release = self.release(settings__domains="new.example.com\n")
        activate.activate(self.operation, Running(serving=("old",), types={"old": "web"}), release)
        self.assertEqual(slots.live_slot(self.paths, "shop"), "green")
        self.assertIn("drains blue old", self.told)
        self.assertIn("+step\tdrain\tstart\tv1 ends in the background", self.reporter.lines)
        self.assertIn("+note\tshop was stopped: this starts it again", self.reporter.lines)
        self.assertFalse((self.paths.app("shop") / "operator/stopped").exists())
        self.assertEqual(self.read("apps/shop/settings/domains"), "new.example.com\n")

    def test_a_drain_of_before_is_taken_over(self) -> None:
        self.live(self.release())
        self.fake.add("old", "blue")
        self.fake.add("surplus", "blue", instance="2")
        self.active.add("blue")
        self.refused = True
        activate.activate(self.operation, Running(serving=("old",), types={"old": "web"}), self.release())
        self.assertIn("drains blue old surplus", self.told)
        self.assertIn("+warn\tthe old release could not be ended; the next command does it", self.reporter.lines)

    def test_what_does_not_start_is_taken_back(self) -> None:
        self.live(self.release())
        self.fake.add("old", "blue")
        running = Running(serving=("old",), types={"old": "web"})
        release = self.release()
        self.fake.refusals["POST /containers/.*/start"] = (500, {"message": "no such file"})
        self.failing(
            Failed, lambda: activate.activate(self.operation, running, release), "web.1 does not start: no such"
        )
        self.assertEqual(list(self.fake.containers), ["old"])
        self.assertEqual(self.status(2), "failed")
        self.assertEqual(slots.live_release(self.paths, "shop"), 1)
        self.assertIsNone(slots.slot_release(self.paths, "shop", "green"))
        self.assertEqual(serving.tell(self.operation), 5)
        self.assertIn("+step\tstart\tfail\t", self.reporter.lines)

    def test_what_is_not_up_is_taken_back_and_an_app_without_a_release_is_unknown_to_nginx(self) -> None:
        self.fake.started = {"Status": "exited", "Pid": 0, "ExitCode": 3}
        self.failing(Failed, lambda: activate.activate(self.operation, Running(), self.release()), "exited with code 3")
        self.assertEqual(self.fake.containers, {})
        self.assertEqual(self.told, ["nginx remove"])
        self.assertEqual(serving.tell(self.operation), 6)

    def test_a_bundle_that_cannot_be_sealed_does_not_start(self) -> None:
        self.patch("pocketpaas.release.seal.seal", mock.Mock(side_effect=CannotWrite("x")))
        self.failing(
            Failed, lambda: activate.activate(self.operation, Running(), self.release()), "v1 could not be stored"
        )
        self.assertEqual(self.fake.containers, {})

    def test_nginx_that_does_not_take_it(self) -> None:
        self.patch("pocketpaas.routing.nginx.apply", mock.Mock(side_effect=Failed("nginx", "nginx says no")))
        self.failing(Failed, lambda: activate.activate(self.operation, Running(), self.release()), "nginx says no")
        self.assertIn("+step\trouting\tfail\t", self.reporter.lines)
        self.assertIsNone(slots.live_slot(self.paths, "shop"))

    def test_containers_that_cannot_be_kept_running(self) -> None:
        self.fake.refusals["update"] = (500, {"message": "no"})
        self.failing(
            Failed, lambda: activate.activate(self.operation, Running(), self.release()), "cannot be kept running: no"
        )

    def test_who_cancels_before_the_switch_stops_it(self) -> None:
        self.tree(self.operation.work.directory, {"cancelled": "bob"})
        release = self.release()
        self.failing(Cancelled, lambda: activate.activate(self.operation, Running(), release))
        self.assertEqual(self.status(release), "cancelled")
        self.assertEqual(self.fake.containers, {})
        self.assertIsNone(slots.live_slot(self.paths, "shop"))

    def test_a_switch_that_cannot_be_written(self) -> None:
        self.patch("pocketpaas.release.slots.switch", mock.Mock(side_effect=slots._unwritten()))
        release = self.release()
        self.failing(Failed, lambda: activate.activate(self.operation, Running(), release), "the switch could not be")
        self.assertEqual(self.status(release), "failed")

    def test_after_the_switch_nothing_is_a_failure(self) -> None:
        self.patch("pocketpaas.release.bundle.adopt", mock.Mock(side_effect=CannotWrite("x")))
        self.patch("pocketpaas.routing.flags.settle", mock.Mock(side_effect=CannotWrite("x")))
        self.patch("pocketpaas.routing.nginx.remove", mock.Mock(side_effect=Refused("locked", "the host is busy")))
        release = self.release(processes__worker__stays_up="0")
        (self.paths.release("shop", 1) / "processes/web/command").unlink()
        (self.paths.release("shop", 1) / "processes/web").rmdir()
        self.tree(self.paths.release("shop", 1), {"processes/worker/stays-up": "0"})
        activate.activate(self.operation, Running(), release)
        warned = [line for line in self.reporter.lines if line.startswith("+warn")]
        self.assertEqual(len(warned), 3, warned)

    def test_an_engine_that_has_gone_away(self) -> None:
        release = self.release()
        self.engine.wait = lambda: False  # type: ignore[method-assign]
        self.fake.refusals["containers/json"] = (500, {"message": "gone"})
        self.fake.refusals["start"] = (500, {"message": "gone"})
        self.failing(Failed, lambda: activate.activate(self.operation, Running(), release))
        self.assertIn(
            "+warn\tthe Docker engine does not answer; what was started goes with the next command",
            self.reporter.lines,
        )
        self.assertEqual(self.status(release), "failed")

    def test_what_a_stopped_app_is_given_is_live_but_not_good_before_it_ran(self) -> None:
        self.live(self.release())
        self.state("apps/shop/operator/stopped", "")
        release = self.release(settings__domains="two.example.com\n")
        activate.store(self.operation, Running(), release)
        reconcile.settle_pending(self.paths, "shop", release)
        self.assertEqual(slots.live_release(self.paths, "shop"), 2)
        self.assertEqual(self.status(2), "stored")
        self.assertEqual(bundle.good(self.paths, "shop", 9), [1])
        self.assertEqual(self.read("apps/shop/settings/domains"), "two.example.com\n")
        self.assertTrue((self.paths.app("shop") / "operator/stopped").exists())
        self.assertIn("+note\tshop is stopped: kept for its next start", self.reporter.lines)
        self.assertEqual(self.operation.undo, [])

    def test_who_needs_the_slot_waits_for_what_drains_in_it(self) -> None:
        self.fake.add("0c", "green")
        self.active.add("green")
        self.patch("pocketpaas.release.drain._POLL", 0.001)

        def told() -> bool:
            return any("--now" in line for line in self.reporter.lines)

        def drain() -> None:
            end = time.monotonic() + 30
            while not told() and time.monotonic() < end:
                time.sleep(0.01)
            self.fake.containers.clear()

        threading.Thread(target=drain).start()
        found = activate.clear_slot(self.operation, Running(other=("0c",), serving=("a",)), "green")
        self.assertEqual(found, Running(serving=("a",)))
        self.assertEqual(self.told, ["drain of green over"])
        # It went by itself: whoever came ended nothing.
        self.assertEqual(self.fake.asked("/stop|/kill|DELETE"), [])
        self.assertTrue(told())
        self.assertIs(activate.clear_slot(self.operation, found, "green"), found)

    def test_what_no_drain_ends_is_dropped(self) -> None:
        self.fake.add("0c", "green")
        activate.clear_slot(self.operation, Running(other=("0c",)), "green")
        # Its unit did not know of it; the one that is started does not end it, either.
        self.assertEqual(self.told, ["drains green 0c", "drain of green over"])
        self.assertEqual(self.fake.containers, {})
        self.fake.add("0d", "green")
        self.active.add("green")
        self.operation.now = True
        activate.clear_slot(self.operation, Running(other=("0d",)), "green")
        self.assertEqual(self.fake.containers, {})


class OverlapTest(RunCase):
    def test_what_must_not_run_beside_its_successor_ends_before(self) -> None:
        self.live(self.release())
        self.fake.add("w", "blue")
        self.fake.add("k", "blue", type="worker")
        found = self.paths.release("shop", self.release(processes__worker__overlap="false"))
        self.assertEqual([one.id for one in overlap.chosen(self.operation, found, "blue")], ["k"])
        self.operation.stop_first = True
        chosen = overlap.chosen(self.operation, found, "blue")
        self.assertEqual([one.id for one in chosen], ["w", "k"])
        self.patch("pocketpaas.release.drain.wait_quiet", lambda seconds, targets: self.told.append(f"{seconds} quiet"))
        overlap.end(self.operation, chosen)
        self.assertTrue(self.operation.down)
        self.assertEqual(self.told, ["30 quiet"])
        self.assertTrue((self.paths.app("shop") / "unavailable").exists())
        self.assertEqual(self.fake.containers["w"]["State"]["Status"], "exited")
        self.assertIn("+note\tends before the new release starts: web worker", self.reporter.lines)
        self.assertIn("+warn\tshop does not answer until the new release is up", self.reporter.lines)
        overlap.end(self.operation, ())

    def test_most_apps_have_no_such_process_and_need_not_ask(self) -> None:
        found = self.paths.release("shop", self.release())
        self.assertEqual(overlap.chosen(self.operation, found, "blue"), ())
        self.assertEqual(self.fake.calls, [])

    def test_a_failure_starts_it_again(self) -> None:
        self.live(self.release())
        self.fake.add("w", "blue")
        self.operation.stop_first = True
        self.patch("pocketpaas.release.drain.wait_quiet", lambda seconds, targets: None)
        release = self.release()
        self.fake.refusals["POST /containers/create"] = (500, {"message": "no room"})
        self.failing(Failed, lambda: activate.activate(self.operation, Running(serving=("w",)), release), "no room")
        self.assertEqual(self.fake.containers["w"]["State"]["Status"], "running")
        self.assertFalse(self.operation.down)
        self.assertFalse((self.paths.app("shop") / "unavailable").exists())
        self.assertEqual(serving.tell(self.operation), 5)
        self.assertIn("+note\tstarting v1 again", self.reporter.lines)

    def test_one_that_does_not_come_back_is_told(self) -> None:
        self.live(self.release())
        self.fake.add("w", "blue", "exited")
        self.operation.down = True
        self.fake.refusals["start"] = (500, {"message": "no"})
        overlap.undo(self.operation, ("w",))
        self.assertTrue(self.operation.down)
        self.assertEqual(
            [line for line in self.reporter.lines if line.startswith("+warn")],
            [
                "+warn\twhat had ended before does not start again: no",
                '+warn\tthe old release does not answer again: see "pocketpaas logs"',
            ],
        )

    def test_nginx_is_told_why_nobody_answers(self) -> None:
        found = self.paths.release("shop", self.release())
        app = self.paths.app("shop")
        self.state("apps/shop/operator/scale/web", "0")
        self.state("apps/shop/operator/stopped", "")
        overlap.set_flags(self.operation, found)
        self.assertTrue((app / "unavailable").exists() and (app / "stopped").exists())
        self.state("apps/shop/operator/scale/web", "1")
        (app / "operator/stopped").unlink()
        overlap.set_flags(self.operation, found)
        self.assertFalse((app / "unavailable").exists() or (app / "stopped").exists())


class ReconcileTest(RunCase):
    def reconciled(self) -> Running:
        return reconcile.reconcile(self.operation)

    def test_what_runs_as_it_should_is_left_alone(self) -> None:
        self.live(self.release())
        self.fake.add("0a", "blue")
        looked: list[int] = []
        found = reconcile.reconcile(self.operation, lambda: looked.append(1))
        self.assertEqual(found, Running(serving=("0a",), types={"0a": "web"}))
        self.assertEqual(self.told, ["nginx 1 shop.example.org"])
        self.assertEqual(looked, [1])
        self.assertEqual(len(self.fake.calls), 1)

    def test_what_a_drain_has_just_removed_is_no_change(self) -> None:
        self.live(self.release())
        self.fake.add("0a", "blue")
        for one in ("0b", "0c"):
            self.fake.add(one, "green", "exited")
        self.fake.refusals["containers/0b/json"] = (404, {"message": "gone"})
        found = self.reconciled()
        self.assertTrue(found.changed)
        self.assertEqual(self.fake.asked("DELETE"), ["DELETE /containers/0c"])
        del self.fake.refusals["containers/0b/json"]
        self.fake.refusals["containers/0b"] = (404, {"message": "gone"})
        self.fake.calls.clear()
        found = self.reconciled()
        self.assertEqual((found.changed, found.other), (False, ()))
        self.assertEqual(self.fake.asked("DELETE"), [])

    def test_what_still_runs_is_drained_and_not_ended(self) -> None:
        self.live(self.release())
        self.fake.add("0a", "blue")
        self.fake.add("0b", "blue", instance="2")
        self.fake.add("0c", "green", release="4")
        self.fake.add("0d", "green", "restarting", release="4", type="worker")
        self.fake.add("0e", "release", release="4", type="release")
        found = self.reconciled()
        self.assertEqual(self.fake.asked("DELETE"), ["DELETE /containers/0e"])
        # Once nginx knows nothing of it any more.
        self.assertEqual(self.told, ["nginx 1 shop.example.org", "drains blue 0b", "drains green 0c 0d"])
        self.assertEqual((found.other, found.surplus, found.changed), (("0c", "0d"), ("0b",), True))
        self.told.clear()
        self.active.add("green")
        self.fake.add("0f", "green", "exited")
        found = self.reconciled()
        self.assertEqual(self.told, ["nginx 1 shop.example.org", "drains blue 0b"])
        self.assertEqual(found.other, ("0c", "0d", "0f"))
        self.refused = True
        self.active.clear()
        self.told.clear()
        self.assertTrue(self.reconciled().changed)
        self.assertEqual(list(self.fake.containers), ["0a"])

    def test_what_is_missing_is_started(self) -> None:
        self.live(self.release(settings__processes__web__scale="3"))
        self.fake.add("0a", "blue")
        self.fake.add("0b", "blue", "exited", instance="2")
        self.fake.add("0d", "blue", "dead", instance="3")
        found = self.reconciled()
        self.assertTrue(found.changed)
        self.assertEqual(len(found.serving), 3)
        self.assertEqual(self.fake.containers["0b"]["State"]["Status"], "running")
        self.assertNotIn("0d", self.fake.containers)
        new = self.fake.containers[found.serving[2]]
        self.assertEqual(new["Name"], "pocketpaas.shop.web.3.v1.blue")
        self.assertEqual(new["HostConfig"]["RestartPolicy"], {"Name": "unless-stopped"})

    def test_what_does_not_start_is_told(self) -> None:
        self.live(self.release())
        self.fake.refusals["create"] = (500, {"message": "no room"})
        found = self.reconciled()
        self.assertEqual(found.serving, ())
        self.assertIn("+warn\tweb.1 does not start: no room", self.reporter.lines)
        self.fake.add("0a", "blue", "exited")
        self.fake.refusals["start"] = (500, {"message": "no"})
        self.assertEqual(self.reconciled().serving, ())

    def test_a_stopped_app_runs_nothing(self) -> None:
        self.live(self.release())
        self.fake.add("0a", "blue")
        self.state("apps/shop/operator/stopped", "")
        found = self.reconciled()
        self.assertEqual((found.serving, found.surplus), ((), ("0a",)))
        self.assertIn("drains blue 0a", self.told)

    def test_an_app_without_web_processes_is_unknown_to_nginx(self) -> None:
        release = self.release()
        directory = self.paths.release("shop", release) / "processes"
        (directory / "web").rename(directory / "worker")
        self.live(release)
        self.reconciled()
        self.assertEqual(self.told, ["nginx remove"])

    def test_nginx_that_does_not_take_it_is_no_failure(self) -> None:
        self.live(self.release())
        refuse = mock.Mock(side_effect=Failed("nginx", "nginx says no", "look at it"))
        self.patch("pocketpaas.routing.nginx.apply", refuse)
        self.reconciled()
        self.assertEqual(self.reporter.lines[-2:], ["+warn\tnginx says no", "+hint\tlook at it"])

    def test_nothing_live(self) -> None:
        release = self.release()
        self.fake.add("0a", "blue")
        self.fake.add("0b", "release")
        self.fake.add("0c", "run")
        self.assertEqual(self.reconciled(), Running())
        self.assertEqual(list(self.fake.containers), ["0c"])
        self.assertEqual(self.told, ["drain of blue over", "drain of green over", "nginx remove"])
        self.assertEqual(self.status(release), "failed")
        self.assertEqual(
            self.read("apps/shop/releases/1/failure"), "interrupted: the work was killed, or the machine was restarted"
        )

    def test_a_damaged_release_is_never_started(self) -> None:
        self.live(self.release(sums="nonsense\n"))
        with self.assertRaises(Damaged):
            self.reconciled()
        self.assertEqual(self.fake.asked("create"), [])

    def test_a_list_that_the_engine_breaks_off_starts_nothing_twice(self) -> None:
        self.live(self.release())
        self.fake.add("0a", "blue")
        needed: list[int] = []
        self.engine.need = lambda: needed.append(1)  # type: ignore[method-assign]
        self.fake.refusals["containers/json"] = (500, {"message": "shutting down"})
        with self.assertRaisesRegex(Refused, "does not tell what runs of shop"):
            self.reconciled()
        self.assertEqual(needed, [1])
        # An engine that was coming back is asked again.
        self.engine.need = self.fake.refusals.clear  # type: ignore[method-assign]
        self.fake.refusals["containers/json"] = (500, {"message": "shutting down"})
        self.assertEqual(self.reconciled().serving, ("0a",))

        def away() -> None:
            raise NoEngine("it is silent")

        self.engine.need = away  # type: ignore[method-assign]
        self.fake.refusals["containers/json"] = (500, {"message": "shutting down"})
        with self.assertRaisesRegex(NoEngine, "it is silent"):
            self.reconciled()
        self.assertEqual(self.fake.asked("create"), [])

    def test_what_was_left_behind_is_among_the_newest_however_many_there_are(self) -> None:
        for number in range(2, 61):
            self.state(f"apps/shop/releases/{number}/status", "failed")
        self.state("apps/shop/releases/1/status", "pending")
        self.state("apps/shop/releases/60/status", "pending")
        self.state("apps/shop/releases/61/kind", "deploy")
        reconcile.settle_pending(self.paths, "shop", 1)
        self.assertEqual(self.status(1), "good")
        self.assertEqual((self.status(60), self.status(61)), ("failed", "failed"))
        self.assertTrue((self.paths.release("shop", 60) / "failure").exists())
        self.assertFalse((self.paths.release("shop", 59) / "failure").exists())

    def test_what_killed_programs_were_writing_goes(self) -> None:
        self.live(self.release())
        for path in (".new.1.2", "slots/blue/.new.1", "operator/env/.new.x", "settings.new/a", "operator/env.new/b"):
            self.state(f"apps/shop/{path}", "x")
        self.reconciled()
        app = self.paths.app("shop")
        self.assertEqual([path for path in app.rglob("*") if ".new" in path.name], [])

    def test_outside_of_an_operation(self) -> None:
        self.live(self.release())
        self.fake.add("0a", "blue")
        found = alone.reconcile_app(self.paths, self.engine, self.reporter, "shop")
        self.assertEqual(found.serving, ("0a",))
        self.assertTrue(self.read("apps/shop/lock").startswith("host\t"))
        for arguments in ((), ("nosuch",), ("../x",)):
            with self.assertRaises(BadRequest):
                alone.main(self.paths, self.reporter, arguments)
        with mock.patch("pocketpaas.release.alone.Engine", lambda paths: self.engine):
            self.assertEqual(alone.main(self.paths, self.reporter, ("shop",)), 0)


class CandidatesTest(RunCase):
    def test_a_container_that_the_engine_does_not_know_counts_as_not_started(self) -> None:
        self.release()
        started = candidates.start(self.operation, 1, "blue", (Instance("web", 1),))
        self.assertEqual((len(started.candidates), started.why), (1, ""))
        self.fake.refusals["GET /containers/.*/json"] = (404, {"message": "gone"})
        started = candidates.start(self.operation, 1, "green", (Instance("web", 1),))
        self.assertEqual(started.why, "the Docker engine does not know all of the new containers")

    def test_volumes_are_made_before(self) -> None:
        self.release(settings__volumes="data\t/data\n")
        candidates.start(self.operation, 1, "blue", (Instance("web", 1),))
        self.assertEqual(list(self.fake.volumes), ["pocketpaas-shop.data"])
        self.fake.refusals["GET /volumes"] = (500, {"message": "no"})
        candidates.start(self.operation, 1, "green", ())
        self.assertIn("+warn\tthe volumes of shop could not be prepared", self.reporter.lines)

    def test_what_the_engine_leaves_is_told(self) -> None:
        self.fake.add("0a", "blue")
        self.fake.refusals["DELETE"] = (500, {"message": "busy"})
        candidates.drop(self.operation, "blue")
        self.assertEqual(self.reporter.lines, [f"+warn\t{ending.LEFT}"])


class DrainTest(RunCase):
    def setUp(self) -> None:
        super().setUp()
        mock.patch.stopall()
        self.state("apps/shop/releases/1/port", str(self.port))
        self.state("apps/shop/releases/1/settings/drain", "1")

    def test_each_container_has_the_grace_of_its_release(self) -> None:
        self.state("apps/shop/releases/12/processes/web/stop-timeout", "7")
        self.state("apps/shop/releases/11/settings/stop-timeout", "3")
        self.state("apps/shop/releases/10/settings/stop-timeout", "long")
        self.state("apps/shop/releases/9/settings/stop-timeout", "0")
        for container, release, process_type in (
            ("a", 12, "web"),
            ("b", 12, "worker"),
            ("c", 11, "web"),
            ("d", 10, "x"),
            ("e", 9, "web"),
        ):
            self.fake.add(container, "blue", release=str(release), type=process_type)
        ending.end(self.paths, self.engine, "shop", ("a", "b", "c", "d", "e", "gone"))
        found = {call: query["t"] for call, query in zip(self.fake.calls, self.fake.queries) if call.endswith("/stop")}
        graces = {call.split("/")[2]: seconds for call, seconds in found.items()}
        self.assertEqual(graces, {"a": "7", "b": "10", "c": "3", "d": "10", "e": "1"})

    def test_the_units_work(self) -> None:
        self.fake.add("w", "blue")
        self.fake.add("k", "blue", type="worker")
        self.waits(True)
        drain.work(self.paths, self.engine, "shop", ("w", "k", "gone"))
        self.assertEqual(self.fake.containers, {})
        self.assertEqual(self.told, [f"1 {(Target('127.0.0.32', self.port),)}"])
        # Asking the engine costs as much as all else: what ends at once is not told to stay away.
        self.assertEqual(self.fake.asked("update"), [])
        asked: dict[str, int] = {}
        self.fake.add("v", "blue")
        self.assertTrue(drain.finish(self.paths, self.engine, "shop", ("v", "gone"), asked.update))
        self.assertEqual((asked.pop("gone"), asked.keys()), (0, {"v"}))
        with self.assertRaises(BadRequest):
            drain.main(self.paths, self.reporter, ("nosuch", "blue", "w"))

    def waits(self, quiet: bool) -> None:
        def wait_quiet(seconds: float, targets: Sequence[Target]) -> bool:
            self.told.append(f"{seconds:g} {targets}")
            return quiet

        self.patch("pocketpaas.release.drain.wait_quiet", wait_quiet)

    def test_what_goes_on_for_longer_need_not_come_back(self) -> None:
        self.fake.add("w", "blue")
        self.fake.add("k", "blue", type="worker")
        self.state("apps/shop/releases/1/settings/drain", "30")
        self.waits(False)
        drain.work(self.paths, self.engine, "shop", ("w", "k"))
        self.assertEqual([one.split()[0] for one in self.told], ["6", "24"])
        self.assertEqual(self.fake.asked("update"), ["POST /containers/w/update"])
        self.assertEqual(self.fake.containers, {})

    def test_a_deploy_that_is_at_work_collects_by_itself(self) -> None:
        collected: list[str] = []
        self.patch("pocketpaas.release.prune.prune", lambda paths, engine, app: collected.append(app))
        self.patch("pocketpaas.release.drain.deploy_at_work", lambda paths, app: True)
        drain.collect(self.paths, self.engine, "shop")
        self.assertEqual(collected, [])
        self.patch("pocketpaas.release.drain.deploy_at_work", lambda paths, app: False)
        ran: list[list[str]] = []
        self.patch("pocketpaas.release.drain.run", lambda command, **more: ran.append(command))
        repository = self.paths.app("shop") / "repo.git"
        self.tree(repository / "objects", {**{f"17/{number:038}": "" for number in range(20)}, "pack/a.pack": ""})
        drain.collect(self.paths, self.engine, "shop")
        self.assertEqual(collected, ["shop"])
        self.assertEqual(ran, [])
        self.tree(repository / "objects", {"17/more": ""})
        drain.collect(self.paths, self.engine, "shop")
        self.assertIn("gc", ran[0])
        self.tree(repository / "objects", {f"pack/{number}.pack": "" for number in range(45)})
        (repository / "objects" / "17" / "more").unlink()
        drain.collect(self.paths, self.engine, "shop")
        self.assertEqual(len(ran), 2)

    def test_quiet_is_when_no_request_is_left(self) -> None:
        self.patch("pocketpaas.release.drain._LOOK", 0.01)
        begin = time.monotonic()
        self.assertTrue(drain.wait_quiet(60, ()))
        self.assertTrue(drain.wait_quiet(60, (Target("127.0.0.32", self.port),)))
        self.assertLess(time.monotonic() - begin, 5)
        with socket.create_connection(("127.0.0.32", self.port)):
            begin = time.monotonic()
            self.assertFalse(drain.wait_quiet(0.3, (Target("127.0.0.32", self.port),)))
            self.assertGreaterEqual(time.monotonic() - begin, 0.3)

    def test_the_unit(self) -> None:
        self.assertEqual(drain.unit("shop", "blue"), "pocketpaas-drain-shop_blue.service")
        ran: list[list[str]] = []

        def run(command: list[str], **more: object) -> Ended:
            ran.append(command)
            return Ended(0, b"", b"")

        self.patch("pocketpaas.release.drain.run", run)
        self.assertTrue(drain.start(self.paths, "shop", "blue", ()))
        self.assertTrue(drain.start(self.paths, "shop", "blue", ("a", "b")))
        self.assertEqual(len(ran), 1)
        self.assertEqual(ran[0][-5:], [str(self.paths.programs / "work/drain"), "shop", "blue", "a", "b"])
        self.assertFalse(drain.is_active("shop", "no-such-slot"))
        drain.end("shop", "no-such-slot")

    def test_a_unit_is_seen_by_its_control_group(self) -> None:
        transient = self.tree(self.paths.root / "units", {"a.service": "", "b.service": ""})
        groups = self.tree(self.paths.root / "cgroup", {"a.service/cgroup.procs": "12\n", "cgroup.procs": ""})
        with mock.patch("pocketpaas.machine.units._system_slice", lambda: groups):
            self.assertTrue(units.is_active("a.service", transient))
            self.assertFalse(units.is_active("b.service", transient))
            self.assertFalse(units.is_active("c.service", transient))
        asked: list[list[str]] = []

        def run(command: list[str], **more: object) -> Ended:
            asked.append(command)
            return Ended(0, b"", b"")

        with mock.patch("pocketpaas.machine.units.run", run):
            with mock.patch("pocketpaas.machine.units._system_slice", lambda: None):
                self.assertTrue(units.is_active("b.service", transient))
            units.stop("b.service", transient)
            units.stop("c.service", transient)
        self.assertEqual([command[-1] for command in asked], ["b.service", "b.service"])

    def test_services_are_found_also_in_a_container(self) -> None:
        root = self.tree(self.paths.root / "cg", {"docker/0a/system.slice/cgroup.procs": ""})
        first = self.state("first", "3:memory:/x\n1:name=systemd:/docker/0a/init.scope\n")
        with mock.patch("pocketpaas.machine.units._CGROUPS", (root,)):
            with mock.patch("pocketpaas.machine.units._FIRST", first):
                self.assertEqual(units._system_slice(), root / "docker/0a/system.slice")
                first.write_text("0::/\n")
                self.assertIsNone(units._system_slice())
            with mock.patch("pocketpaas.machine.units._FIRST", self.paths.root / "none"):
                self.assertIsNone(units._system_slice())


class PruneTest(RunCase):
    def images(self, *numbers: int) -> None:
        for number in numbers:
            self.fake.images.append(
                {
                    "Id": f"sha256:{number}",
                    "RepoTags": [f"pocketpaas-app-shop:t{number}"],
                    "Labels": {"pocketpaas.app": "shop"},
                }
            )

    def removed(self) -> list[str]:
        return [call.rpartition(":t")[2] for call in self.fake.asked("DELETE /images")]

    def test_only_images_that_no_kept_release_and_no_kept_build_needs_are_removed(self) -> None:
        for number in range(1, 9):
            self.state(f"apps/shop/releases/{number}/status", "failed" if number == 7 else "good")
            self.state(f"apps/shop/releases/{number}/image", f"sha256:{number}")
        self.state("apps/shop/releases/9/status", "pending")
        self.state("apps/shop/releases/9/image", "sha256:9")
        self.state("apps/shop/cache/builds/x/image", "sha256:1")
        self.live(8)
        self.images(1, 2, 3, 7, 8, 9, 10)
        prune.prune(self.paths, self.engine, "shop")
        self.assertEqual(self.removed(), ["2", "7", "10"])

    def test_how_many_releases_are_kept_is_a_setting_of_the_host(self) -> None:
        for number in range(1, 11):
            self.state(f"apps/shop/releases/{number}/status", "good")
            self.state(f"apps/shop/releases/{number}/image", f"sha256:{number}")
        self.state("host/keep-releases", "2")
        # Of ten good releases one is live, and it is not the newest.
        self.live(3)
        self.assertEqual(prune.kept_images(self.paths, "shop"), ["sha256:3", "sha256:10", "sha256:9"])
        self.state("host/keep-releases", "nonsense")
        with self.assertRaisesRegex(Damaged, "does not hold a number from 1 to 1000"):
            prune.kept_images(self.paths, "shop")

    def test_few_releases_are_not_asked_about(self) -> None:
        self.live(self.release(builder="buildpacks"))
        prune.prune(self.paths, self.engine, "shop")
        self.assertEqual(self.fake.calls, [])
        self.state("apps/shop/releases/1/builder", "dockerfile")
        bounded: list[int] = []
        self.patch("pocketpaas.engine.images.bound_build_cache", lambda engine: bounded.append(1))
        prune.prune(self.paths, self.engine, "shop")
        self.assertEqual(bounded, [1])

    def test_the_logs_of_the_newest_builds_are_kept(self) -> None:
        for number in (1, 9, 10, 40):
            self.state(f"apps/shop/releases/{number}/build.log", "text")
        prune.prune(self.paths, self.engine, "shop")
        kept = [number for number in (1, 9, 10, 40) if (self.paths.release("shop", number) / "build.log").exists()]
        self.assertEqual(kept, [40])


class BootTest(RunCase):
    def test_what_a_restart_left_half_done_goes(self) -> None:
        since = time.time()
        for path in (
            "work/20260131T120000Z-00000001/app",
            "work/20260131T120000Z-00000001/source",
            "work/20260131T120000Z-00000002/app",
            "apps/.new.1/x",
            "keys/.new.1/x",
            ".keys.1/x",
        ):
            self.state(path, "shop" if path.endswith("1/app") else "gone")
            for parent in list((self.paths.root / path).parents)[:1]:
                os.utime(parent, (since - 60, since - 60))
        self.state("apps/.new.2/x", "people are back already")
        boot.sweep_works(self.paths, since - 30)
        boot.sweep_remains(self.paths, since - 30)
        works = self.paths.works
        self.assertTrue((works / "20260131T120000Z-00000001/app").exists())
        self.assertFalse((works / "20260131T120000Z-00000001/source").exists())
        self.assertFalse((works / "20260131T120000Z-00000002").exists())
        self.assertEqual([path.name for path in self.paths.apps.glob(".*")], [".new.2"])
        self.assertEqual(list(self.paths.keys.glob(".*")), [])
        self.assertFalse((self.paths.root / ".keys.1").exists())
        boot.sweep_works(self.paths.__class__(self.paths.root / "none", self.paths.log, self.paths.programs), since)

    def test_containers_that_nobody_waits_for_go(self) -> None:
        self.fake.add("a", "run", "exited")
        self.fake.add("b", "run")
        self.fake.add("c", "release", "created")
        self.fake.add("d", "blue", "exited")
        boot.sweep_containers(self.engine)
        self.assertEqual(sorted(self.fake.containers), ["b", "d"])
        self.fake.refusals["containers/json"] = (500, {"message": "no"})
        boot.sweep_containers(self.engine)
        self.engine.wait = lambda: False  # type: ignore[method-assign]
        boot.sweep_containers(self.engine)

    def test_every_app_is_brought_up_whatever_becomes_of_the_others(self) -> None:
        for app in ("a", "b", "c", "shop"):
            (self.paths.app(app) / "settings").mkdir(parents=True, exist_ok=True)
        brought: list[str] = []

        def reconcile_app(paths: object, engine: object, reporter: object, app: str) -> None:
            brought.append(app)
            if app == "a":
                raise Refused("locked", "a is busy")
            if app == "b":
                raise ZeroDivisionError

        self.patch("pocketpaas.system.boot.reconcile_app", reconcile_app)
        self.patch("pocketpaas.system.boot.Engine", lambda paths: self.engine)
        self.patch("pocketpaas.system.boot.run", lambda command: Ended(0, b"@1700000000\n", b""))
        self.patch("pocketpaas.routing.metadata.guard", lambda paths: True)
        self.assertEqual(boot.main(self.paths, self.reporter, ()), 1)
        self.assertEqual(brought, ["a", "b", "c", "shop"])
        self.assertIn("+fail\tlocked\ta is busy", self.reporter.lines)
        self.assertTrue((self.paths.log / "errors.log").exists())


class MetadataTest(EngineCase):
    def guard(self, *codes: int) -> tuple[bool, list[str]]:
        """Each rule is there already (0), or not (1)."""
        asked: list[str] = []
        left = list(codes)

        def run(command: list[str]) -> Ended:
            asked.append(" ".join(command[:1] + command[5:6] + command[7:9]))
            return Ended(left.pop(0) if left else 0, b"", b"")

        with mock.patch("pocketpaas.routing.metadata.run", run):
            with mock.patch("pocketpaas.routing.metadata._IPV6", self.paths.root / "none"):
                return metadata.guard(self.paths), asked

    def test_closed_unless_the_owner_opens_it(self) -> None:
        self.assertEqual(self.guard(), (True, ["iptables -C -i docker0", "iptables -C -s 10.213.0.0/16"]))
        good, asked = self.guard(1, 0, 1, 4)
        self.assertFalse(good)
        self.assertEqual([one.split()[1] for one in asked], ["-C", "-I", "-C", "-I"])
        self.state("host/metadata", "open")
        good, asked = self.guard(0, 0, 1, 1)
        self.assertTrue(good)
        self.assertEqual([one.split()[1] for one in asked], ["-C", "-D", "-C", "-C"])
        self.assertFalse(self.guard(127)[0])
        self.assertFalse(self.guard(0, 4)[0])

    def test_the_program(self) -> None:
        with mock.patch("pocketpaas.routing.metadata.guard", lambda paths: True):
            self.assertEqual(metadata.main(self.paths, self.reporter, ()), 0)
        with mock.patch("pocketpaas.routing.metadata.guard", lambda paths: False):
            self.assertEqual(metadata.main(self.paths, self.reporter, ()), 1)


class EngineFailureTest(EngineCase):
    def test_what_the_engine_refuses_is_a_failure_like_any_other(self) -> None:
        with self.assertRaises(EngineError) as caught:
            self.engine.get("/containers/nosuch/json")
        self.reporter.failed(caught.exception)
        self.assertEqual(self.reporter.lines, ["+fail\tengine\tNo such container: nosuch"])

    def test_an_engine_that_is_away_is_told_in_words(self) -> None:
        self.engine.version()
        self.fake.socket.unlink()
        with self.assertRaisesRegex(EngineError, "does not answer: No such file or directory$"):
            self.engine.get("/info")


if __name__ == "__main__":
    unittest.main()
