"""Commands in the background, and in containers that run."""

from __future__ import annotations

import base64
import ctypes
import os
import pty
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest import mock

from fake_engine import frame
from pocketpaas.engine import exec_kill
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine import channel
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.query import background as answers
from pocketpaas.query import detach, inside
from pocketpaas.release import background
from pocketpaas.schedule import runs
from pocketpaas.state import values
from program_fixture import HOSTILE, Said, streams
from test_schedule import JobCase

#: prctl(2): PR_SET_CHILD_SUBREAPER.
_SUBREAPER = 36


def encoded(*words: str) -> str:
    """The words as they travel."""
    data = b"".join(values.encode(word) + b"\0" for word in words)
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class DetachTest(JobCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(detach, "Engine", lambda paths: self.engine)
        self.tree(self.paths.keys / "ann", {"role": "admin"})
        self.tree(self.paths.keys / "ci", {"role": "deploy", "apps": "shop"})
        for number in (signal.SIGTERM, signal.SIGINT):
            self.addCleanup(signal.signal, number, signal.getsignal(number))

    def request(self, verb: str, *words: str, key: str = "ann") -> Request:
        """A verb's request."""
        return Request(self.paths, self.reporter, key, verb, ("shop", *words), mock.Mock())

    def test_its_words_run_as_they_were_typed(self) -> None:
        words = ("sh", "-c", *(word for word in HOSTILE if word.isprintable()))
        self.assertEqual(detach.serve(self.request("detach", encoded(*words), "type=web")), 0)
        (run,) = runs.all_of(self.paths, "shop")
        self.assertEqual(self.reporter.lines, [f"+result\trun\t{run.number}"])
        self.assertNotIn("sh", self.systemd.commands[0])
        self.assertIn("RuntimeMaxSec=90301", self.systemd.commands[0])
        made: list[dict[str, Any]] = []
        create = self.fake._create

        def kept(name: str, document: dict[str, Any]) -> Any:
            made.append(document)
            return create(name, document)

        self.patch(self.fake, "_create", kept)
        self.fake.started = {"Status": "exited", "ExitCode": 9, "Pid": 0}
        background.work(self.paths, self.engine, run, "shop")
        self.assertEqual(made[0]["Cmd"], list(words))
        self.assertFalse(made[0]["OpenStdin"])
        self.assertEqual(made[0]["Labels"]["pocketpaas.run"], run.id)
        self.assertIn(f"POCKETPAAS_PROCESS=run.{run.number}", made[0]["Env"])
        shown = answers.detached(self.request("show", "runs"))
        self.assertEqual([shown[f"{run.number}/{name}"] for name in ("result", "code", "who")], ["failed", "9", "ann"])
        self.assertTrue(shown[f"{run.number}/command"].startswith("sh -c "))
        self.assertNotIn(f"{run.number}/command", answers.detached(self.request("show", "runs", key="ci")))
        self.assertEqual(self.systemd.told("start"), [], "no alert: somebody looks at it")

    def test_the_name_of_a_type_stands_for_its_command(self) -> None:
        detach.serve(self.request("detach", encoded("web", "--port")))
        (run,) = runs.all_of(self.paths, "shop")
        self.assertEqual(run.text("type"), "web")
        self.assertEqual(
            background._spec(self.paths, "shop", 1, run).command, ("/bin/sh", "-c", 'serve "$@"', "web", "--port")
        )

    def test_stopped(self) -> None:
        run = self.at_work()
        detach.serve(self.request("runs", "stop", run.number))
        self.assertEqual(self.systemd.told("stop"), [["systemctl", "stop", run.unit]])
        run.end("stopped")
        detach.serve(self.request("runs", "stop", run.number))
        self.assertIn("has ended already: stopped", self.reporter.lines[-1])

    def test_what_is_refused(self) -> None:
        for verb, words, failure in (
            ("detach", ("!",), BadRequest),
            ("detach", (encoded("\udcff"),), BadRequest),
            ("detach", (encoded("ls"), "type=$(id)"), BadRequest),
            ("detach", (encoded("ls"), "type=worker"), BadRequest),
            ("runs", ("stop", "../../x"), BadRequest),
            ("runs", ("end", "01234567"), BadRequest),
            ("runs", ("stop", "01234567"), Refused),
        ):
            with self.subTest(verb=verb, words=words), self.assertRaises(failure):
                detach.serve(self.request(verb, *words))
        values.remove_tree(self.app)
        with self.assertRaises(Refused):
            detach.serve(self.request("detach", encoded("ls")))
        self.assertEqual(self.systemd.commands, [])


class InsideTest(JobCase):
    """The engine's "exec" of the fake: what was asked is in `self.made`, what is printed is `self.printed`."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(inside, "Engine", lambda paths: self.engine)
        self.patch(channel, "_LOOK", 0.05)
        self.fake.add("web1", "blue")
        self.fake.add("web2", "blue", instance="2")
        self.fake.add("old", "green", type="worker")
        self.fake.add("down", "blue", "exited", type="clock")
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.printed = frame(1, b"out\n") + frame(2, b"err\n")
        self.found = {"Running": False, "ExitCode": 7, "Pid": 0, "ContainerID": "web1"}
        original, answer = self.fake._containers, self.fake.answer

        def containers(method: str, name: str, what: str, query: Any, filters: Any, body: bytes) -> Any:
            if what == "exec":
                import json

                self.made.append((name, json.loads(body)))
                return 201, {"Id": "e1"}
            return original(method, name, what, query, filters, body)

        def answers_too(method: str, path: str, query: Any, body: bytes) -> Any:
            if path == "/exec/e1/start":
                self.fake.calls.append(f"{method} {path}")
                return 200, self.printed
            if path == "/exec/e1/json":
                return 200, self.found
            return answer(method, path, query, body)

        self.patch(self.fake, "_containers", containers)
        self.patch(self.fake, "answer", answers_too)

    def ran(self, *words: str) -> tuple[int, Said]:
        """Its exit code, and what it printed."""
        with streams(b"given") as said:
            code = inside.serve(Request(self.paths, self.reporter, "ann", "exec", ("shop", *words), sys.stdin.buffer))
        return code, said

    def test_its_streams_and_its_code(self) -> None:
        code, said = self.ran("web.2", "pipe", encoded("ls", "$(id)"))
        self.assertEqual((code, said.out, said.err), (7, b"out\n", b"err\n"))
        name, document = self.made[0]
        self.assertEqual(
            (name, document["Cmd"], document["Tty"], document["Env"]), ("web2", ["ls", "$(id)"], False, [])
        )
        self.assertIn('"what":"exec web.2","result":"7"', (self.paths.log / "events.jsonl").read_text())

    def test_a_type_is_its_first_process_and_no_command_a_shell(self) -> None:
        self.ran("web", "pipe", "-")
        self.assertEqual((self.made[0][0], self.made[0][1]["Cmd"][:2]), ("web1", ["/bin/sh", "-c"]))

    def test_in_a_slug_the_entrypoint_prepares_it(self) -> None:
        self.tree(self.paths.release("shop", 1), {"base": "slug"})
        self.ran("web", "pipe", encoded("node"))
        self.assertEqual(self.made[0][1]["Cmd"], ["/usr/local/bin/pocketpaas-start", "exec", "node"])

    def test_what_does_not_run_is_told_with_what_does(self) -> None:
        for process in ("worker.1", "clock.1", "web.3", "none"):
            code, said = self.ran(process, "pipe", encoded("ls"))
            self.assertEqual(code, 4, process)
            self.assertIn("running: web.1 web.2", said.told[1])
        for words in (("web.x", "pipe", "-"), ("../x", "pipe", "-"), ("web", "what", "-"), ("web", "pipe", "!")):
            self.assertEqual(self.ran(*words)[0], 2, words)
        self.assertEqual(self.made, [])

    def test_an_engine_that_refuses(self) -> None:
        self.fake.refusals["/containers/json"] = (500, {"message": "no"})
        code, said = self.ran("web", "pipe", encoded("ls"))
        self.assertEqual((code, said.told[0].split("\t")[0]), (1, "+fail"))

    def test_a_client_that_goes_away_ends_what_it_started(self) -> None:
        killed: list[str] = []
        self.patch(inside, "_attached", lambda *_arguments: time.sleep(20))
        self.patch(inside.Client, "of_this_process", lambda: Client(2**22, "1"))
        self.patch(exec_kill, "kill", lambda engine, execution: killed.append(execution))
        before = time.monotonic()
        self.assertEqual(self.ran("web", "pipe", encoded("sleep"))[0], 129)
        self.assertLess(time.monotonic() - before, 10)
        self.assertEqual(killed, ["e1"])

    def test_a_terminal(self) -> None:
        # No thread of ours stays behind in the terminal.
        self.patch(inside.attach, "pump", lambda connection, tty, given, out, err: out.write(b"raw"))
        leader, own = pty.openpty()
        self.addCleanup(signal.signal, signal.SIGWINCH, signal.getsignal(signal.SIGWINCH))
        with mock.patch.dict(os.environ, {"TERM": "xterm"}), streams() as said:
            os.dup2(own, 0)
            request = Request(self.paths, self.reporter, "ann", "exec", ("shop", "web", "tty", "-"), sys.stdin.buffer)
            self.assertEqual(inside.serve(request), 7)
        self.assertEqual((said.out, self.made[0][1]["Tty"], self.made[0][1]["Env"]), (b"raw", True, ["TERM=xterm"]))
        self.assertTrue(self.fake.asked("POST /exec/e1/resize"))
        os.close(leader)
        os.close(own)

    def test_the_session_ends_with_it_and_nothing_else(self) -> None:
        child = subprocess.Popen(["/bin/sh", "-c", "sleep 600 & exec sleep 600"], start_new_session=True)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        with open("/proc/self/cgroup") as file:
            own = file.readline().strip()
        self.found = {"Running": True, "ExitCode": None, "Pid": child.pid, "ContainerID": "no such container"}
        exec_kill.kill(self.engine, "e1")
        self.assertIsNone(child.poll(), "a number that is another's by now")
        self.found["ContainerID"] = own
        exec_kill.kill(self.engine, "e1")
        self.assertEqual(child.wait(10), -signal.SIGKILL)
        self.found["Running"] = False
        exec_kill.kill(self.engine, "e1")

    def test_one_that_has_just_begun_is_ended_too(self) -> None:
        child = subprocess.Popen(["/bin/sh", "-c", "exec sleep 600"], start_new_session=True)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        with open("/proc/self/cgroup") as file:
            own = file.readline().strip()
        self.found = {"Running": False, "ExitCode": None, "Pid": 0, "ContainerID": own}
        threading.Timer(0.2, lambda: self.found.update(Running=True, Pid=child.pid)).start()
        exec_kill.kill(self.engine, "e1")
        self.assertEqual(child.wait(10), -signal.SIGKILL)

    def test_a_script_learns_that_its_tool_was_ended(self) -> None:
        with tempfile.NamedTemporaryFile("r") as told:
            script = f"sleep 600; echo $? >{told.name}"
            child = subprocess.Popen(["/bin/sh", "-c", script], start_new_session=True)
            self.addCleanup(child.wait)
            self.addCleanup(child.kill)
            children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
            end = time.monotonic() + 10
            while not children.read_text():
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)
            with open("/proc/self/cgroup") as file:
                own = file.readline().strip()
            self.found = {"Running": True, "ExitCode": None, "Pid": child.pid, "ContainerID": own}
            threading.Thread(target=child.wait, daemon=True).start()
            exec_kill.kill(self.engine, "e1")
            self.assertEqual(told.read(), "137\n", "what is left without its parent is the database server's")

    def test_nothing_that_was_killed_is_left_to_the_first_process_of_a_container(self) -> None:
        # This process stands for a database server: what loses its parent is its own.
        libc = ctypes.CDLL(None)
        libc.prctl(_SUBREAPER, 1, 0, 0, 0)
        self.addCleanup(libc.prctl, _SUBREAPER, 0, 0, 0, 0)
        self.patch(exec_kill, "_GOING_SECONDS", 0.3)
        steps = "sleep 600; (sleep 600; sleep 600) | (sleep 600; sleep 600); echo over | { cat; sleep 600; }"
        child = subprocess.Popen(
            ["/bin/sh", "-c", f"trap '{steps}; {steps}' EXIT; {{ sleep 600; sleep 600; }} | cat; {steps}"],
            start_new_session=True,
        )
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        time.sleep(0.3)
        with open("/proc/self/cgroup") as file:
            own = file.readline().strip()
        self.found = {"Running": True, "ExitCode": None, "Pid": child.pid, "ContainerID": own}
        self.patch(exec_kill, "_takes_all", lambda *_arguments: True)
        exec_kill.kill(self.engine, "e1")
        child.wait(10)
        left, end = [], time.monotonic() + 10
        with suppress(ChildProcessError):
            while time.monotonic() < end:
                one, status = os.waitpid(-1, os.WNOHANG)
                if one:
                    left.append(status)
                else:
                    time.sleep(0.01)
        self.assertEqual(left, [])


if __name__ == "__main__":
    unittest.main()
