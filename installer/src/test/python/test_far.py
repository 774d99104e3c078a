"""What the home of a cluster hands on to another machine, and how it merges what all of them printed."""

from __future__ import annotations

import io
import os
import subprocess
import time
import unittest
from unittest import mock

from pocketpaas.cluster import fronts, peers, streams
from pocketpaas.engine import swarm_services
from pocketpaas.engine.containers import Container
from pocketpaas.entry import peer
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.query import connect, far_logs, files, inside, logs, nginx_log
from pocketpaas.query.logs import Wanted
from pocketpaas.state import nodes, values
from test_cluster import B, ClusterCase

ALPHA = b"2026-11-29T10:00:00.000001Z\tweb.1\talpha\n"
BRAVO = b"2026-11-29T10:00:00.000002Z\tweb.2\tbravo\n"
CHARLIE = b"2026-11-29T10:00:01.000000Z\tweb.1\tcharlie\n"


class HandOnTest(ClusterCase):
    """With a program of ours in the place of ssh."""

    def hand_on(self, script: str, met: int = 0, there: int = 0) -> int:
        ended = [mock.Mock(ok=met == 0, code=met, complaint="no route"), mock.Mock(ok=there == 0)]
        with mock.patch.object(peers, "kept_open"), mock.patch.object(peers, "run", side_effect=ended):
            with mock.patch.object(peers, "session", return_value=["/bin/sh", "-c", script]):
                return streams.hand_on(self.paths, B, ["exec", "shop"])

    def test_the_exit_code_is_the_commands(self) -> None:
        self.assertEqual(42, self.hand_on("exit 42"))
        self.assertEqual(143, self.hand_on("kill $$"))

    def test_of_255_it_is_asked_whether_the_connection_is_there(self) -> None:
        self.assertEqual(255, self.hand_on("exit 255"))
        with self.assertRaises(peers.Unreachable):
            self.hand_on("exit 255", there=1)
        with self.assertRaises(peers.Unreachable):
            self.hand_on("exit 0", met=255)

    def test_a_terminal_is_asked_for_where_there_is_one(self) -> None:
        pipe, tty = (peers.session(self.paths, B, ["exec", "shop"], one) for one in (False, True))
        self.assertEqual(["-T", "b", "pocketpaas/1 peer exec shop"], pipe[-3:])
        self.assertIn("-tt", tty)
        self.assertIn("ControlMaster=no", pipe)


class AskedTest(ClusterCase):
    """The other side: what the home may ask for, and nobody else."""

    def setUp(self) -> None:
        super().setUp()
        values.make_directory(nodes.directory(self.paths))
        values.write(nodes.directory(self.paths) / "home", "b")
        own = Container("one", "shop", 3, "web", "blue", 2, "running")
        self.own = own
        self.enterContext(mock.patch.object(swarm_services, "local_tasks", return_value=(own,)))
        self.enterContext(mock.patch.object(peer, "Engine"))

    def ask(self, words: str, key: str = "@b") -> int:
        return peer.serve(Request(self.paths, self.reporter, key, "peer", tuple(words.split()), io.BytesIO()))

    def test_each_does_what_the_verb_of_that_name_does(self) -> None:
        for module, name, words, expected in (
            (inside, "within", "exec shop blue 3 web.2 pipe slug bHM", ("exec web.2", ("pipe", "slug", "bHM"))),
            (connect, "within", "connect shop blue 3 web.2 5000", (5000,)),
            (files, "get", "get shop blue 3 web.2 L3RtcAA", ("L3RtcAA",)),
            (files, "put", "put shop blue 3 web.2", ()),
        ):
            with mock.patch.object(module, name, return_value=7) as done:
                self.assertEqual(7, self.ask(words), words)
            self.assertEqual((self.own, *expected), done.call_args.args[2:])

    def test_only_the_home_asks(self) -> None:
        for key in ("@c", "ada"):
            with self.assertRaises(Refused):
                self.ask("put shop blue 3 web.2", key)

    def test_what_names_no_process_of_an_app_is_refused(self) -> None:
        for words in (
            "put",
            "put shop blue 3",
            "put shop blue 3 web.2 x",
            "put ../x blue 3 web.2",
            "put shop red 3 web.2",
        ):
            with self.assertRaises(BadRequest, msg=words):
                self.ask(words)
        for words in ("put shop blue v3 web.2", "put shop blue 3 x/y", "logs", "logs ../x", "logs shop unit=sshd"):
            with self.assertRaises(BadRequest, msg=words):
                self.ask(words)
        with self.assertRaises(Refused):
            self.ask("put shop blue 3 web.9")

    def test_a_front_knows_the_limits_of_what_is_live_without_a_release(self) -> None:
        front = fronts.paths_of(self.paths)
        slot = front.app("shop") / "slots" / "blue"
        slot.mkdir(parents=True)
        (slot / "blue").touch()
        (front.app("shop") / "live").symlink_to("slots/blue")
        values.make_directory(front.app("shop") / "settings" / "http")
        values.put(front.app("shop") / "settings" / "http" / "timeout", "7")
        self.assertEqual(7, nginx_log.Limits.of(front, "shop").timeout)

    def test_logs_are_those_of_this_machine(self) -> None:
        with mock.patch.object(logs, "of_this_machine", return_value=0) as told:
            self.ask("logs shop follow lines=5 type=web")
        front, wanted, _ = told.call_args.args
        self.assertEqual(self.paths.root / "front", front.root)
        self.assertEqual(Wanted("shop", follow=True, lines=5, type="web"), wanted)


class OrderTest(unittest.TestCase):
    def test_a_line_is_at_its_time(self) -> None:
        self.assertLess(far_logs.order_of(ALPHA), far_logs.order_of(BRAVO))
        self.assertLess(far_logs.order_of(BRAVO), far_logs.order_of(CHARLIE))

    def test_a_request_is_at_the_time_that_nginx_wrote(self) -> None:
        request = b'\tnginx\t10.0.0.9 - ada [29/Nov/2026:%s] "GET / HTTP/1.1" 200 3 "-" "x [1/Nov/2026:0]"\n'
        for written in (b"10:00:01 +0000", b"12:30:01 +0230", b"05:00:01 -0500"):
            self.assertEqual(b"2026-11-29T10:00:01Z", far_logs.order_of(request % written))
        for odd in (
            b"\tnginx\tx\n",
            request % b"99:00:01 +0000",
            request.replace(b"Nov/2026:%s", b"Xxx/2026:%s") % b"1",
        ):
            self.assertEqual(b"", far_logs.order_of(odd))

    def test_the_options_are_those_that_were_asked_for(self) -> None:
        options = ("follow", "lines=7", "type=web", "release=3", "since=5")
        wanted = Wanted.of("shop", options)
        self.assertEqual(wanted, Wanted.of("shop", tuple(wanted.options())))


class MergedTest(unittest.TestCase):
    def setUp(self) -> None:
        self.now = 100.0
        self.enterContext(mock.patch.object(far_logs.time, "monotonic", lambda: self.now))
        self.merged = far_logs._Merged({"", "b"})

    def due(self, after: float) -> list[bytes]:
        self.now += after
        return list(self.merged.due())

    def test_the_past_of_all_comes_first_in_its_order(self) -> None:
        self.merged.take("", CHARLIE)
        self.merged.take("", far_logs._Mark.PAST_OVER)
        self.assertEqual([], self.due(1))
        for line in (ALPHA, BRAVO):
            self.merged.take("b", line)
        self.merged.take("b", far_logs._Mark.PAST_OVER)
        self.assertEqual([ALPHA, BRAVO, CHARLIE], self.due(1))

    def test_then_each_line_waits_a_moment_for_an_older_one(self) -> None:
        for source in ("", "b"):
            self.merged.take(source, far_logs._Mark.PAST_OVER)
        self.merged.take("", BRAVO)
        self.assertEqual([], self.due(0.2))
        self.merged.take("b", ALPHA)
        self.assertEqual([], self.due(0.2))
        self.assertEqual([ALPHA, BRAVO], self.due(0.2))

    def test_a_machine_that_says_nothing_is_not_waited_for_for_ever(self) -> None:
        self.merged.take("", ALPHA)
        self.assertEqual([], self.due(7))
        self.assertEqual([ALPHA], self.due(2))

    def test_a_failure_is_raised(self) -> None:
        with self.assertRaises(Refused):
            self.merged.take("", Refused("x", "y", ""))


class ServedTest(ClusterCase):
    """The whole, with programs of ours in the place of ssh and of the journal."""

    def setUp(self) -> None:
        super().setUp()
        self.be_home()
        nodes.write(self.paths, B)
        (self.paths.app("shop") / "slots" / "blue").mkdir(parents=True)
        (self.paths.app("shop") / "slots" / "blue" / "spread").touch()
        self.enterContext(mock.patch.object(logs, "found", lambda *_: iter([ALPHA + CHARLIE, None])))

    def told(self, script: str, *options: str) -> list[bytes]:
        """To a client that goes when it has all three lines."""
        out: list[bytes] = []
        end = time.monotonic() + 30
        client = mock.Mock(is_there=lambda: len(out) < 3 and time.monotonic() < end)
        self.enterContext(mock.patch.object(Client, "of_this_process", return_value=client))
        words = ("shop", *options)
        with mock.patch.object(peers, "reading", return_value=["/bin/sh", "-c", script]) as asked:
            with mock.patch.object(logs, "write", out.append):
                self.assertEqual(0, logs.serve(Request(self.paths, self.reporter, "ada", "logs", words, io.BytesIO())))
        self.words = asked.call_args.args[2] if asked.called else []
        return out

    def test_both_are_merged_and_the_last_ones_are_told(self) -> None:
        script = f"printf '{BRAVO.decode()}'".replace("\n", "\\n")
        self.assertEqual([ALPHA, BRAVO, CHARLIE], self.told(script))
        self.assertEqual(["logs", "shop", "lines=100"], self.words)
        self.assertEqual([BRAVO, CHARLIE], self.told(script, "lines=2"))
        self.assertEqual([], self.told(script, "lines=0"))

    def test_the_machine_is_named_for_its_nginx(self) -> None:
        script = "printf '2026-11-29T10:00:00.000002Z\\tnginx\\t502 GET /\\n'"
        self.assertIn(b"2026-11-29T10:00:00.000002Z\tnginx@b\t502 GET /\n", self.told(script))

    def test_one_that_does_not_answer_is_named_and_the_rest_is_told(self) -> None:
        for script in ("echo gone >&2; exit 255", "printf '+fail\\tengine\\tgone\\n'; exit 4"):
            told = self.told(script)
            self.assertEqual([ALPHA, CHARLIE], told[:2])
            self.assertIn(b"\tpocketpaas\tb could not be asked, so what ran there is missing: gone\n", told[2])

    def test_jobs_and_runs_are_on_the_home_alone(self) -> None:
        self.assertEqual([ALPHA + CHARLIE], self.told("exit 9", "cron=nightly"))
        self.assertEqual([], self.words)

    def test_what_is_followed_ends_with_its_client_and_leaves_nothing(self) -> None:
        self.enterContext(mock.patch.object(far_logs, "_WAIT", 0.01))
        began: list[subprocess.Popen[bytes]] = []
        real = subprocess.Popen

        def begin(*words: object, **more: object) -> subprocess.Popen[bytes]:
            began.append(real(*words, **more))  # type: ignore[call-overload]
            return began[-1]

        with mock.patch.object(logs, "found", lambda *_: self.endless()):
            with mock.patch.object(far_logs.subprocess, "Popen", begin):
                script = f"printf '{BRAVO.decode()}\\n'; exec sleep 60".replace("\n", "\\n")
                self.assertEqual([ALPHA, BRAVO, CHARLIE], self.told(script, "follow"))
        self.assertEqual([-9], [one.returncode for one in began])

    def endless(self):  # type: ignore[no-untyped-def] # a generator that never ends
        yield ALPHA + CHARLIE
        yield None
        reader, _ = os.pipe()
        os.read(reader, 1)


if __name__ == "__main__":
    unittest.main()
