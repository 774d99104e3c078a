"""Where logs of apps are sent: the forwarder's configuration, its unit, what it could not send."""

from __future__ import annotations

import json
import socket
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.machine import packages
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.notice import drains as notices
from pocketpaas.notice.store import NoticeStore
from pocketpaas.query import drains as verb
from pocketpaas.schedule import drain_counts, drain_place, drains, forwarder
from pocketpaas.state import clock, tree, values
from program_fixture import streams

TARGET = "syslog+tls://logs.example.com:6515"


class DrainCase(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.commands: list[list[str]] = []
        self.refused = False
        self.units = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.enterContext(mock.patch.object(drains, "run", self.ran))
        self.enterContext(mock.patch.object(forwarder, "run", self.ran))
        self.enterContext(mock.patch.object(packages, "run", self.ran))
        self.enterContext(mock.patch.object(drains, "UNITS", self.units))
        apply = drains.apply
        self.enterContext(mock.patch.object(drains, "apply", lambda paths: apply(paths, self.units)))
        self.has_forwarder = self.enterContext(mock.patch.object(forwarder, "_has_forwarder", return_value=True))
        self.enterContext(mock.patch.object(forwarder.socket, "getaddrinfo", self.resolve))
        self.address = "203.0.113.7"
        for app in ("shop", "blog"):
            values.make_directory(self.paths.app(app) / "settings")

    def ran(self, command: Sequence[str], **_options: Any) -> Ended:
        self.commands.append(list(command))
        return Ended(1 if self.refused and "-N1" in command else 0, b"", b"wrong")

    def resolve(self, _host: str, port: int, **_options: Any) -> list[Any]:
        if not self.address:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.address, port))]

    def asked(self, action: str, target: str = "", app: str = "shop", **more: str) -> dict[str, str]:
        with streams(tree.text({"target": target, **more})) as said:
            import sys

            request = Request(self.paths, self.reporter, "ann", "drains", (app, action), sys.stdin.buffer)
            self.assertEqual(verb.serve(request), 0)
        return said.tree if action == "list" else {}

    @property
    def configuration(self) -> str:
        return values.read_or(drain_place.place(self.paths) / "rsyslog.conf", "")


class AddTest(DrainCase):
    def test_the_forwarder_gets_what_the_state_says(self) -> None:
        self.asked("add", TARGET)
        self.asked("add", "syslog+tcp://10.0.0.9", "blog")
        text = self.configuration
        self.assertIn('if $!POCKETPAAS_APP == "shop" then {\n  action(type="omfwd" name="shop_1"', text)
        self.assertIn('target="logs.example.com" port="6515"', text)
        self.assertIn('StreamDriverAuthMode="x509/name"\n    StreamDriverPermittedPeers="logs.example.com"', text)
        self.assertIn('gnutlsPriorityString="Protocol=-ALL,TLSv1.2"', text)
        self.assertEqual(text.count('queue.dequeueBatchSize="1"'), 2)
        self.assertIn('name="blog_1" target="10.0.0.9" port="514"', text)
        self.assertEqual(text.count("StreamDriverMode"), 1)
        self.assertEqual(text.count('queue.maxDiskSpace="100m"'), 2)
        unit = (self.units / drains.UNIT).read_text()
        self.assertIn("IPAddressDeny=169.254.0.0/16", unit)
        self.assertIn("MemoryMax=128M", unit)
        self.assertEqual(self.commands[-1], ["systemctl", "restart", drains.UNIT])
        self.assertEqual((drain_place.place(self.paths) / "rsyslog.conf").stat().st_mode & 0o777, 0o600)

    def test_it_is_listed_and_added_once(self) -> None:
        self.asked("add", TARGET)
        before = len(self.commands)
        self.asked("add", TARGET)
        self.assertEqual(len(self.commands), before)
        found = self.asked("list")
        self.assertEqual((found["1/target"], found["1/who"], found["1/lost"]), (TARGET, "ann", "0"))
        self.assertEqual(self.asked("list", app="blog"), {})

    def test_what_is_no_target(self) -> None:
        for target in (
            "",
            "logs.example.com:6514",
            'syslog+tls://a"b:1',
            "syslog+tls://user:pw@logs.example.com",
            "syslog+tls://logs.example.com:0",
            "syslog+tls://logs.example.com:70000",
            "syslog+tls://-x",
            "syslog+tls://a\nb",
            "syslog+udp://logs.example.com",
        ):
            with self.subTest(target), self.assertRaises(BadRequest):
                self.asked("add", target)
        for target in ("http://logs.example.com/", "https://logs.example.com/#x", "https://logs.example.com:0"):
            with self.subTest(target), self.assertRaises(BadRequest):
                self.asked("add", target)
        self.assertEqual(self.commands, [])

    def test_a_target_that_is_the_machine_or_what_clouds_tell_is_refused(self) -> None:
        for self.address in ("169.254.169.254", "127.0.0.1", "::1", "fe80::1", "fd00:ec2::254", "0.0.0.0", "224.0.0.1"):
            with self.subTest(self.address), self.assertRaises(Refused):
                self.asked("add", TARGET)
        self.address = ""
        self.asked("add", TARGET)
        self.assertIn("does not resolve", "".join(self.reporter.lines))

    def test_a_configuration_that_is_refused_leaves_nothing(self) -> None:
        self.asked("add", TARGET, "blog")
        before = self.configuration
        self.refused = True
        with self.assertRaises(Failed):
            self.asked("add", TARGET)
        self.refused = False
        self.assertEqual(self.configuration, before)
        self.assertEqual(drains.of_app(self.paths, "shop"), [])

    def test_the_program_is_installed_and_its_own_instance_stays_down(self) -> None:
        self.has_forwarder.return_value = False
        with mock.patch.object(forwarder.os, "access", return_value=False):
            self.asked("add", TARGET)
        words = [" ".join(command) for command in self.commands]
        self.assertEqual(words[0], "systemctl mask --quiet rsyslog.service")
        self.assertTrue(words[2].endswith("rsyslog rsyslog-openssl"), words)
        self.assertEqual(words[3], "systemctl unmask --quiet rsyslog.service")
        self.assertEqual(words[4], "systemctl disable --quiet --now rsyslog.service")

    def test_not_more_than_a_few(self) -> None:
        for number in range(5):
            self.asked("add", f"syslog+tls://logs{number}.example.com")
        with self.assertRaises(Refused):
            self.asked("add", TARGET)


class HttpsTest(DrainCase):
    URL = "https://ada:hunter2@logs.example.com/in?token=SECRET"

    def test_a_program_of_rsyslog_sends_and_no_secret_is_in_its_configuration(self) -> None:
        self.asked("add", self.URL, format="json", headers="X-Key: HIDDEN\n")
        self.asked("add", TARGET, "blog")
        text = self.configuration
        sender = self.paths.programs.parent / "current" / "send-logs"
        self.assertIn(f'type="omprog" name="shop_1" binary="{sender} shop_1" template="object"', text)
        self.assertIn('confirmMessages="on" useTransactions="on"', text)
        self.assertEqual(text.count('queue.dequeueBatchSize="100"'), 1)
        self.assertEqual(text.count('module(load="omprog")'), 1)
        self.assertIn('constant(value="}\\n")', text)
        for secret in ("hunter2", "SECRET", "HIDDEN", "logs.example.com/in"):
            self.assertNotIn(secret, text + (self.units / drains.UNIT).read_text() + repr(self.commands))
        place = drain_place.https(self.paths) / "shop_1"
        found = {name: values.read_or(place / name, "") for name in values.names(place)}
        self.assertEqual(found, {"target": self.URL, "format": "json", "headers": "X-Key: HIDDEN\n"})
        self.assertEqual({(place / name).stat().st_mode & 0o777 for name in found}, {0o600})
        unit = (self.units / drains.UNIT).read_text()
        self.assertIn("MemoryMax=192M", unit)
        self.assertIn("KillMode=mixed", unit)

    def test_what_is_told_holds_no_secret(self) -> None:
        self.asked("add", self.URL)
        self.asked("add", self.URL)
        place = drain_place.https(self.paths) / "shop_1"
        values.write(
            place / "problem", json.dumps({"text": "it answers 401 Unauthorized", "since": "2026-11-29T10:00:00Z"})
        )
        values.write(place / "held", "{}\n{}\n")
        line = json.dumps({"name": "shop_1 queue", "size": 5, "discarded.full": 0})
        values.write(drain_place.place(self.paths) / "stats", f"x: {line}\n")
        found = self.asked("list")
        self.assertEqual((found["1/target"], found["1/format"]), ("https://logs.example.com/...", "logplex"))
        self.assertEqual((found["1/waiting"], found["1/problem"]), ("7", "it answers 401 Unauthorized"))
        values.make_directory(NoticeStore(self.paths).directory)
        store = NoticeStore(self.paths, "1e9")
        notices.look(self.paths, store, "shop")
        [directory] = store.all()
        told = values.read_or(directory / "text", "")
        self.assertIn("do not reach https://logs.example.com/... since 2026-11-29T10:00:00Z: it answers 401", told)
        self.asked("remove", "https://logs.example.com/...")
        said = "".join(self.reporter.lines) + told + repr(found)
        for secret in ("hunter2", "SECRET"):
            self.assertNotIn(secret, said)
        self.assertEqual(drains.of_app(self.paths, "shop"), [])

    def test_a_target_that_just_went_away_is_no_news(self) -> None:
        self.asked("add", self.URL)
        place = drain_place.https(self.paths) / "shop_1"
        values.write(place / "problem", json.dumps({"text": "it refuses connections", "since": clock.now()}))
        store = NoticeStore(self.paths)
        notices.look(self.paths, store, "shop")
        self.assertEqual(store.all(), [])

    def test_what_does_not_fit(self) -> None:
        for more in ({"format": "xml"}, {"headers": "Host: x"}, {"headers": "x"}):
            with self.subTest(more), self.assertRaises(BadRequest):
                self.asked("add", self.URL, **more)
        for more in ({"format": "json"}, {"headers": "X: y"}):
            with self.subTest(more), self.assertRaises(BadRequest):
                self.asked("add", TARGET, **more)
        with self.assertRaises(Refused):
            self.asked("add", self.URL, headers="authorization: Bearer x")
        self.address = "::ffff:169.254.169.254"
        with self.assertRaises(Refused) as caught:
            self.asked("add", self.URL)
        self.assertNotIn("hunter2", str(caught.exception))

    def test_two_that_look_the_same_are_removed_by_their_numbers(self) -> None:
        self.asked("add", self.URL)
        self.asked("add", "https://logs.example.com/other")
        with self.assertRaisesRegex(Refused, "several"):
            self.asked("remove", "https://logs.example.com/...")
        self.asked("remove", "1")
        self.assertEqual(values.names(drain_place.https(self.paths)), ["shop_2"])


class RemoveTest(DrainCase):
    def test_the_last_one_takes_the_forwarder_with_it(self) -> None:
        self.asked("add", TARGET)
        self.asked("add", TARGET, "blog")
        values.put(drain_place.place(self.paths) / "spool" / "shop_1.00000001", "waits")
        values.put(drain_place.place(self.paths) / "spool" / "place", "here")
        self.asked("remove", "1")
        self.assertNotIn("shop", self.configuration)
        self.assertEqual(values.names(drain_place.place(self.paths) / "spool"), ["place"])
        self.asked("remove", TARGET, "blog")
        self.assertFalse(drain_place.place(self.paths).exists())
        self.assertFalse((self.units / drains.UNIT).exists())
        self.assertIn(["systemctl", "disable", "--now", drains.UNIT], self.commands)
        with self.assertRaises(Refused):
            self.asked("remove", TARGET)


class LossTest(DrainCase):
    def stats(self, size: int, discarded: int) -> None:
        line = json.dumps({"name": "shop_1 queue", "origin": "core.queue", "size": size, "discarded.full": discarded})
        with open(drain_place.place(self.paths) / "stats", "a") as file:
            file.write(f"Sun Nov 29 08:22:41 2026: {line}\nSun Nov 29: {{ half\n")

    def test_lost_lines_are_counted_over_restarts_and_told(self) -> None:
        self.asked("add", TARGET)
        self.stats(7, 0)
        notices.count(self.paths)
        store = NoticeStore(self.paths)
        notices.look(self.paths, store, "shop")
        self.assertEqual(store.all(), [])
        self.stats(7, 30)
        notices.count(self.paths)
        notices.count(self.paths)
        self.stats(0, 5)
        notices.count(self.paths)
        found = self.asked("list")
        self.assertEqual((found["1/waiting"], found["1/lost"]), ("0", "35"))
        values.make_directory(store.directory)
        store = NoticeStore(self.paths, "1e9")
        notices.look(self.paths, store, "shop")
        [directory] = store.all()
        self.assertIn(f"35 lines of shop were not sent to {TARGET}", values.read_or(directory / "text", ""))

    def test_what_it_tells_is_kept_short(self) -> None:
        self.asked("add", TARGET)
        self.stats(0, 0)
        with mock.patch.object(drain_counts, "_MOST_STATS", 10):
            notices.count(self.paths)
        self.assertEqual((drain_place.place(self.paths) / "stats").stat().st_size, 0)
