"""What is answered below /.well-known/ on every machine of a cluster."""

from __future__ import annotations

import os
import time
from typing import Any
from unittest import mock

from pocketpaas.cluster import challenge, fronts, peers
from pocketpaas.cluster.challenge import everywhere
from pocketpaas.engine import parallel
from pocketpaas.failure import BadRequest
from pocketpaas.routing import wellknown
from pocketpaas.routing.wellknown import ACME, REACH, Told, WellKnown
from pocketpaas.state import nodes, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths
from test_cluster import PUBLIC, B, ClusterCase

C = Node("c", "10.0.0.3", 22, "def", PUBLIC, (PUBLIC,))
ONE = WellKnown(ACME, "token-1", "token-1.print")


class ChallengeCase(ClusterCase):
    """The machine `b` answers, `c` does not."""

    def setUp(self) -> None:
        super().setUp()
        self.sent: list[tuple[str, dict[str, str]]] = []
        patched = mock.patch.object(peers, "ask", self.ask)
        patched.start()
        self.addCleanup(patched.stop)

    def ask(
        self, _paths: HostPaths, node: Node, words: list[str], sent: dict[str, str], **_more: Any
    ) -> dict[str, str]:
        self.assertEqual([challenge.WORD], words)
        if node == C:
            raise peers.Unreachable("c", "no route")
        self.sent.append((node.name, sent))
        return {}

    def be_home_of_two(self) -> None:
        self.be_home()
        nodes.write(self.paths, B)
        nodes.write(self.paths, C)

    def answered(self, paths: HostPaths, kind: str = ACME) -> dict[str, str]:
        folder = wellknown.place(paths, kind)
        return {name: values.need(folder / name) for name in values.names(folder)}


class EverywhereTest(ChallengeCase):
    def test_a_host_that_is_alone_answers_alone(self) -> None:
        with mock.patch.object(parallel, "tried") as tried, everywhere(self.paths, ONE) as told:
            self.assertEqual({"token-1": "token-1.print"}, self.answered(self.paths))
        tried.assert_not_called()
        self.assertEqual((Told(), {}), (told, self.answered(self.paths)))

    def test_each_machine_has_it_before_anybody_looks_and_no_longer(self) -> None:
        self.be_home_of_two()
        with everywhere(self.paths, ONE) as told:
            self.assertEqual([("b", {"kind": ACME, "name": "token-1", "text": "token-1.print"})], self.sent)
        self.assertEqual(Told(("b",), ("c",)), told)
        self.assertEqual(("b", {"kind": ACME, "name": "token-1"}), self.sent[-1])
        self.assertEqual(2, len(self.sent))

    def test_it_goes_where_the_look_fails(self) -> None:
        self.be_home_of_two()
        with self.assertRaises(OSError), everywhere(self.paths, ONE):
            raise OSError
        self.assertEqual({}, self.answered(self.paths))
        self.assertEqual(2, len(self.sent))


class ProgramTest(ChallengeCase):
    def run_it(self, *arguments: str, token: str = "t1", text: str = "t1.print") -> int:
        with mock.patch.dict(os.environ, {"CERTBOT_TOKEN": token, "CERTBOT_VALIDATION": text}):
            return challenge.main(self.paths, self.reporter, arguments)

    def test_certbot_has_the_machines_answer_and_forget(self) -> None:
        self.be_home_of_two()
        self.assertEqual(0, self.run_it("put", "b", "c"))
        self.assertEqual({"t1": "t1.print"}, self.answered(self.paths))
        self.assertEqual([("b", {"kind": ACME, "name": "t1", "text": "t1.print"})], self.sent)
        self.assertEqual(0, self.run_it("remove", "b"))
        self.assertEqual(({}, ("b", {"kind": ACME, "name": "t1"})), (self.answered(self.paths), self.sent[-1]))

    def test_only_machines_of_the_cluster_are_asked(self) -> None:
        self.be_home()
        self.run_it("put", "b")
        self.assertEqual([], self.sent)

    def test_what_is_no_challenge_is_refused(self) -> None:
        for arguments, token, text in (
            (("put",), "../x", "y"),
            (("put",), "", "y"),
            (("put",), "x", "a\nb"),
            (("look",), "x", "y"),
            ((), "x", "y"),
        ):
            with self.assertRaises(BadRequest):
                self.run_it(*arguments, token=token, text=text)
        self.assertEqual({}, self.answered(self.paths))


class FrontTest(ChallengeCase):
    def take(self, kind: str, name: str, text: str) -> None:
        challenge.take(self.paths, {"kind": kind, "name": name, "text": text})

    def test_a_front_answers_where_its_nginx_looks_and_forgets(self) -> None:
        front = fronts.paths_of(self.paths)
        for kind in (ACME, REACH):
            self.take(kind, "t-1", "text")
            self.assertEqual({"t-1": "text"}, self.answered(front, kind))
            self.assertEqual(0o644, (wellknown.place(front, kind) / "t-1").stat().st_mode & 0o777)
            challenge.take(self.paths, {"kind": kind, "name": "t-1"})
            self.assertEqual({}, self.answered(front, kind))
        self.assertEqual(0o711, front.root.stat().st_mode & 0o777)
        self.assertEqual({}, self.answered(self.paths))

    def test_tokens_are_data(self) -> None:
        for kind, name, text in (
            ("other", "t", "x"),
            ("../acme-challenge", "t", "x"),
            (ACME, "../t", "x"),
            (ACME, "t/u", "x"),
            (ACME, "", "x"),
            (ACME, ".t", "x"),
            (ACME, "t" * 129, "x"),
            (ACME, "t", "<script>"),
            (ACME, "t", "x" * 513),
            (ACME, "../t", ""),
        ):
            with self.assertRaises(BadRequest, msg=f"{kind}/{name}"):
                self.take(kind, name, text)

    def test_what_nobody_took_back_goes_after_a_while(self) -> None:
        front = fronts.paths_of(self.paths)
        self.take(ACME, "old", "x")
        self.take(ACME, "young", "x")
        before = time.time() - 3700
        os.utime(wellknown.place(front, ACME) / "old", (before, before))
        self.take(ACME, "new", "x")
        self.assertEqual({"new": "x", "young": "x"}, self.answered(front))
