"""How a host and its apps are (`status`), what is wrong with them (`checkup`), and what puts it right (`mend`)."""

from __future__ import annotations

import io
import os
import socket
import threading
import time
import unittest
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from change_fixture import ChangeCase
from pocketpaas.engine.client import Engine
from pocketpaas.entry import mend
from pocketpaas.failure import BadRequest, Failed
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.query import checkup, machine, status
from pocketpaas.routing import automatic, nginx, places, reach
from pocketpaas.routing.fetch import Answer
from pocketpaas.routing.reach import Seen
from pocketpaas.state import keys, values

WEB = "127.0.0.32"
DAY = 86_400


class DiagnosisCase(ChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.answered: dict[str, str] = {}
        self.role = keys.ADMIN
        self.patch(keys, "sees", lambda paths, key, app: key == "ann" or app == "shop")
        self.patch(keys, "role", lambda *_: self.role)
        for room in (status, checkup, mend):
            self.patch(room, "Engine", lambda paths: Engine(paths, self.fake.socket, self.fake.pid_file))
            self.patch(room, "answer", self.take)
        self.patch(automatic, "ready", lambda paths: False)
        self.patch(nginx, "master_process", lambda: self.master)
        self.patch(reach, "look_at", lambda paths, domains, leave: {one: self.seen(one) for one in domains})
        self.master: int | None = 1
        self.answers: dict[str, Answer] = {}
        values.make_directory(places.BASE.parent)
        values.put(places.BASE, "base")

    def seen(self, domain: str) -> Seen:
        return Seen(domain, domain, self.answers.get(domain, Answer.HERE), ("203.0.113.9",))

    def take(self, pairs: dict[str, str]) -> int:
        self.answered = dict(pairs)
        return 0

    def ask(self, serve: Any, *arguments: str, key: str = "ann") -> dict[str, str]:
        self.assertEqual(serve(Request(self.paths, self.reporter, key, "x", arguments, io.BytesIO())), 0)
        return self.answered

    def listening(self) -> int:
        """A port of the web container's that takes connections."""
        server = socket.create_server((WEB, 0))
        self.addCleanup(server.close)

        def serve() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        return int(server.getsockname()[1])

    def deployed(self, port: int, **files: str) -> None:
        """A release with web=1 that is live, and nginx's file of it."""
        more = {path.replace("__", "/"): text for path, text in files.items()}
        self.live(1, {"port": str(port), "when": "2026-01-31T12:00:00Z", "subject": "Fix it", **more})
        values.make_directory(places.SITES)
        values.put(places.site("shop"), "shop shop.example.org")


class StatusTest(DiagnosisCase):
    def test_an_app_that_runs_one_that_does_not_and_one_that_is_new(self) -> None:
        self.deployed(self.listening())
        values.make_directory(self.paths.app("blog") / "settings")
        found = self.ask(status.serve)
        self.assertEqual((found["app/shop/state"], found["app/blog/state"]), ("down", "new"))
        self.assertEqual((found["app/shop/type/web"], found["app/shop/trouble"]), ("0/1", "web.1: missing"))
        self.fake.add("a" * 64, "blue")
        found = self.ask(status.serve)
        self.assertEqual((found["app/shop/state"], found["app/shop/type/web"]), ("running", "1/1"))
        self.assertNotIn("app/shop/trouble", found)
        self.assertEqual((found["app/shop/live"], found["app/shop/subject"]), ("1", "Fix it"))
        self.assertEqual(found["app/shop/url"], "http://shop.example.org")
        self.assertEqual((found["engine/state"], found["nginx/state"]), ("up", "up"))
        self.assertEqual((found["deploy/01/app"], found["deploy/01/release"]), ("shop", "1"))
        self.assertRegex(found["host/time"], r"^\d+\.\d{3}$")
        for name in ("memory/total", "memory/available", "disk/1/size", "disk/1/percent", "disk/needed"):
            self.assertRegex(found[name], r"^\d+$")

    def test_a_web_process_that_takes_no_connection_and_one_that_keeps_ending(self) -> None:
        self.deployed(9)
        self.fake.add("a" * 64, "blue")
        found = self.ask(status.serve)
        self.assertEqual(
            (found["app/shop/state"], found["app/shop/trouble"]), ("down", "web.1: nothing listens on port 9")
        )
        self.fake.containers["a" * 64].update(RestartCount=4, State={"Status": "restarting", "Pid": 0, "ExitCode": 1})
        self.assertEqual(self.ask(status.serve)["app/shop/state"], "crash-loop")

    def test_a_release_that_drains_is_not_the_app(self) -> None:
        self.deployed(self.listening())
        self.fake.add("a" * 64, "green", release="7")
        self.assertEqual(self.ask(status.serve)["app/shop/state"], "down")

    def test_stopped_idle_and_in_maintenance(self) -> None:
        self.deployed(9)
        self.tree(self.app, {"maintenance": "", "operator/scale/web": "0"})
        found = self.ask(status.serve)
        self.assertEqual((found["app/shop/state"], found["app/shop/maintenance"]), ("idle", "on"))
        self.tree(self.app, {"operator/stopped": "", "operator/scale/web": "1"})
        self.assertEqual(self.ask(status.serve)["app/shop/state"], "stopped")

    def test_without_an_engine_the_rest_is_told(self) -> None:
        self.deployed(9)
        self.fake.end()
        found = self.ask(status.serve)
        self.assertEqual(
            (found["engine/state"], found["app/shop/state"], found["app/shop/live"]), ("down", "unknown", "1")
        )
        self.assertIn("the Docker engine on the host does not answer", found["engine/why"])
        self.assertNotIn("app/shop/type/web", found)

    def test_a_key_sees_its_own_apps(self) -> None:
        self.deployed(9)
        values.make_directory(self.paths.app("blog") / "settings")
        self.role = keys.DEPLOY
        found = self.ask(status.serve, key="ci")
        self.assertFalse([path for path in found if "blog" in path])
        self.assertIn("app/shop/state", found)
        self.assertFalse([path for path in self.ask(status.serve, "shop") if "blog" in path])

    def test_a_damaged_app_stops_none_of_the_others(self) -> None:
        self.deployed(9)
        self.tree(self.paths.app("blog"), {"releases/1/status": "good", "releases/2/status": "good"})
        found = self.ask(status.serve)
        self.assertEqual(found["app/blog/state"], "damaged")
        self.assertIn("the host's state is damaged", found["app/blog/problem"])
        self.assertIn("app/shop/state", found)


class CheckupCase(DiagnosisCase):
    def setUp(self) -> None:
        super().setUp()
        self.units = {unit: ("active", "enabled") for unit in (*checkup.TIMERS, checkup.BOOT)}
        self.enabled = {"docker.service": "enabled", "nginx.service": "enabled"}
        self.tested = Ended(0, b"", b"")
        self.patch(checkup, "run", self.run_program)
        self.patch(checkup, "_expected", lambda port: False)

    def run_program(self, command: Sequence[str], **_options: Any) -> Ended:
        words = list(command)
        if words[:2] == ["systemctl", "show"] and "Id,ActiveState,UnitFileState" in words:
            blocks = [
                f"Id={unit}\nActiveState={active}\nUnitFileState={file}" for unit, (active, file) in self.units.items()
            ]
            return Ended(0, "\n\n".join(blocks).encode(), b"")
        if words[:2] == ["systemctl", "is-enabled"]:
            return Ended(0, self.enabled[words[2]].encode(), b"")
        return self.tested if words == ["nginx", "-t"] else Ended(0, b"inactive", b"")

    def findings(self, *states: str, key: str = "ann") -> list[tuple[str, str, str]]:
        """Area, text and fix of those in the states."""
        found = self.ask(checkup.serve, key=key)
        numbers = sorted({path.split("/")[1] for path in found if path.startswith("finding/")})
        return [
            (found[f"finding/{one}/area"], found[f"finding/{one}/text"], found.get(f"finding/{one}/fix", ""))
            for one in numbers
            if found[f"finding/{one}/state"] in states
        ]

    def bad(self) -> list[tuple[str, str, str]]:
        return self.findings("problem", "warning")


class CheckupTest(CheckupCase):
    def test_a_host_and_an_app_that_are_well(self) -> None:
        self.deployed(self.listening())
        self.fake.add("a" * 64, "blue")
        self.assertEqual(self.bad(), [])
        self.assertEqual(self.answered["site/shop/url"], "http://shop.example.org")
        self.assertEqual(self.answered["site/shop/state"], "serving")
        self.assertAlmostEqual(float(self.answered["time"]), time.time(), delta=60)

    def test_no_engine(self) -> None:
        self.deployed(9)
        self.fake.end()
        [(area, text, fix)] = self.bad()
        self.assertEqual((area, fix), ("docker", "docker"))
        self.assertIn("does not answer", text)
        self.assertIn("its unit is inactive", text)

    def test_services_that_do_not_come_back_after_a_reboot(self) -> None:
        self.enabled = {"docker.service": "masked", "nginx.service": "disabled"}
        self.units["pocketpaas-notices.timer"] = ("inactive", "enabled")
        self.units[checkup.BOOT] = ("inactive", "disabled")
        del self.units["pocketpaas-certificates.timer"]
        found = {text.partition(":")[0]: fix for _, text, fix in self.bad()}
        expected = {
            "docker.service is masked": "docker",
            "nginx.service is disabled": "nginx",
            "pocketpaas-notices.timer is inactive": "timers",
            "pocketpaas-certificates.timer is missing": "",
            f"{checkup.BOOT} is disabled": "timers",
        }
        self.assertEqual(found, expected)

    def test_nginx_that_does_not_run_or_take_its_files(self) -> None:
        self.master = None
        self.tested = Ended(1, b"", f'x [emerg] 7#7: unknown directive "bad" in {places.SITES}/shop.conf:1\n'.encode())
        refused, stopped = self.bad()
        self.assertEqual(refused[0::2], ("nginx", "app=shop"))
        self.assertIn('does not take its configuration: unknown directive "bad"', refused[1])
        self.assertEqual(stopped[0::2], ("nginx", "nginx"))
        self.tree(places.SITES, {"shop.move.conf": ""})
        self.assertEqual(self.bad()[0][2], "nginx")
        # Other apps' names are not for a deploy key.
        self.role = keys.DEPLOY
        self.assertNotIn("unknown directive", str(self.findings("problem", key="ci")))

    def test_a_base_file_that_is_gone_and_a_reload_that_is_due(self) -> None:
        places.BASE.unlink()
        values.touch(places.stale(self.paths))
        found = self.bad()
        self.assertIn("does not know of PocketPaaS", found[0][1])
        self.assertEqual(found[1][2], "nginx")

    def test_a_site_that_somebody_else_changed(self) -> None:
        self.deployed(self.listening())
        self.fake.add("a" * 64, "blue")
        for text, how in (("garbage", "was changed by something else"), (None, "is missing")):
            if text is None:
                places.site("shop").unlink()
            else:
                values.put(places.site("shop"), text)
            [(area, said, fix)] = self.bad()
            self.assertEqual((area, fix), ("nginx", "app=shop"))
            self.assertIn(how, said)

    def test_processes_that_do_not_run_or_answer(self) -> None:
        self.deployed(9)
        self.assertEqual(self.bad(), [("app", "shop: web.1 does not run: it has no container", "app=shop")])
        self.fake.add("a" * 64, "blue", state="exited")
        self.fake.containers["a" * 64]["State"]["ExitCode"] = 3
        self.assertEqual(self.bad(), [("app", "shop: web.1 does not run: it is exited (exit code 3)", "app=shop")])
        self.fake.add("a" * 64, "blue")
        self.assertEqual(self.bad(), [("app", "shop: web.1 runs, but nothing listens on port 9", "")])
        self.fake.containers["a" * 64].update(RestartCount=4, State={"Status": "restarting", "Pid": 0, "ExitCode": 1})
        self.assertEqual(self.bad(), [("app", "shop: web.1 keeps ending (4 restarts)", "")])

    def test_what_is_so_on_purpose_is_no_problem(self) -> None:
        self.deployed(9)
        self.tree(self.app, {"operator/stopped": ""})
        values.make_directory(self.paths.app("blog") / "settings")
        self.assertEqual(self.bad(), [])
        notes = [text for _, text, _ in self.findings("note")]
        self.assertEqual(notes, ["blog was never deployed", "shop is stopped: visitors get a 503"])
        self.assertEqual(self.answered["site/shop/state"], "stopped")

    def test_certificates_that_are_over_or_yet_to_come(self) -> None:
        self.deployed(self.listening())
        self.fake.add("a" * 64, "blue")
        place = self.app / "certificates" / "shop.example.org"
        identity = "a" * 64
        now = int(time.time())
        self.tree(place / identity, {"fullchain.pem": "x", "key.pem": "x", "info/source": "own"})
        os.symlink(identity, place / "current")
        for before, after, said in (
            (now - 9 * DAY, now - DAY, "has expired: browsers refuse the page"),
            (now + DAY, now + 9 * DAY, "is not valid yet"),
            (now - DAY, now + 9 * DAY, ""),
        ):
            self.tree(place / identity / "info", {"not-before": str(before), "not-after": str(after)})
            found = [text for area, text, _ in self.bad() if area == "certificate"]
            self.assertEqual(len(found), 1 if said else 0, said)
            self.assertIn(said, "".join(found))

    def test_names_that_do_not_lead_here(self) -> None:
        self.deployed(self.listening(), settings__domains="a.example.com\nb.example.com\nc.localhost")
        values.put(places.site("shop"), "shop a.example.com b.example.com c.localhost shop.example.org")
        self.fake.add("a" * 64, "blue")
        self.answers = {"a.example.com": Answer.ELSEWHERE, "b.example.com": Answer.SILENT, "c.localhost": Answer.BROKEN}
        [(area, text, _)] = self.bad()
        self.assertEqual(area, "dns")
        self.assertIn("a.example.com does not lead here: it resolves to 203.0.113.9, where something else", text)
        self.assertIn("b.example.com", str(self.findings("note")))
        told = self.ask(checkup.serve, key="ann")
        self.assertIn("a.example.com", [text for path, text in told.items() if path.endswith("/domain")])
        # A token that cannot be left would look like another machine's.
        self.patch(reach, "look_at", self.no_room)
        self.assertIn("cannot be looked at", self.bad()[0][1])

    @staticmethod
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def test_disks(self) -> None:
        usual: dict[str, int] = {"f_fsid": 1, "f_blocks": 1000, "f_bfree": 500, "f_bavail": 500, "f_frsize": 1 << 22}
        usual |= {"f_files": 1000, "f_favail": 500, "f_flag": 0}
        cases: tuple[tuple[dict[str, int], str], ...] = (
            ({}, ""),
            ({"f_bavail": 10, "f_bfree": 10}, "the disk is full: 40 MB are free"),
            ({"f_bavail": 300, "f_bfree": 149, "f_frsize": 1 << 23}, "the disk is 74 % full"),
            ({"f_favail": 3}, "hardly any inodes left: 3 of 1000"),
            ({"f_flag": os.ST_RDONLY}, "can only be read"),
        )
        for changed, said in cases:
            values.put(self.paths.host / "disk-warning", "70")
            self.patch(os, "statvfs", lambda place, found=usual | changed: SimpleNamespace(**found))
            found = [text for area, text, _ in self.bad() if area == "host"]
            self.assertIn(said, "".join(found))
            self.assertEqual(len(found), 1 if said else 0, said)

    def test_memory(self) -> None:
        for available, said in ((900, False), (30, True)):
            self.patch(machine, "memory", lambda found=available: {"total": 1000 << 20, "available": found << 20})
            self.assertEqual(any("memory" in text for _, text, _ in self.bad()), said)

    def test_one_part_that_goes_wrong_stops_none_of_the_others(self) -> None:
        self.tree(self.paths.app("blog"), {"releases/1/status": "good", "releases/2/status": "good"})
        self.deployed(self.listening())
        self.fake.add("a" * 64, "blue")
        values.put(self.paths.host / "disk-needed", "x")
        found = self.bad()
        self.assertEqual([area for area, _, _ in found], ["host", "app"])
        self.assertTrue(all("the host's state is damaged" in text for _, text, _ in found))


class MendTest(CheckupCase):
    def setUp(self) -> None:
        super().setUp()
        self.commands: list[list[str]] = []
        self.failing: list[str] = []
        self.reconciled_apps: list[str] = []
        self.patch(mend, "run", self.run_and_note)
        self.patch(mend, "reconcile_app", self.note_app)

    def run_and_note(self, command: Sequence[str], **_options: Any) -> Ended:
        self.commands.append(list(command))
        wrong = any(word in self.failing for word in command) and "start" in command
        return Ended(1, b"", b"Unit is masked.") if wrong else Ended(0, b"", b"")

    def note_app(self, paths: object, engine: object, reporter: object, app: str) -> None:
        if app in self.failing:
            raise Failed("nginx", "nginx does not reload")
        self.reconciled_apps.append(app)

    def done(self, *words: str) -> list[str]:
        found = self.ask(mend.serve, *words)
        return [found[path] for path in sorted(found) if path.endswith("/text")]

    def test_what_does_not_run_is_started_and_nothing_else(self) -> None:
        self.master = None
        self.assertEqual(
            self.done("nginx", "app=shop", "docker", "nginx"),
            ["Docker runs", "shop is as it should be again", "nginx runs"],
        )
        started = [words[-1] for words in self.commands if "start" in words]
        self.assertEqual((started, self.reconciled_apps), (["docker.service", "nginx.service"], ["shop"]))
        self.commands.clear()
        self.master = 1
        self.done("nginx")
        self.assertEqual(self.commands, [["systemctl", "enable", "nginx.service"]])
        values.touch(places.stale(self.paths))
        self.done("nginx")
        self.assertIn(["nginx", "-s", "reload"], self.commands)
        self.assertFalse(places.stale(self.paths).exists())

    def test_nginx_is_freed_of_a_move_that_is_gone(self) -> None:
        self.tree(places.SITES, {"shop.move.conf": "", "blog.move.conf": ""})
        self.tree(self.paths.moves / "blog", {"certificate.pem": ""})

        self.done("nginx")

        self.assertEqual(os.listdir(places.SITES), ["blog.move.conf"])
        self.assertIn(["nginx", "-s", "reload"], self.commands)

    def test_timers(self) -> None:
        self.assertEqual(self.done("timers"), ["timers and the start at boot are enabled"])
        self.assertEqual(
            self.commands,
            [["systemctl", "enable", "--now", *checkup.TIMERS], ["systemctl", "enable", checkup.BOOT]],
        )

    def test_what_goes_wrong_is_told_and_stops_nothing(self) -> None:
        self.failing = ["docker.service", "shop"]
        self.master = None
        self.assertEqual(
            self.done("docker", "app=shop", "nginx"), ["Unit is masked.", "nginx does not reload", "nginx runs"]
        )

    def test_what_it_does_not_know_is_refused_before_anything_is_done(self) -> None:
        for words in (("docker", "rm"), ("docker", "app=../x"), ("docker", "app=nobody"), ("app=",)):
            with self.assertRaises(BadRequest):
                self.ask(mend.serve, *words)
        self.assertEqual(self.commands, [])


if __name__ == "__main__":
    unittest.main()
