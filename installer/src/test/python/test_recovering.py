"""What the home of a cluster tells the other managers, and how one of them becomes the home by it."""

from __future__ import annotations

import io
import os
import tarfile
from typing import IO
from unittest import mock

from host_fixture import HostCase, RecordingReporter
from pocketpaas.backup import mirror, placing, recovering
from pocketpaas.cluster import membership
from pocketpaas.engine import swarm
from pocketpaas.failure import BadRequest, CannotWrite, Failed, Refused
from pocketpaas.machine.process import Ended
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.schedule import drains
from pocketpaas.state import nodes, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

PUBLIC = "ssh-ed25519 " + "A" * 68


def member(name: str, role: str = swarm.MANAGER, state: str = "ready") -> swarm.Member:
    return swarm.Member(name, name, role, state, "active", "", False, True, {membership.NAME: name}, 1, 1)


class RecoveringCase(HostCase):
    """The machine `a` is the home, `b` a manager, `c` a worker. What `a` sends goes to `b` of this test."""

    def setUp(self) -> None:
        super().setUp()
        self.reporter = RecordingReporter()
        root = self.paths.root
        self.other = HostPaths(root / "other", root / "other-log", self.paths.programs)
        self.members = [member("a"), member("b"), member("c", swarm.WORKER)]
        self.enterContext(mock.patch.object(swarm, "members", side_effect=lambda _: self.members))
        self.asked: list[str] = []
        self.enterContext(mock.patch.object(mirror.peers, "ask", side_effect=self.ask))
        for paths, own, home in ((self.paths, "a", ""), (self.other, "b", "a")):
            for directory in (paths.apps, paths.keys, nodes.directory(paths)):
                directory.mkdir(parents=True, exist_ok=True)
            values.put(nodes.directory(paths) / "name", own)
            for name in "abc":
                if name != own:
                    nodes.write(paths, Node(name, "10.0.0.9", 22, name, PUBLIC, (PUBLIC,)))
            if home:
                values.put(nodes.directory(paths) / "home", home)
        self.app("shop", 7, "green")

    def app(self, name: str, release: int, slot: str) -> None:
        home = self.paths.app(name)
        for path, text in (
            (f"releases/{release}/image", "sha256:1"),
            (f"releases/{release}/settings/domains", "shop.example.com"),
            ("settings/domains", "shop.example.com"),
            ("operator/env/TOKEN", "secret"),
            (f"slots/{slot}/{slot}", ""),
            (f"slots/{slot}/spread", ""),
            ("repo.git/HEAD", "ref: refs/heads/main"),
        ):
            values.make_directory((home / path).parent)
            values.put(home / path, text)
        (home / "slots" / slot / "release").symlink_to(f"../../releases/{release}")
        (home / "live").symlink_to(f"slots/{slot}")
        (home / "operator" / "env" / "TOKEN").chmod(0o600)

    def ask(
        self,
        paths: HostPaths,
        node: Node,
        words: list[str],
        sent: dict[str, str] | None = None,
        *,
        stdin: IO[bytes] | None = None,
        seconds: float = 0,
    ) -> dict[str, str]:
        self.asked.append(f"{node.name} {' '.join(words)}")
        if words == ["mirror"]:
            assert stdin is not None
            data = io.BufferedReader(io.BytesIO(stdin.read()))  # type: ignore[type-var]
            mirror.take(self.other, tree.read_leading(data, 1 << 20, 100), data)
        return {}

    def send(self) -> bool:
        return mirror.send(self.paths, mock.Mock(), self.reporter)


class MirrorTest(RecoveringCase):
    def test_the_other_managers_have_what_is_needed_and_no_source(self) -> None:
        self.assertTrue(self.send())
        self.assertEqual(["b mirror"], self.asked)
        shop = mirror.directory(self.other) / "apps" / "shop"
        self.assertEqual("secret", values.read(shop / "operator" / "env" / "TOKEN"))
        self.assertEqual(0o600, (shop / "operator" / "env" / "TOKEN").stat().st_mode & 0o777)
        self.assertEqual("slots/green", os.readlink(shop / "live"))
        self.assertFalse((shop / "repo.git").exists())
        self.assertFalse((nodes.directory(self.paths) / "mirroring").exists())

    def test_nobody_is_told_the_same_twice_and_a_change_is_told(self) -> None:
        self.send()
        self.send()
        self.assertEqual(["b mirror"], self.asked)
        values.put(self.paths.app("shop") / "operator" / "env" / "TOKEN", "other")
        self.send()
        self.assertEqual(["b mirror"] * 2, self.asked)
        told = mirror.directory(self.other) / "apps" / "shop" / "operator" / "env" / "TOKEN"
        self.assertEqual("other", values.read(told))

    def test_one_that_does_not_answer_is_told_the_next_time(self) -> None:
        with mock.patch.object(mirror.peers, "ask", side_effect=Failed("x", "b does not answer")):
            self.assertFalse(self.send())
        self.assertIn("+warn\tb does not know the last change yet: b does not answer", self.reporter.lines)
        self.assertTrue(self.send())
        self.assertEqual(["b mirror"], self.asked)

    def test_without_another_manager_nothing_is_gathered(self) -> None:
        self.members[1] = member("b", swarm.WORKER)
        with mock.patch.object(mirror, "gather") as gather:
            self.assertTrue(self.send())
        gather.assert_not_called()

    def test_what_is_not_whole_or_leads_elsewhere_changes_nothing(self) -> None:
        self.send()
        for name, kind, digest in (
            ("apps/x", tarfile.REGTYPE, "0" * 64),
            ("../x", tarfile.REGTYPE, "0" * 64),
            ("/x", tarfile.DIRTYPE, "0" * 64),
            ("apps/x", tarfile.CHRTYPE, "0" * 64),
            ("apps/x", tarfile.REGTYPE, "x"),
        ):
            data = io.BytesIO()
            with tarfile.open(fileobj=data, mode="w|") as archive:
                entry = tarfile.TarInfo(name)
                entry.type = kind
                archive.addfile(entry)
            data.seek(0)
            with self.assertRaises((BadRequest, CannotWrite), msg=name):
                mirror.take(self.other, {"digest": digest}, data)
            self.assertTrue((mirror.directory(self.other) / "apps" / "shop").is_dir())


class RecoverTest(RecoveringCase):
    def setUp(self) -> None:
        super().setUp()
        self.declared: tuple[int, str] | None = (7, "green")
        self.struck: list[str] = []
        self.reconciled: list[str] = []
        self.settled: list[str] = []
        for where, name, does in (
            (recovering.host_settling, "settle", lambda *_, **__: self.settled.append("host")),
            (recovering.truth, "live", lambda *_: self.declared),
            (recovering.membership, "strike_out", lambda _, one: self.struck.append(one.id)),
            (recovering.membership, "settle", lambda _: None),
            (recovering, "run", self.run_program),
            (recovering.placing.apps, "make_repository", lambda _: None),
        ):
            self.enterContext(mock.patch.object(where, name, side_effect=does))

    def run_program(self, command: list[str], seconds: float) -> Ended:
        self.reconciled.append(command[-1])
        return Ended(0, b"", b"")

    def recover(self) -> int:
        work = Work("id", self.paths.root / "work")
        engine = mock.Mock()
        return recovering.recover(Operation(self.other, self.reporter, engine, work, "host.cluster", "recover", "ada"))

    def test_it_becomes_the_home_with_each_app_as_it_was_live(self) -> None:
        self.send()
        self.members[0] = member("a", state="down")
        self.asked.clear()
        self.assertEqual(0, self.recover())
        self.assertTrue(nodes.is_home(self.other))
        self.assertEqual((7, "green"), (slots.live_release(self.other, "shop"), slots.live_slot(self.other, "shop")))
        self.assertTrue((self.other.app("shop") / "slots" / "green" / "spread").exists())
        self.assertEqual("secret", values.read(self.other.app("shop") / "operator" / "env" / "TOKEN"))
        self.assertEqual((["a"], ["shop"]), (self.struck, self.reconciled))
        self.assertEqual(["c claim", "c nodes", "c drains"], self.asked)
        self.assertEqual(["c"], [one.name for one in nodes.others(self.other)])

    def test_logs_are_sent_as_before(self) -> None:
        self.tree(self.paths.app("shop") / "drains" / "1", {"target": "syslog+tcp://10.0.0.9", "lost": "7"})
        self.send()
        self.members[0] = member("a", state="down")
        with mock.patch.object(placing.forwarder, "need"), mock.patch.object(drains, "apply") as applied:
            self.recover()
        [one] = drains.of_app(self.other, "shop")
        self.assertEqual(("syslog+tcp://10.0.0.9", 0), (one.target, one.lost))
        applied.assert_called_with(self.other)

    def test_a_release_that_nobody_told_is_not_guessed(self) -> None:
        self.send()
        self.members[0] = member("a", state="down")
        self.declared = (8, "blue")
        self.recover()
        self.assertEqual((7, "green"), (slots.live_release(self.other, "shop"), slots.live_slot(self.other, "shop")))
        self.assertTrue(any("v8 of shop was live" in line for line in self.reporter.lines))

    def test_who_cannot_take_its_place_is_refused_and_changes_nothing(self) -> None:
        with self.assertRaises(Refused) as caught:
            self.recover()
        self.assertEqual("no-mirror", caught.exception.cause)
        self.send()
        with self.assertRaises(Refused) as caught:
            self.recover()
        self.assertEqual("home-there", caught.exception.cause)
        self.assertEqual("a", nodes.home(self.other))
        self.assertEqual([], self.struck)

    def test_after_a_cut_it_goes_on(self) -> None:
        self.send()
        self.members[0] = member("a", state="down")
        with mock.patch.object(recovering, "_become_home", side_effect=Failed("x", "cut")), self.assertRaises(Failed):
            self.recover()
        self.assertEqual(0, self.recover())
        self.assertTrue(nodes.is_home(self.other))
        self.assertEqual(["host"], self.settled, "what somebody has set since the first try stays")
        with self.assertRaises(Refused) as caught:
            self.recover()
        self.assertEqual("home", caught.exception.cause)


class FollowTest(RecoveringCase):
    def test_only_a_manager_becomes_the_home(self) -> None:
        engine = mock.Mock()
        engine.get.return_value = {"Swarm": {"RemoteManagers": [{"NodeID": "c", "Addr": "10.0.0.3:2377"}]}}
        membership.follow(self.other, engine, "c")
        self.assertEqual("c", nodes.home(self.other))
        with self.assertRaises(Refused):
            membership.follow(self.other, engine, "a")
        self.assertEqual("c", nodes.home(self.other))
