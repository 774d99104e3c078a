"""What the host has noticed: looked for, kept, told, and over when it is."""

from __future__ import annotations

import os
import re
import time
import unittest
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from fake_engine import FakeEngine
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.entry import enter
from pocketpaas.failure import Damaged
from pocketpaas.notice import certificates, crashes, disks, reboot, tell, timer
from pocketpaas.notice.store import NoticeStore
from pocketpaas.release import slots
from pocketpaas.routing import automatic, places
from pocketpaas.routing import certificates as stored
from pocketpaas.state import disk, values
from program_fixture import HOSTILE, ProgramCase, streams

A, B, C = "a" * 64, "b" * 64, "c" * 64
DAY = 86_400
DOMAIN = "shop.tea-shop.net"


class NoticeCase(ProgramCase):
    """shop is live in blue with a domain of its own; `look` is one look of the timer."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.keys / "other", {"role": "deploy", "apps": "blog"})
        bundle = "apps/shop/releases/1"
        self.tree(self.paths.root, {f"{bundle}/processes/web/command": "x", f"{bundle}/settings/domains": DOMAIN})
        slots.prepare(self.paths, "shop", "blue", 1)
        slots.switch(self.paths, "shop", "blue")
        self.fake = FakeEngine(self.paths.root)
        self.fake.begin()
        self.addCleanup(self.fake.end)
        self.engine = Engine(self.paths, self.fake.socket, self.fake.pid_file)
        self.engine_root = self.paths.root / "engine-root"
        self.fake.refusals["GET /info"] = (200, {"DockerRootDir": str(self.engine_root)})
        values.make_directory(self.paths.root / "notices")
        self.file("host/domain", "example.org")
        self.patch(automatic, "ready", lambda paths: True)

    def store(self) -> NoticeStore:
        """For one look."""
        self.looks = getattr(self, "looks", 0) + 1
        return NoticeStore(self.paths, f"{time.time() + self.looks / 1000:.6f}")

    def look(self) -> None:
        """At the app's certificates."""
        certificates.look(self.paths, self.store(), "shop")

    def tell(self, key: str = "boss") -> list[str]:
        """What the key is told."""
        tell.tell(self.paths, self.reporter, key)
        return [re.sub(r"seen \d+ s ago", "seen N s ago", line) for line in self.told()]

    def notices(self) -> list[str]:
        """What is kept."""
        return values.names(self.paths.root / "notices")

    def certificate(self, serial: str, source: str, old: float, left: float) -> None:
        """The domain's certificate: days that it is old, days that it has left."""
        new = self.paths.root / "new"
        info = {
            "info/source": source,
            "info/not-before": str(int(time.time() - old * DAY)),
            "info/not-after": str(int(time.time() + left * DAY + 1800)),
        }
        self.tree(new, {"fullchain.pem": "chain", "key.pem": "key", **info})
        stored.store(self.paths, "shop", DOMAIN, serial, new)
        stored.use(self.paths, "shop", DOMAIN, serial)

    def failed(self, tries: str, ago: float, text: str) -> None:
        """Asking for the domain's certificate went wrong."""
        files = {"tries": tries, "since": str(int(time.time() - ago)), "error": text}
        self.tree(automatic.remembered(self.paths, "shop", DOMAIN), files)


class CertificatesTest(NoticeCase):
    def test_from_21_days_before_it_expires(self) -> None:
        own = "bring a new one: pocketpaas ssl add --app shop --cert FILE --key FILE"
        by_itself = "what keeps it from being renewed: pocketpaas ssl --app shop"
        for source, old, left, text in (
            ("own", 69, 22, None),
            ("own", 69, 20, "expires in 20 days"),
            ("own", 69, 2, "expires in 2 days"),
            ("own", 89, 1, "expires in 24 h"),
            ("own", 93, -3, "has expired, 2 days ago: browsers refuse the page"),
            ("automatic", 68, 22, None),
            ("automatic", 70, 20, "expires in 20 days"),
            # Of a short one a quarter of its time.
            ("automatic", 3, 3, None),
            ("automatic", 5, 1, "expires in 24 h"),
            ("automatic", 7, -1, "has expired, 23 h ago: browsers refuse the page"),
        ):
            with self.subTest(f"{source} {left}"):
                values.remove_tree(self.paths.app("shop") / "certificates")
                self.certificate(A, source, old, left)
                self.look()
                told = f"+notice\tcertificate\tshop\tthe certificate of {DOMAIN} (shop) {text}\t"
                expected = told + (own if source == "own" else by_itself)
                self.assertEqual(self.tell(), [] if text is None else [expected])

    def test_the_days_are_those_of_now_not_of_the_last_look(self) -> None:
        self.certificate(A, "own", 80, 10)
        self.look()
        values.put(
            NoticeStore(self.paths).place("certificate", "shop", DOMAIN) / "not-after",
            str(int(time.time() + 5 * DAY + 60)),
        )
        self.assertIn("expires in 5 days", self.tell()[0])

    def test_another_one_ends_it_at_once_and_is_a_matter_of_its_own(self) -> None:
        self.certificate(A, "own", 80, 10)
        self.look()
        self.certificate(B, "own", 1, 400)
        self.assertEqual(self.tell(), [])
        self.look()
        self.assertEqual(self.notices(), [])
        self.certificate(A, "own", 80, 10)
        self.look()
        place = NoticeStore(self.paths).place("certificate", "shop", DOMAIN)
        values.put(place / "sent", "told")
        self.certificate(C, "own", 80, 9)
        self.look()
        self.assertIn("expires in 9 days", self.tell()[0])
        self.assertFalse((place / "sent").exists())

    def test_what_keeps_it_from_being_renewed_is_part_of_it(self) -> None:
        self.certificate(A, "automatic", 80, 10)
        self.failed("9", 900_000, "it said so " + "x" * 1000)
        self.look()
        (told,) = self.tell()
        self.assertIn("expires in 10 days; it could not be renewed: it said so x", told)
        self.assertLess(len(told), 600)

    def test_a_renewal_that_fails_and_a_first_one_that_may_wait_a_day(self) -> None:
        first, again = "has no certificate yet", "could not be renewed"
        for has, tries, ago, text in (
            (False, "1", 3600, None),
            (False, "3", 3600, f"{DOMAIN} (shop) {first}: it said so"),
            (False, "0", 90_000, f"{DOMAIN} (shop) {first}: it said so"),
            (True, "1", 60, None),
            (True, "2", 60, f"the certificate of {DOMAIN} (shop) {again}: it said so"),
            (True, "0", 4000, f"the certificate of {DOMAIN} (shop) {again}: it said so"),
            (True, "x", 60, None),
        ):
            with self.subTest(f"{has} {tries} {ago}"):
                values.remove_tree(self.paths.app("shop") / "certificates")
                if has:
                    self.certificate(A, "automatic", 61, 29)
                self.failed(tries, ago, "it said so")
                self.look()
                told = f"+notice\trenewal\tshop\t{text}\twhen it is tried again: pocketpaas ssl --app shop"
                self.assertEqual(self.tell(), [] if text is None else [told])
                values.remove_tree(self.paths.app("shop") / "automatic")
                self.assertEqual(self.tell(), [])
                self.look()
                self.assertEqual(self.notices(), [])

    def test_a_domain_or_an_app_that_is_gone_is_nobodys_matter(self) -> None:
        self.certificate(A, "own", 80, 10)
        self.look()
        domains = self.paths.release("shop", 1) / "settings" / "domains"
        values.put(domains, "")
        self.look()
        self.assertEqual(self.tell(), [])
        values.put(domains, DOMAIN)
        self.look()
        self.assertEqual(len(self.tell()), 1)
        os.rename(self.paths.app("shop"), self.paths.root / "gone")
        self.assertEqual(self.tell(), [])
        timer.look(self.paths, self.store(), self.engine, self.reporter)
        self.assertEqual(self.notices(), [])

    def test_damage_is_named(self) -> None:
        self.certificate(A, "own", 80, 10)
        values.put(stored.directory(self.paths, "shop", DOMAIN) / A / "info" / "not-after", "soon")
        with self.assertRaises(Damaged):
            self.look()

    def test_a_notice_that_is_damaged_or_half_removed_is_none(self) -> None:
        self.certificate(A, "own", 80, 10)
        self.look()
        place = NoticeStore(self.paths).place("certificate", "shop", DOMAIN)
        for name in ("id", "not-after", "name", "kind"):
            kept = values.need(place / name)
            (place / name).unlink()
            self.assertEqual(self.tell(), [], name)
            values.put(place / name, "../../x")
            self.assertEqual([line for line in self.tell() if "\t../../x\t" not in line], [], name)
            values.put(place / name, kept)
        self.assertEqual(len(self.tell()), 1)


class DisksTest(NoticeCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.engine_root)
        self.disks: dict[Path, tuple[int, int, int, int, int]] = {}
        self.patch(os, "statvfs", self.status)

    def status(self, place: Path) -> Any:
        fields = ("f_fsid", "f_blocks", "f_bfree", "f_bavail", "f_frsize")
        return SimpleNamespace(**dict(zip(fields, self.disks[place])), f_files=1000)

    def look_at(self, state: tuple[int, int, int, int, int], engine: tuple[int, int, int, int, int]) -> list[str]:
        self.disks = {self.paths.root: state, self.engine_root: engine}
        disks.look(self.paths, self.store(), self.engine)
        return self.tell()

    def test_once_and_over_only_some_way_below(self) -> None:
        found = []
        for left in (160, 150, 160, 179, 180, 160):
            one = (7, 1000, left, left, 1 << 20)
            found += [f"{left} {line}" for line in self.look_at(one, one)]
        told = (
            "+notice\tdisk\t\tthe host's disk is {} % full: {} MB are free in {} (seen N s ago)"
            "\tmake room: pocketpaas prune"
        )
        expected = [
            f"{left} {told.format(full, left, self.paths.root)}" for left, full in ((150, 85), (160, 84), (179, 83))
        ]
        self.assertEqual(found, expected)

    def test_the_engines_disk_where_it_is_another_one(self) -> None:
        values.put(self.paths.host / "disk-warning", "90")
        self.assertEqual(self.look_at((7, 1000, 110, 110, 1 << 20), (7, 1000, 110, 110, 1 << 20)), [])
        told = self.look_at((7, 1000, 500, 500, 4096), (8, 1000, 149, 99, 1 << 20))
        self.assertEqual(len(told), 1)
        self.assertIn(f"the host's disk is 90 % full: 99 MB are free in {self.engine_root} (seen", told[0])
        # As two file systems with the same numbers it is one.
        self.assertEqual(len(self.look_at((7, 1000, 9, 9, 4096), (8, 1000, 9, 9, 4096))), 1)
        # Also where something is written between the two looks.
        self.assertEqual(len(self.look_at((7, 1000, 10, 10, 4096), (8, 1000, 9, 9, 4096))), 1)

    def test_what_cannot_be_looked_at_stays_as_it_is(self) -> None:
        self.look_at((7, 1000, 9, 9, 4096), (7, 1000, 9, 9, 4096))
        self.patch(os, "statvfs", mock.Mock(side_effect=OSError))
        with self.assertRaises(OSError):
            disks.look(self.paths, self.store(), self.engine)
        self.assertEqual(len(self.tell()), 1)
        for limit in ("0", "101", "x"):
            values.put(self.paths.host / "disk-warning", limit)
            with self.assertRaises(Damaged):
                disks.look(self.paths, self.store(), self.engine)

    def test_as_df_counts(self) -> None:
        for blocks, unused, free, percent in ((0, 0, 0, 0), (1000, 1000, 950, 0), (1000, 999, 950, 1), (10, 0, 0, 100)):
            self.assertEqual(disk.percent_used(blocks, unused, free), percent)

    def test_where_the_engine_keeps_its_data(self) -> None:
        self.assertEqual(disks.engine_directory(self.engine), self.engine_root)
        for answer in ((200, {}), (200, {"DockerRootDir": "x"}), (500, {"message": "no"})):
            self.fake.refusals["GET /info"] = answer
            self.assertEqual(disks.engine_directory(self.engine), Path("/var/lib/docker"))


class CrashesTest(NoticeCase):
    def container(self, state: str, restarts: int, **labels: str) -> list[str]:
        """One look at it; what is told."""
        self.fake.containers.clear()
        if state:
            self.fake.add(A, labels.pop("slot", "blue"), state, **{"release": "12", **labels})
            started = time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime(time.time() - 120))
            self.fake.containers[A]["State"]["StartedAt"] = started
            self.fake.containers[A]["RestartCount"] = restarts
        crashes.look(self.paths, self.store(), self.engine)
        return self.tell()

    def test_while_its_container_is_there(self) -> None:
        values.make_directory(self.engine_root / "containers" / A)
        told = (
            "+notice\tcrash-loop\tshop\tshop v12 crashes again and again: web.1, started again {} times (seen N s ago)"
            "\twhat it says: pocketpaas logs --app shop"
        )
        self.assertEqual(self.container("running", 1), [])
        self.assertEqual(self.container("restarting", 17), [told.format(17)])
        self.assertEqual(self.container("running", 18), [])
        self.assertEqual(self.container("running", 21), [told.format(21)])
        self.assertEqual(self.container("restarting", 9, app="shop;"), [])
        self.assertEqual(self.container("restarting", 9, slot="run"), [])
        self.assertEqual(self.container("", 0), [])
        self.container("restarting", 17)
        self.fake.refusals["/containers/json"] = (500, {"message": "no"})
        with self.assertRaises(EngineError):
            crashes.look(self.paths, self.store(), self.engine)
        self.assertEqual(len(self.tell()), 1)
        # Over at once when another slot serves, or the container is gone.
        slots.prepare(self.paths, "shop", "green", 1)
        slots.switch(self.paths, "shop", "green")
        self.assertEqual(self.tell(), [])
        slots.switch(self.paths, "shop", "blue")
        self.assertEqual(len(self.tell()), 1)
        values.remove_tree(self.engine_root / "containers" / A)
        self.assertEqual(self.tell(), [])

    def test_labels_that_are_not_ours(self) -> None:
        for labels in (
            *({"type": "$(id)"}, {"instance": "x"}, {"release": "0"}, {"app": "../x"}, {"slot": "green"}),
            *({"app": "blog"}, {"type": "a\tb"}, {"release": "1\n"}),
        ):
            self.assertEqual(self.container("restarting", 9, **labels), [], labels)

    def test_one_that_goes_meanwhile(self) -> None:
        self.fake.refusals[f"/containers/{A}/json"] = (404, {"message": "gone"})
        self.assertEqual(self.container("restarting", 9), [])
        self.fake.refusals[f"/containers/{A}/json"] = (500, {"message": "no"})
        with self.assertRaises(EngineError):
            self.container("restarting", 9)

    def test_several_of_a_type_are_one_notice(self) -> None:
        for number in range(1, 60):
            self.fake.add(f"{number:064}", "blue", "restarting", instance=str(number))
            self.fake.containers[f"{number:064}"]["State"]["StartedAt"] = "x"
            self.fake.containers[f"{number:064}"]["RestartCount"] = number
        values.put(self.paths.root / "notices" / ".starts", "odd\nx y\n\udcff 3")
        crashes.look(self.paths, self.store(), self.engine)
        (told,) = self.tell()
        self.assertIn("web.2, web.3, web.4", told)
        self.assertIn("started again 59 times", told)
        self.assertLess(len(told), 400)


class RebootTest(NoticeCase):
    def test_a_host_that_asks_to_be_restarted_says_for_what(self) -> None:
        required = self.paths.root / "reboot-required"
        reboot.look(self.store(), required)
        self.assertEqual(self.tell(), [])
        required.touch()
        reboot.look(self.store(), required)
        told, hint = "+notice\treboot\t\tthe host asks to be restarted", "\twhen it suits: apps come back by themselves"
        self.assertEqual(self.tell(), [told + hint])
        packages = "linux-image-6.1\nlibc6\nlibc6\n$(touch x)\na\tb\none\ntwo\nthree\nfour\n" + "x" * 200 + "\n\udcff\n"
        values.put(self.paths.root / "reboot-required.pkgs", packages)
        reboot.look(self.store(), required)
        self.assertEqual(self.tell(), [f"{told}, for linux-image-6.1, libc6, one, two, three and 1 more{hint}"])
        required.unlink()
        self.assertEqual(self.tell(), [])
        reboot.look(self.store(), required)
        self.assertEqual(self.notices(), [])


class StoreTest(NoticeCase):
    def test_what_others_say_is_one_line_without_control_characters(self) -> None:
        for text in HOSTILE:
            if text:
                self.failed("9", 9, text + "bad\n+fail\tx\ty\x1b[2J\x9b `id` $(id) \"; id'")
                self.look()
                (told,) = self.tell()
                self.assertEqual(told.count("\t"), 4)
                self.assertNotIn("\x1b", told)

    def test_names_of_any_length_and_wildcards(self) -> None:
        store, domain = self.store(), ("x" * 60 + ".") * 4 + "net"
        names = (domain, domain.replace("x", "y", 1), "*.tea-shop.net", "\u00e9" * 150, "\u00e9" * 151, "")
        for name in names:
            store.put("renewal", "shop", name, "text", "hint")
        self.assertEqual(len(self.tell()), len(names))
        self.assertIn("renewal@shop@_.tea-shop.net", self.notices())
        self.assertTrue(all(len(os.fsencode(name)) <= 200 for name in self.notices()))

    def test_since_stays_and_what_is_gone_begins_again(self) -> None:
        thing = self.paths.root / "thing"
        thing.touch()
        for text, since in (("one", "100"), ("two", "100")):
            NoticeStore(self.paths, f"{100 if text == 'one' else 200}.5").put("x", "", "", text, "", (thing,))
            place = NoticeStore(self.paths).place("x")
            self.assertEqual([values.read(place / name) for name in ("since", "text")], [since, text])
        thing.unlink()
        NoticeStore(self.paths, "300.5").put("x", "", "", "three", "")
        self.assertEqual(values.read(place / "since"), "300")

    def test_a_sweep_is_of_its_kind_and_app_alone(self) -> None:
        store = self.store()
        for kind, app in (("x", "shop"), ("x", "blog"), ("xy", "shop")):
            store.put(kind, app, "", "text", "")
        self.store().sweep("x", "shop")
        self.assertEqual(self.notices(), ["x@blog@", "xy@shop@"])
        self.store().sweep("x")
        self.assertEqual(self.notices(), ["xy@shop@"])

    def test_a_full_disk_leaves_what_was_there(self) -> None:
        store = self.store()
        store.put("x", "", "", "one", "")
        with mock.patch.object(os, "replace", side_effect=OSError(28, "full")), self.assertRaises(Exception):
            self.store().put("x", "", "", "two", "")
        self.assertIn("one", self.tell()[0])


class TellTest(NoticeCase):
    def test_a_key_is_told_of_its_own_apps_and_an_admin_of_everything(self) -> None:
        self.certificate(A, "own", 80, 10)
        self.look()
        self.store().put("reboot", "", "", "text", "")
        found = {key: [line.split("\t")[1] for line in self.tell(key)] for key in ("boss", "ci", "other", "gone")}
        self.assertEqual(found, {"boss": ["certificate", "reboot"], "ci": ["certificate"], "other": [], "gone": []})

    def test_no_more_than_some(self) -> None:
        self.assertEqual(tell._MOST, 100)
        self.patch(tell, "_MOST", 4)
        store = self.store()
        for number in range(6):
            store.put("x", "", str(number), "text", "")
        self.assertEqual(len(self.tell()), 4)

    def test_enter_says_it_beside_the_answer_and_of_a_push_within_it(self) -> None:
        def entered(key: str, *words: str) -> tuple[int, Any, list[str]]:
            with streams() as said:
                code = enter.main(self.paths, self.reporter, [key, *words])
            return code, said, self.told()

        code, said, told = entered("ci", "show", "shop", "domains")
        self.assertEqual((code, said.err, told), (0, b"", []))
        self.certificate(A, "own", 80, 10)
        self.look()
        self.store().put("reboot", "", "", "text", "")
        code, said, told = entered("ci", "show", "shop", "domains")
        self.assertTrue(said.out.endswith(b".\0end\0"))
        self.assertEqual([line.split("\t")[:3] for line in said.told], [["+notice", "certificate", "shop"]])
        code, said, told = entered("boss", "show", "shop", "nothing")
        self.assertEqual((code, [line.split("\t")[1] for line in said.told]), (2, ["certificate", "reboot"]))
        code, said, told = entered("ci", "push", "shop", "x", "y", "-", "-", "main")
        self.assertEqual((code, said.err), (2, b""))
        self.assertEqual([line.split("\t")[0] for line in told], ["+fail", "+notice"])


class TimerTest(NoticeCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(timer, "Engine", lambda paths: self.engine)
        self.patch(reboot, "REQUIRED", self.paths.root / "reboot-required")
        self.patch(os, "statvfs", os.statvfs)
        self.patch(places, "SITES", self.paths.root.parent / "sites")

    def test_what_nobody_foresaw_in_one_part_silences_no_other(self) -> None:
        with (
            mock.patch.object(timer, "sweep", side_effect=RecursionError("deep")),
            mock.patch.object(timer.crashes, "look", side_effect=RecursionError("deep")),
            mock.patch.object(timer.metadata, "guard", side_effect=ValueError("odd")),
            mock.patch.object(timer.reboot, "look") as last,
            mock.patch.object(timer.notify, "notify_all") as told,
        ):
            self.assertEqual(timer.main(self.paths, self.reporter, []), 0)
        self.assertEqual((last.call_count, told.call_count), (1, 1))
        said = "\n".join(self.told())
        for text in ("what a killed operation has left", "crashes could not be looked at", "the rules of the kernel"):
            self.assertIn(text, said)
        self.assertIn("RecursionError: deep", values.read_or(self.paths.log / "errors.log", ""))

    def test_one_part_that_goes_wrong_stops_none_of_the_others(self) -> None:
        self.fake.end()
        self.certificate(A, "own", 80, 10)
        self.tree(self.paths.root / "notices", {"old@gone@/app": "gone", ".new.7/x": "y"})
        values.make_directory(self.paths.apps / ".new.1")
        self.assertEqual(timer.main(self.paths, self.reporter, []), 0)
        self.assertIn("+warn\tcrashes could not be looked at", self.told()[0])
        self.assertEqual(
            [name for name in self.notices() if not name.startswith("disk")], [f"certificate@shop@{DOMAIN}"]
        )
        self.assertEqual([name for name in os.listdir(self.paths.root / "notices") if ".new" in name], [])

    def test_what_could_not_be_swept_is_told(self) -> None:
        self.patch(timer, "sweep", lambda paths, engine: False)
        timer.main(self.paths, self.reporter, [])
        self.assertIn("it is tried again", self.told()[0])
        self.assertIn("169.254.169.254", self.iptables.call_args_list[0].args[0])

    def test_files_of_nginx_that_anybody_could_read_are_shut(self) -> None:
        file = self.tree(places.SITES, {"shop.conf": "a secret"}) / "shop.conf"
        file.chmod(0o644)
        timer.main(self.paths, self.reporter, [])
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_a_test_message_with_no_place_for_it(self) -> None:
        self.assertEqual(timer.main(self.paths, self.reporter, ["test"]), 0)
        self.assertEqual(self.told(), ["+note\tnobody is told: no place for notifications is set"])


if __name__ == "__main__":
    unittest.main()
