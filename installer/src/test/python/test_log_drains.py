"""Where logs of apps are sent, over a cluster: what the home hands over, and what the other machine makes of it."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from unittest import mock

from pocketpaas.backup import recovering
from pocketpaas.cluster import log_drains, peers
from pocketpaas.entry import peer
from pocketpaas.failure import BadRequest, Failed, Refused
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.notice import drains as notices
from pocketpaas.notice.store import NoticeStore
from pocketpaas.release import spread_activate
from pocketpaas.schedule import drain_counts, drain_place, drains
from pocketpaas.state import nodes, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths
from test_cluster import PUBLIC, B
from test_drains import TARGET, DrainCase

C = Node("c", "10.0.0.3", 22, "def", PUBLIC, (PUBLIC,))
URL = "https://ada:hunter2@logs.example.com/in?token=SECRET"
HOLDER = Holder("ann", "a test")


class LogDrainsCase(DrainCase):
    """The home `a` of two apps, of which `shop` runs over the cluster, and the machine `b`; one that is `down` does not
    answer."""

    def setUp(self) -> None:
        super().setUp()
        root = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.other = HostPaths(root / "state", root / "log", self.paths.programs)
        values.make_directory(self.other.root)
        for paths, name in ((self.paths, "a"), (self.other, "b")):
            values.make_directory(nodes.directory(paths))
            values.write(nodes.directory(paths) / "name", name)
            values.write(nodes.directory(paths) / "address", "10.0.0.1")
        values.write(nodes.directory(self.other) / "home", "a")
        nodes.write(self.paths, B)
        self.spread("shop")
        self.asked_of: list[str] = []
        self.down: set[str] = {"c"}
        self.enterContext(mock.patch.object(peers, "ask", self.ask))

    def spread(self, app: str) -> None:
        values.make_directory(self.paths.app(app) / "slots" / "blue")
        values.touch(self.paths.app(app) / "slots" / "blue" / "spread")

    def ask(
        self,
        _paths: HostPaths,
        node: Node,
        words: Sequence[str],
        sent: dict[str, str] | None = None,
        **_more: Any,
    ) -> dict[str, str]:
        self.asked_of.append(f"{node.name} {' '.join(words)}")
        if node.name in self.down:
            raise peers.Unreachable(node.name, "no route")
        request = Request(self.other, self.reporter, "@a", "peer", tuple(words), io.BytesIO(tree.text(sent or {})))
        count, do = peer._ACTIONS[words[0]]
        self.assertEqual(count, len(words) - 1)
        return dict(do(request, mock.Mock(), *words[1:]) or {})

    @property
    def there(self) -> str:
        return values.read_or(drain_place.place(self.other) / "rsyslog.conf", "")

    def warnings(self) -> list[str]:
        return [line for line in self.reporter.lines if line.startswith("+warn")]


class HandedOverTest(LogDrainsCase):
    def test_each_machine_sends_what_is_printed_there(self) -> None:
        self.asked("add", TARGET)
        self.assertEqual(["b drain-prepare", "b drains"], self.asked_of)
        self.assertIn('if $!POCKETPAAS_APP == "shop" then {\n  action(type="omfwd" name="shop_1"', self.there)
        self.assertEqual(
            self.configuration.replace(str(self.paths.root), ""), self.there.replace(str(self.other.root), "")
        )
        self.asked("remove", "1")
        self.assertEqual(["b drain-prepare", "b drains", "b drains"], self.asked_of)
        self.assertFalse(drain_place.place(self.other).exists())
        self.assertFalse(drains.handed(self.other).exists())

    def test_the_number_of_a_process_comes_from_its_environment(self) -> None:
        self.asked("add", TARGET)
        self.assertIn("set $!POCKETPAAS_INSTANCE = field($!POCKETPAAS_PROCESS, 46, 2);", self.there)

    def test_secrets_are_in_files_for_root_and_nowhere_else(self) -> None:
        values.write(self.paths.host / "ca-certificates.pem", "THE HOME'S OWN")
        self.asked("add", URL, format="json", headers="X-Key: HIDDEN\n")
        place = drain_place.https(self.other) / "shop_1"
        self.assertEqual(URL, values.read(place / "target"))
        self.assertEqual("X-Key: HIDDEN\n", values.read(place / "headers"))
        self.assertIn("THE HOME'S OWN", values.need(drain_place.authorities(self.other)))
        for one in drains.handed(self.other).rglob("*"):
            self.assertEqual(0o700 if one.is_dir() else 0o600, one.stat().st_mode & 0o777, one)
        said = self.there + repr(self.commands) + repr(self.asked_of) + "".join(self.reporter.lines)
        for secret in ("hunter2", "SECRET", "HIDDEN"):
            self.assertNotIn(secret, said)

    def test_an_app_on_the_home_alone_concerns_nobody_until_it_comes_to_the_cluster(self) -> None:
        self.asked("add", TARGET, "blog")
        self.assertEqual([], self.asked_of)
        self.spread("blog")
        operation = mock.Mock(paths=self.paths, app="blog", reporter=self.reporter)
        operation.holder.return_value = HOLDER
        for _ in range(2):
            spread_activate._send_logs(operation, (B,))
        self.assertEqual(["b drains"], self.asked_of)
        self.assertIn("blog_1", self.there)

    def test_a_machine_that_is_away_is_named_and_told_once_it_is_back(self) -> None:
        nodes.write(self.paths, C)
        self.asked("add", TARGET)
        self.assertEqual(
            ["b drain-prepare", "c drain-prepare", "b drains"], sorted(self.asked_of, key=lambda one: one[2:])
        )
        [warning] = self.warnings()
        self.assertIn("c could not be told where logs are sent", warning)
        self.down = set()
        self.asked_of.clear()
        for _ in range(2):
            log_drains.settle_alone(self.paths, self.reporter, HOLDER)
        self.assertEqual(["c drains"], self.asked_of)

    def test_one_that_is_away_when_a_drain_is_removed_does_not_keep_it(self) -> None:
        self.asked("add", TARGET)
        self.down = {"b"}
        self.asked("remove", "1")
        self.assertEqual(1, len(self.warnings()))
        self.assertIn("shop_1", self.there)
        self.down = set()
        log_drains.settle_alone(self.paths, self.reporter, HOLDER)
        self.assertFalse(drain_place.place(self.other).exists())

    def test_one_that_cannot_send_there_is_told_before_anything_is_changed(self) -> None:
        for wrong in (Refused("bad-target", "b: no"), Failed("packages", "b: rsyslog could not be installed")):
            with mock.patch.object(log_drains, "prepare_here", side_effect=wrong), self.assertRaises(type(wrong)):
                self.asked("add", TARGET)
        self.assertEqual([], drains.of_app(self.paths, "shop"))
        self.assertEqual([], self.commands)

    def test_the_package_is_installed_there_before_the_drain_is_there(self) -> None:
        self.has_forwarder.side_effect = [True, False, True]
        self.asked("add", TARGET)
        self.assertTrue(any(command[-1] == "rsyslog-openssl" for command in self.commands))
        self.assertIn("shop_1", self.there)

    def test_a_configuration_that_is_refused_there_is_named_and_tried_again(self) -> None:
        with mock.patch.object(log_drains, "take", side_effect=Failed("drain", "b: rsyslogd does not take it")):
            self.asked("add", TARGET)
        self.assertEqual(1, len(self.warnings()))
        log_drains.settle_alone(self.paths, self.reporter, HOLDER)
        self.assertIn("shop_1", self.there)

    def test_what_is_no_drain_is_not_taken(self) -> None:
        good = {"apps/shop/1/target": TARGET, "apps/shop/1/queue": "shop_1"}
        for path, value in (
            ("apps/shop/1/target", "syslog+udp://x"),
            ("apps/shop/1/queue", "../x_1"),
            ("apps/shop/1/queue", "shop"),
            ("apps/shop/1/format", "xml"),
            ("apps/shop/1/headers", "Host: x"),
            ("apps/shop/1/lost", "0"),
            ("apps/shop/x/target", TARGET),
            ("apps/Shop/1/target", TARGET),
            ("apps/shop", TARGET),
        ):
            with self.subTest(path=path, value=value), self.assertRaises(BadRequest):
                log_drains.take(self.other, self.reporter, {**good, path: value})
        self.assertFalse(drains.handed(self.other).exists())

    def test_what_was_counted_stays_with_its_target(self) -> None:
        self.asked("add", TARGET)
        place = drains.handed(self.other) / "apps" / "shop" / "1"
        values.write(place / "lost", "7")
        self.asked("add", "syslog+tcp://10.0.0.9")
        self.assertEqual("7", values.read(place / "lost"))
        self.asked("remove", "1")
        self.asked("add", "syslog+tcp://10.0.0.8")
        self.assertIsNone(values.read(place / "lost"))


class MembersTest(LogDrainsCase):
    def test_a_machine_that_leaves_sends_nothing_any_more(self) -> None:
        self.asked("add", TARGET)
        log_drains.forget(self.other)
        self.assertFalse(drain_place.place(self.other).exists())
        self.commands.clear()
        log_drains.forget(self.other)
        log_drains.forget(self.paths)
        self.assertEqual([], self.commands)
        self.assertIn("shop_1", self.configuration)

    def test_one_that_joins_again_is_told_again(self) -> None:
        self.asked("add", TARGET)
        nodes.forget(self.paths, "b")
        nodes.write(self.paths, B)
        self.asked_of.clear()
        log_drains.settle(self.paths, self.reporter, [B])
        self.assertEqual(["b drains"], self.asked_of)
        self.asked("remove", "1")
        log_drains.doubt(self.paths, B)
        self.asked_of.clear()
        log_drains.settle(self.paths, self.reporter, [B])
        self.assertEqual(["b drains"], self.asked_of)

    def test_who_becomes_the_home_sends_what_its_apps_have(self) -> None:
        self.asked("add", TARGET)
        self.asked("add", "syslog+tcp://10.0.0.9")
        self.tree(self.other.app("shop"), {"created": "", "drains/1/target": TARGET})
        names = [(one.name, one.directory.is_relative_to(self.other.apps)) for one in drains.everywhere(self.other)]
        self.assertEqual([("shop_1", True), ("shop_2", False)], names)
        values.remove(nodes.directory(self.other) / "home")
        nodes.write(self.other, C)
        operation = mock.Mock(paths=self.other, reporter=self.reporter)
        operation.holder.return_value = HOLDER
        recovering._send_logs(operation, [C])
        self.assertIn("shop_1", self.there)
        self.assertNotIn("shop_2", self.there)
        self.assertEqual("c drains", self.asked_of[-1])


class CountsTest(LogDrainsCase):
    def setUp(self) -> None:
        super().setUp()
        self.asked("add", URL)
        for paths, waiting, discarded in ((self.paths, 5, 1), (self.other, 70, 20)):
            line = json.dumps({"name": "shop_1 queue", "size": waiting, "discarded.full": discarded})
            values.write(drain_place.place(paths) / "stats", f"x: {line}\n")
            drain_counts.count_losses(paths)

    def problem(self, paths: HostPaths, text: str, since: str) -> None:
        place = drain_place.https(paths) / "shop_1"
        values.write(place / "problem", json.dumps({"text": text, "since": since}))

    def test_what_waits_and_was_lost_is_added_up(self) -> None:
        found = self.asked("list")
        self.assertEqual(("75", "21", ""), (found["1/waiting"], found["1/lost"], found["1/problem"]))
        self.assertEqual("b drain-counts", self.asked_of[-1])

    def test_a_problem_names_its_machines(self) -> None:
        self.problem(self.other, "it answers 401", "2026-11-29T10:00:00Z")
        found = self.asked("list")
        self.assertEqual(("b: it answers 401", "2026-11-29T10:00:00Z"), (found["1/problem"], found["1/since"]))
        self.problem(self.paths, "it answers 401", "2026-11-29T09:00:00Z")
        found = self.asked("list")
        self.assertEqual(("a, b: it answers 401", "2026-11-29T09:00:00Z"), (found["1/problem"], found["1/since"]))

    def test_a_machine_that_does_not_answer_or_know_is_named(self) -> None:
        self.down = {"b"}
        found = self.asked("list")
        self.assertIn("b: could not be asked: b does not answer", found["1/problem"])
        self.assertEqual(("5", "1"), (found["1/waiting"], found["1/lost"]))
        self.down = set()
        log_drains.forget(self.other)
        self.assertEqual("b: does not send them yet", self.asked("list")["1/problem"])

    def test_the_timer_tells_of_all_machines(self) -> None:
        self.problem(self.other, "it answers 401", "2026-11-29T10:00:00Z")
        self.asked_of.clear()
        log_drains.keep_counts(self.paths, [B])
        self.assertEqual(["b drain-counts"], self.asked_of)
        store = NoticeStore(self.paths, "1e9")
        values.make_directory(store.directory)
        notices.look(self.paths, store, "shop")
        self.assertEqual(
            [
                "21 lines of shop were not sent to https://logs.example.com/...: it took none, and the buffer of 100 MB"
                " was full",
                "the logs of shop on b do not reach https://logs.example.com/... since 2026-11-29T10:00:00Z:"
                " it answers 401",
            ],
            [values.read(one / "text") for one in sorted(store.all())],
        )
        self.asked("remove", "1")
        self.asked_of.clear()
        log_drains.keep_counts(self.paths, [B])
        self.assertEqual([], self.asked_of)

    def test_other_programs_make_another_configuration(self) -> None:
        self.commands.clear()
        notices.count(self.paths)
        self.assertEqual([], self.commands)
        values.write(drain_place.place(self.paths) / "rsyslog.conf", "of an older version")
        notices.count(self.paths)
        self.assertIn("shop_1", self.configuration)
        self.assertEqual(["systemctl", "restart", drains.UNIT], self.commands[-1])
