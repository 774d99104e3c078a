"""From one release to the next over a cluster: what must not run beside its successor, and whether both have room."""

from __future__ import annotations

from typing import Any
from unittest import mock

from pocketpaas.engine import swarm, swarm_services
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.swarm_services import Service
from pocketpaas.failure import Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import memory, spread, spread_memory, spread_overlap
from pocketpaas.release.scale import Instance
from pocketpaas.release.spread_memory import Need
from pocketpaas.state import nodes, values
from test_cluster import B, ClusterCase

MB = 1 << 20


def service(kind: str, copies: int) -> Service:
    spec = {
        "Labels": {"pocketpaas.type": kind, "pocketpaas.slot": "blue"},
        "Mode": {"Replicated": {"Replicas": copies}},
        "TaskTemplate": {"ContainerSpec": {"StopGracePeriod": 5 * 10**9}},
    }
    return Service(kind, f"pocketpaas_shop_{kind}_blue", 1, spec)


class HandoverCase(ClusterCase):
    def setUp(self) -> None:
        super().setUp()
        self.be_home()
        nodes.write(self.paths, B)
        self.bundle = self.paths.release("shop", 2)
        for kind in ("web", "clock"):
            values.make_directory(self.bundle / "processes" / kind)
        values.put(self.bundle / "processes" / "clock" / "overlap", "false")
        work = Work("id", self.paths.root / "work")
        self.operation = Operation(self.paths, mock.Mock(), mock.Mock(), work, "shop", "deploy", "ada")
        self.services = (service("web", 2), service("clock", 1))
        self.enterContext(mock.patch.object(spread, "services_of", lambda *_: self.services))


class OverlapTest(HandoverCase):
    def setUp(self) -> None:
        super().setUp()
        self.copies: list[tuple[str, int]] = []
        self.tasks: list[list[mock.Mock]] = []
        by_name = {one.name: one for one in self.services}
        self.enterContext(mock.patch.object(swarm_services, "service", lambda _engine, name: by_name.get(name)))
        self.enterContext(mock.patch.object(swarm_services, "update_service", self.update))
        self.enterContext(mock.patch.object(swarm_services, "tasks", lambda *_: self.tasks.pop(0)))
        self.enterContext(mock.patch.object(spread_overlap, "_POLL", 0.0))
        self.push = self.enterContext(mock.patch.object(spread_overlap.spread_push, "push", return_value=True))
        self.quiet = self.enterContext(mock.patch.object(spread_overlap.spread_drain, "await_quiet_live"))

    def update(self, _engine: object, found: Service, document: dict[str, Any]) -> None:
        self.copies.append((found.id, document["Mode"]["Replicated"]["Replicas"]))

    def chosen(self) -> list[str]:
        return [one.id for one in spread_overlap.chosen(self.operation, self.bundle, "blue")]

    def test_the_types_that_say_so_end_first_and_with_stop_first_all(self) -> None:
        self.assertEqual(["clock"], self.chosen())
        self.operation.stop_first = True
        self.assertEqual(["web", "clock"], self.chosen())
        self.operation.stop_first = False
        values.remove(self.bundle / "processes" / "clock" / "overlap")
        self.assertEqual([], self.chosen())

    def test_they_have_ended_on_every_machine_before_the_next_begin(self) -> None:
        self.tasks = [[mock.Mock(state="running")], [mock.Mock(state="running")], [mock.Mock(state="shutdown")]]
        spread_overlap.end(self.operation, self.services[1:], "blue", (B,))
        self.assertEqual([("clock", 0)], self.copies)
        self.assertEqual([], self.tasks)
        self.push.assert_not_called()
        self.assertFalse(self.operation.down)

    def test_visitors_are_told_and_requests_have_time(self) -> None:
        self.tasks = [[], []]
        spread_overlap.end(self.operation, self.services, "blue", (B,))
        self.assertTrue((self.paths.app("shop") / "unavailable").exists())
        self.push.assert_called_once_with(self.paths, self.operation.reporter, "shop", (B,))
        self.quiet.assert_called_once_with(self.operation, "blue")
        self.assertTrue(self.operation.down)

    def test_one_that_does_not_end_is_a_failure(self) -> None:
        self.tasks = [[mock.Mock(state="running")]]
        with mock.patch.object(spread_overlap, "_MARGIN", -9.0), self.assertRaises(Failed):
            spread_overlap.end(self.operation, self.services[1:], "blue", ())

    def test_what_has_ended_runs_again_and_then_it_answers(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        values.touch(self.paths.app("shop") / "unavailable")
        self.operation.down = True
        with mock.patch.object(spread, "await_running") as awaited:
            with mock.patch.object(spread_overlap.slots, "live_release", return_value=1):
                spread_overlap.undo(self.operation, self.services, (B,))
        self.assertEqual([("web", 2), ("clock", 1)], self.copies)
        awaited.assert_called_once_with(self.operation, "blue", {"web": 2, "clock": 1})
        self.assertFalse((self.paths.app("shop") / "unavailable").exists())
        self.assertFalse(self.operation.down)

    def test_where_that_fails_it_is_told_that_nothing_answers(self) -> None:
        self.operation.down = True
        with mock.patch.object(spread, "await_running", side_effect=EngineError(500, "gone")):
            with mock.patch.object(spread_overlap.slots, "live_release", return_value=1):
                spread_overlap.undo(self.operation, self.services, (B,))
        self.assertTrue(self.operation.down)


class MemoryTest(HandoverCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.bundle / "settings" / "limits")
        values.put(self.bundle / "settings" / "limits" / "memory", str(300 * MB))
        every = [Instance("web", 1), Instance("web", 2), Instance("clock", 1)]
        self.enterContext(mock.patch.object(spread_memory.scale, "instances", lambda *_: every))
        members = (self.member("own"), self.member(B.id))
        self.enterContext(mock.patch.object(swarm, "members", return_value=members))
        self.enterContext(mock.patch.object(swarm, "own_id", return_value="own"))
        self.enterContext(mock.patch.object(swarm_services, "local_tasks", return_value=()))

    def member(self, name: str) -> swarm.Member:
        return swarm.Member(name, name, "worker", "ready", "active", "", False, False, {}, 1, 1)

    def guard(self, own: int, other: int, then: int = 0) -> None:
        free = {"own": own * MB, B.id: other * MB}
        with mock.patch.object(memory, "available", return_value=own * MB):
            answer = {"free": str((then or other) * MB)}
            with mock.patch.object(spread_memory.peers, "ask", return_value=answer):
                spread_memory.guard(self.operation, self.bundle, "blue", (B,), free)

    def test_each_process_needs_room_on_a_machine(self) -> None:
        self.guard(400, 400)
        self.guard(100, 700)
        with self.assertRaises(Refused) as caught:
            self.guard(400, 100)
        self.assertIn(
            "600 MB needed for 2 new processes, 500 MB of memory and swap left on 2 machines", str(caught.exception)
        )
        self.assertIn("--stop-first", caught.exception.cure)

    def test_it_is_asked_again_before_it_is_refused(self) -> None:
        self.guard(400, 100, then=500)

    def test_what_ends_first_needs_no_room_beside_itself(self) -> None:
        self.operation.stop_first = True
        self.guard(1, 1)
        self.operation.stop_first = False
        self.services = ()
        self.guard(1, 1)

    def test_a_machine_that_may_not_run_it_has_no_room_for_it(self) -> None:
        values.put(self.bundle / "settings" / "volumes", "data\t/data")
        with self.assertRaises(Refused) as caught:
            self.guard(400, 900)
        self.assertIn("400 MB of memory and swap left on the host, of which", str(caught.exception))

    def test_one_that_does_not_say_is_not_counted(self) -> None:
        need = Need(900 * MB, frozenset(("own", "b")))
        self.assertTrue(spread_memory.fits([need], {"own": MB}))
        self.assertFalse(spread_memory.fits([need], {"own": MB, "b": MB}))
        self.assertEqual({"own"}, set(spread_memory.free_of("own", (B,), ({},))))
