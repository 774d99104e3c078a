"""Is it up, and why not."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
import unittest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from fake_engine import EngineCase, frame
from pocketpaas import rules
from pocketpaas.engine import containers
from pocketpaas.engine.cgroup import Process
from pocketpaas.engine.client import EngineAway
from pocketpaas.failure import Failed, Refused
from pocketpaas.release import asking, candidates, check, connections, explain, listeners, memory
from pocketpaas.release.asking import Question
from pocketpaas.release.check import Candidate, CheckSettings, Verdict
from pocketpaas.release.ending import Target
from pocketpaas.release.listeners import Reach
from pocketpaas.release.running import Running
from pocketpaas.release.scale import Instance

ME = os.getpid()
HERE = "127.0.0.1"
DEADLINE = float(rules.default("check-deadline"))


@contextmanager
def served(*answers: bytes, hold: bool = False) -> Iterator[int]:
    """The port of a server that gives one answer to each connection, the last one again and again."""
    left = list(answers)
    with socket.create_server((HERE, 0)) as server:

        def serve() -> None:
            kept = []
            while True:
                try:
                    connection, _ = server.accept()
                    connection.recv(65536)
                    connection.sendall(left.pop(0) if len(left) > 1 else left[0])
                except OSError:
                    return
                if hold:
                    kept.append(connection)
                else:
                    connection.close()

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]
        # Else it would listen as long as somebody waits for a connection.
        server.shutdown(socket.SHUT_RDWR)


def good(status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok".encode()


class AskingTest(unittest.TestCase):
    def ask(self, port: int, path: str = "/up", statuses: str = "200-399", timeout: float = 1) -> str:
        return asking.ask(Question("shop.example.org", HERE, port, path, statuses, timeout), 1)

    def test_answers(self) -> None:
        for answer, verdict in (
            (good(), ""),
            (good("204 No Content"), ""),
            (good("302 Found"), ""),
            (good("404 Not Found"), "404"),
            (good("500 Oops"), "500"),
            (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + good(), ""),
            (b"HTTP/1.1 100 Continue\r\n\r\n" + good("503 No"), "503"),
            (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", ""),
            (b"HTTP/1.0 200 OK\r\n\r\nto the end", ""),
            (b"\x15\x03\x03\x00\n", "garbled"),
            (b"", "garbled"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "garbled"),
        ):
            with self.subTest(answer), served(answer) as port:
                self.assertEqual(self.ask(port), verdict)

    def test_who_says_nothing_is_not_waited_for(self) -> None:
        for answer in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok"):
            begin = time.monotonic()
            with served(answer, hold=True) as port:
                self.assertEqual(self.ask(port, timeout=0.3), "silent")
            self.assertLess(time.monotonic() - begin, 3)

    def test_without_a_path_a_connection_is_enough(self) -> None:
        with served(b"") as port:
            self.assertEqual(self.ask(port, path=""), "")
            self.assertTrue(asking.connects(HERE, port))
        self.assertEqual(self.ask(port, path=""), "refused")
        self.assertEqual(self.ask(port), "refused")

    def test_where_nobody_answers_it_ends_in_time(self) -> None:
        # Full: the kernel neither takes nor refuses any more.
        with socket.socket() as server, socket.socket() as first:
            server.bind((HERE, 0))
            server.listen(0)
            first.connect(server.getsockname())
            question = Question("x", HERE, server.getsockname()[1], "", "", 1)
            waiting = [socket.socket() for _ in range(3)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(server.getsockname())
            begin = time.monotonic()
            self.assertEqual(asking.ask(question, 0), "unreached")
            self.assertLess(time.monotonic() - begin, 1)
            for one in waiting:
                one.close()

    def test_the_request(self) -> None:
        seen: list[bytes] = []
        with socket.create_server((HERE, 0)) as server:

            def serve() -> None:
                connection, _ = server.accept()
                seen.append(connection.recv(65536))
                connection.sendall(good())
                connection.close()

            threading.Thread(target=serve, daemon=True).start()
            self.assertEqual(self.ask(server.getsockname()[1], "/up?a=b"), "")
        lines = seen[0].decode().split("\r\n")
        self.assertEqual(lines[0], "GET /up?a=b HTTP/1.1")
        self.assertIn("Host: shop.example.org", lines)
        self.assertIn("User-Agent: PocketPaaS-check", lines)
        self.assertIn("X-Forwarded-Proto: http", lines)

    def test_statuses_are_ranges_and_lists(self) -> None:
        taken = [one for one in (199, 200, 399, 400, 418, 0) if asking.is_expected(one, "200-399,418")]
        self.assertEqual(taken, [200, 399, 418])


class CheckCase(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.where = self.paths.release("shop", 1)
        self.settings(deadline="1", interval="0.02")

    def settings(self, **settings: str) -> None:
        self.tree(self.where, {f"settings/check/{name}": value for name, value in settings.items()})

    def port(self, port: int) -> None:
        self.tree(self.where, {"port": str(port)})

    def candidate(self, process_type: str = "web", pid: int = ME, container: str = "0123") -> Candidate:
        return Candidate(container, Instance(process_type, 1), HERE, pid, "/none")

    def verdict(self, candidate: Candidate) -> Verdict:
        return check.check_all(self.where, "shop.example.org", (candidate,))[candidate.id]


class CheckTest(CheckCase):
    def test_defaults(self) -> None:
        for name in ("deadline", "interval"):
            (self.where / "settings/check" / name).unlink()
        self.assertEqual(CheckSettings.of_bundle(self.where), CheckSettings(5000, "", "200-399", 5, 0.05, DEADLINE))
        self.assertEqual(check.stays_up(self.where, "web"), 0)
        self.assertEqual(check.stays_up(self.where, "worker"), 2)

    def test_the_first_good_answer_counts(self) -> None:
        self.settings(path="/up", status="200")
        with served(good("503 No"), good("503 No"), good()) as port:
            self.port(port)
            self.assertTrue(self.verdict(self.candidate()).ok)

    def test_what_never_answers_well(self) -> None:
        self.settings(path="/up", deadline="0")
        with served(good("500 Oops")) as port:
            self.port(port)
            self.assertEqual(self.verdict(self.candidate()), Verdict("status", status="500"))
        self.assertEqual(self.verdict(self.candidate()).kind, "refused")

    def test_who_cannot_be_asked_must_stay_up(self) -> None:
        self.tree(self.where, {"processes/worker/stays-up": "1", "processes/other/stays-up": "60"})
        verdict = self.verdict(self.candidate("worker"))
        self.assertTrue(verdict.ok)
        self.assertGreaterEqual(verdict.seconds, 1)
        with subprocess.Popen(["sleep", "0.3"]) as short_lived:
            self.assertEqual(self.verdict(self.candidate("other", short_lived.pid)).kind, "exited")
        self.assertEqual(self.verdict(self.candidate("worker", 0)).kind, "exited")

    def test_one_that_fails_ends_the_checks_of_all(self) -> None:
        self.tree(self.where, {"processes/worker/stays-up": "600"})
        both = (self.candidate("worker"), self.candidate("worker", 0, "dead"))
        begin = time.monotonic()
        verdicts = check.check_all(self.where, "x", both)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual({one: verdict.kind for one, verdict in verdicts.items()}, {"dead": "exited"})
        self.assertEqual(check.check_all(self.where, "x", ()), {})

    def test_kills_for_memory_are_counted(self) -> None:
        with mock.patch("pocketpaas.engine.cgroup.oom_kills", lambda group: 2):
            self.assertEqual(self.verdict(self.candidate("worker", 0)), Verdict("exited", kills=2))

    def test_all_of_it_as_an_operation_tells_it(self) -> None:
        candidates.check_them(self.operation, self.where, ())
        self.assertEqual(self.reporter.lines, ["+step\tcheck\tstart\t", "+step\tcheck\tdone\tup after 0.0 s"])
        with served(b"") as port:
            self.port(port)
            candidates.check_them(self.operation, self.where, (self.candidate(),))
        self.assertTrue(self.reporter.lines[-1].startswith("+step\tcheck\tdone\tup after 0."))
        self.fake.add("0123", "green", "exited", type="worker")
        self.fake.containers["0123"]["State"]["ExitCode"] = 3
        self.fake.logs["0123"] = frame(2, b"no database\n")
        with self.assertRaisesRegex(Failed, "worker.1 exited with code 3 before it was up"):
            candidates.check_them(self.operation, self.where, (self.candidate("worker", 0),))
        self.assertEqual(
            self.reporter.lines[-3:],
            ["+step\tcheck\tfail\tworker.1", "|no database", "+note\tworker.1 has ended: exit code 3"],
        )
        with mock.patch("pocketpaas.release.candidates.free_kilobytes", lambda place: 0):
            with self.assertRaisesRegex(Failed, "did not come up"):
                candidates.check_them(self.operation, self.where, (self.candidate("worker", 0),))


class ExplainTest(CheckCase):
    def setUp(self) -> None:
        super().setUp()
        self.fake.add("0123", "green", "exited")
        patched = mock.patch("pocketpaas.release.explain.kernel_killed", lambda container: False)
        patched.start()
        self.addCleanup(patched.stop)

    def exit(self, code: int, oom: bool = False, kills: int = 0) -> Failed:
        self.fake.containers["0123"]["State"].update(ExitCode=code, OOMKilled=oom)
        found = explain.failure(
            self.operation, self.where, (self.candidate("worker"),), {"0123": Verdict("exited", kills=kills)}
        )
        return found

    def test_each_end_has_its_own_cure(self) -> None:
        for code, cure in (
            (127, "was not found"),
            (126, "executable"),
            (0, "ended by itself"),
            (139, "signal 11"),
            (137, "SIGKILL"),
            (3, "last lines"),
        ):
            found = self.exit(code)
            self.assertEqual(found.cause, "exited")
            self.assertEqual(found.text, f"worker.1 exited with code {code} before it was up")
            self.assertIn(cure, found.cure)
        self.assertEqual(self.exit(137, oom=True).cause, "out-of-memory")
        self.assertEqual(self.exit(1, kills=1).cause, "out-of-memory")
        self.tree(self.where, {"settings/limits/memory": str(512 << 20)})
        self.assertEqual(self.exit(137).text, "worker.1 was killed because it ran out of memory (its limit is 512 MB)")
        self.fake.end()
        self.assertIn("exited with code ?", self.exit(1).text)

    def test_the_engine_may_know_of_an_end_later_than_the_kernel(self) -> None:
        container = self.fake.containers["0123"]

        def wait(_engine: object, _container: str, seconds: float | None) -> int:
            self.assertIsNotNone(seconds)
            container["State"].update(Status="exited", ExitCode=7)
            return 7

        container["State"]["Status"] = "running"
        with mock.patch.object(containers, "wait", wait):
            self.assertEqual(self.exit(0).text, "worker.1 exited with code 7 before it was up")
        container["State"]["Status"] = "running"
        with mock.patch.object(containers, "wait", side_effect=EngineAway("too long")):
            self.assertIn("exited with code ?", self.exit(0).text)

    def test_the_kernels_log_is_asked(self) -> None:
        log = ["x", "oom-kill:constraint=CONSTRAINT_MEMCG,oom_memcg=/docker/0123abc,task=node", "y"]
        mock.patch.stopall()
        with mock.patch("pocketpaas.release.explain._kernel_log", lambda: log):
            self.assertTrue(explain.kernel_killed("0123abc"))
            self.assertFalse(explain.kernel_killed("0456"))
        self.assertIsInstance(explain._kernel_log(), list)

    def silence(self, kind: str, ports: dict[int, Reach], kills: int = 0, status: str = "") -> Failed:
        settings = CheckSettings(5000, "/up", "200-399", 1, 0.05, 1)
        verdict = Verdict(kind, kills=kills, status=status)
        return explain.unanswered(self.candidate(), verdict, settings, ports)

    def test_each_silence_has_its_own_cause(self) -> None:
        with mock.patch("pocketpaas.release.asking.connects", lambda address, port: False):
            for found, cause, text in (
                (self.silence("refused", {3000: Reach.OPEN}), "wrong-port", "on port 3000, not on $PORT (5000)"),
                (self.silence("refused", {}), "not-listening", "listens on no port after 1 s; expected $PORT (5000)"),
                (self.silence("refused", {}, kills=2), "out-of-memory", "the kernel killed a process of web.1"),
                (self.silence("refused", {5000: Reach.OPEN}), "unreachable", "the host cannot reach"),
                (self.silence("unreached", {5000: Reach.OPEN}), "unreachable", "the host cannot reach"),
                (self.silence("refused", {5000: Reach.LOOPBACK, 3000: Reach.OPEN}), "loopback-only", "127.0.0.1"),
                (self.silence("silent", {5000: Reach.OPEN}), "no-answer", "GET /up got no answer within 1 s"),
                (self.silence("garbled", {5000: Reach.OPEN6}), "not-http", "what it says to GET /up is not HTTP"),
                (self.silence("status", {}, status="500"), "check-failed", "answered 500, expected 200-399"),
            ):
                self.assertEqual(found.cause, cause)
                self.assertIn(text, found.text)
            with mock.patch("pocketpaas.release.listeners.answers_inside", lambda *what: False):
                self.assertEqual(self.silence("refused", {5000: Reach.OPEN6}).cause, "ipv6-only")
            with mock.patch("pocketpaas.release.listeners.answers_inside", lambda *what: True):
                self.assertEqual(self.silence("refused", {5000: Reach.OPEN6}).cause, "unreachable")
        with mock.patch("pocketpaas.release.asking.connects", lambda address, port: True):
            self.assertEqual(self.silence("refused", {5000: Reach.OPEN}).cause, "too-slow")

    def test_what_still_prints_is_still_starting(self) -> None:
        for said, text in (
            (b"", "listens on no port after 1 s"),
            (frame(1, b"Loading\n"), "still starting after 1 s"),
        ):
            self.fake.logs["0123"] = said
            with mock.patch("pocketpaas.release.listeners.of_process", lambda pid: {}):
                found = explain.failure(self.operation, self.where, (self.candidate(),), {"0123": Verdict("refused")})
            self.assertEqual(found.cause, "not-listening")
            self.assertIn(text, found.text)
        self.assertIn("since", self.fake.queries[-1])

    def test_where_it_listens_is_said_in_any_case(self) -> None:
        ports = {3000: Reach.OPEN, 5000: Reach.LOOPBACK}
        with mock.patch("pocketpaas.release.listeners.of_process", lambda pid: ports):
            found = explain.failure(self.operation, self.where, (self.candidate(),), {"0123": Verdict("refused")})
        self.assertEqual(found.cause, "loopback-only")
        note = "+note\tweb.1 runs; it listens on 3000, 5000 (only on 127.0.0.1)"
        self.assertIn(note, self.reporter.lines)

    def test_without_a_verdict(self) -> None:
        found = explain.failure(self.operation, self.where, (self.candidate(),), {})
        self.assertEqual(found.cause, "check-failed")


class KernelTest(unittest.TestCase):
    def test_listeners_are_read_from_the_kernel(self) -> None:
        with socket.create_server((HERE, 0)) as loopback, socket.create_server(("", 0)) as everywhere:
            ports = listeners.of_process(ME)
            self.assertEqual(ports[loopback.getsockname()[1]], Reach.LOOPBACK)
            self.assertEqual(ports[everywhere.getsockname()[1]], Reach.OPEN)
        self.assertEqual(listeners.of_process(0), {})

    def test_forms_of_addresses(self) -> None:
        for address, reach in (
            ("0100007F", Reach.LOOPBACK),
            ("0B00007F", None),
            ("00000000", Reach.OPEN),
            ("00000000000000000000000001000000", Reach.LOOPBACK),
            ("0000000000000000FFFF00000100007F", Reach.LOOPBACK),
            ("0000000000000000FFFF000000000000", Reach.OPEN),
            ("00000000000000000000000000000000", Reach.OPEN6),
        ):
            self.assertEqual(listeners._reach(address), reach, address)

    def test_from_inside_a_network(self) -> None:
        with socket.create_server((HERE, 0)) as server:
            port = server.getsockname()[1]
            inside = listeners.answers_inside(ME, HERE, port)
            self.assertEqual(inside, os.geteuid() == 0)
        self.assertFalse(listeners.answers_inside(ME, HERE, port))
        self.assertFalse(listeners.answers_inside(0, HERE, port))

    def test_an_open_connection_is_a_request_that_is_still_answered(self) -> None:
        with socket.create_server((HERE, 0)) as web, socket.create_server((HERE, 0)) as other:
            targets = [Target(HERE, one.getsockname()[1]) for one in (other, web)]
            self.assertFalse(connections.is_busy(targets))
            with socket.create_connection(web.getsockname()):
                self.assertTrue(connections.is_busy(targets))
                with mock.patch("pocketpaas.release.connections._asked", side_effect=OSError):
                    self.assertTrue(connections.is_busy(targets), "by the kernel's list")
                    self.assertFalse(connections.is_busy(targets[:1]))
        self.assertFalse(connections.is_busy(()))

    def test_who_cannot_ask_takes_it_that_there_is_a_request(self) -> None:
        with mock.patch("pocketpaas.release.connections._asked", side_effect=OSError):
            with mock.patch("pocketpaas.release.connections._PROC_TCP", Path("/nonexistent")):
                self.assertTrue(connections.is_busy((Target(HERE, 1),)))


MB = 1 << 20
USED = {"a": 100 * MB, "b": 150 * MB, "c": 40 * MB, "d": 100 * MB, "e": 150 * MB, "f": 40 * MB}
TYPES = {"a": "web", "b": "web", "c": "worker", "d": "web", "e": "web", "f": "worker"}


class MemoryTest(EngineCase):
    """Two web processes and a worker are to start beside those that serve, of which each web uses 150 MB and the
    worker 40."""

    def setUp(self) -> None:
        super().setUp()
        self.where = self.tree(
            self.paths.release("shop", 1), {"processes/web/command": "x", "processes/worker/command": "x"}
        )
        self.state("apps/shop/operator/scale/web", "2")
        self.running = Running(serving=("a", "b", "c"), types=TYPES)

    def guard(self, free: int) -> None:
        with (
            mock.patch("pocketpaas.release.memory.available", lambda: free * MB),
            mock.patch("pocketpaas.engine.cgroup.first_process", lambda one: Process(1, one)),
            mock.patch("pocketpaas.engine.cgroup.memory", USED.get),
        ):
            memory.guard(self.operation, self.running, self.where / "settings", self.where)

    def test_what_fits_passes(self) -> None:
        # 2 × 150 + 40, and 64 that stay with the machine.
        self.guard(404)

    def test_what_does_not_fit_is_refused_with_numbers_and_the_way_out(self) -> None:
        with self.assertRaises(Refused) as caught:
            self.guard(403)
        self.assertEqual(caught.exception.cause, "no-memory")
        self.assertIn("340 MB needed for 3 new processes, 403 MB of memory and swap left", caught.exception.text)
        self.assertIn("pocketpaas restart --stop-first", caught.exception.cure)
        self.operation.kind = "env"
        with self.assertRaises(Refused) as caught:
            self.guard(403)
        self.assertIn("pocketpaas env set … --stop-first", caught.exception.cure)

    def test_a_limit_counts_rather_than_what_is_used_now(self) -> None:
        limits = {"limits/memory": str(50 * MB), "processes/web/memory": str(200 * MB)}
        self.tree(self.where / "settings", limits)
        self.guard(450 + 64)
        with self.assertRaisesRegex(Refused, "450 MB needed"):
            self.guard(450 + 63)

    def test_what_ends_first_needs_no_room_beside_itself(self) -> None:
        self.tree(self.where / "settings", {"processes/web/overlap": "false"})
        self.guard(40 + 64)
        self.running = Running(serving=("a",), other=("d", "e", "f"), types=TYPES)
        # What drains in the slot uses 290 MB.
        self.guard(1)
        self.running = Running()
        self.guard(1)
        self.running = Running(serving=("a",), types=TYPES)
        self.operation.stop_first = True
        self.guard(1)

    def test_what_the_machine_has_is_read(self) -> None:
        self.assertGreater(memory.available(), 0)
        file = self.paths.root / "meminfo"
        file.write_text("MemTotal: 9000 kB\nMemAvailable:    3000 kB\nSwapFree:  1000 kB\n")
        with mock.patch("pocketpaas.engine.cgroup.machine_limit", lambda: None):
            self.assertEqual(memory.available(file), 4000 * 1024)
        with mock.patch("pocketpaas.engine.cgroup.machine_limit", lambda: MB):
            with mock.patch("pocketpaas.engine.cgroup.memory", lambda group: 1024):
                self.assertEqual(memory.available(file), MB - 1024)

    def test_containers_that_have_ended_use_nothing(self) -> None:
        self.fake.add("a", "blue", "exited")
        self.assertEqual(memory.bytes_of(self.engine, ("a", "gone")), {})


if __name__ == "__main__":
    unittest.main()
