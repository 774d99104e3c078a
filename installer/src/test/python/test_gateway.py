"""A gateway is replaced by another one: what its script does, with a program in the place of nginx."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
import unittest
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from pocketpaas.cluster import gateway
from pocketpaas.engine import service_spec, swarm_services
from pocketpaas.engine.swarm_services import Service
from pocketpaas.routing import addresses
from test_cluster import ClusterCase

#: Listens at the sockets of its configuration, and ends with SIGQUIT, as nginx does.
_NGINX = """\
#!/usr/bin/python3 -IS
import os, re, signal, socket, sys
kept = []
for path in re.findall("unix:([^;]+)", open(sys.argv[2]).read()):
    kept.append(socket.socket(socket.AF_UNIX))
    kept[-1].bind(path)
    kept[-1].listen()
def end(*_):
    for one in kept:
        os.unlink(one.getsockname())
    os._exit(0)
signal.signal(signal.SIGQUIT, end)
while True:
    signal.pause()
"""


class ScriptTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        self.sockets = self.root / "run"
        self.sockets.mkdir()
        (self.root / "bin").mkdir()
        (self.root / "bin" / "nginx").write_text(_NGINX)
        (self.root / "bin" / "nginx").chmod(0o755)

    def start(self, made_from: str, task: str) -> subprocess.Popen[bytes]:
        text = gateway.text({"blue": "b", "green": "g"}, {"blue": 5000, "green": 5000})
        script = gateway._START
        own = self.root / task
        own.mkdir()
        for before, after in (
            (gateway._SOCKETS, str(self.sockets)),
            ("/gateway.conf", str(own / "gateway.conf")),
            ("/tmp/nginx.conf", str(own / "nginx.conf")),
        ):
            text, script = text.replace(before, after), script.replace(before, after)
        (own / "gateway.conf").write_text(text)
        environment = {"PATH": f"{self.root}/bin:/usr/bin:/bin", "MADE_FROM": made_from, "TASK": task}
        started = subprocess.Popen(["sh", "-c", script], env=environment, start_new_session=True)
        self.addCleanup(self.end, started)
        return started

    @staticmethod
    def end(started: subprocess.Popen[bytes]) -> None:
        try:
            os.killpg(started.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        started.wait()

    def until(self, is_so: Callable[[], bool]) -> None:
        end = time.monotonic() + 20
        while not is_so():
            self.assertLess(time.monotonic(), end, sorted(one.name for one in self.sockets.iterdir()))
            time.sleep(0.01)

    def leads_to(self, slot: str) -> str:
        link = self.sockets / f"{slot}.sock"
        return os.readlink(link) if link.is_symlink() else ""

    def test_one_that_is_replaced_ends_when_the_next_one_has_the_links(self) -> None:
        first = self.start("m1", "t1")
        self.until(lambda: self.leads_to("green") == "m1-t1-green.sock")
        first.terminate()
        time.sleep(0.5)
        self.assertIsNone(first.poll(), "requests still go there")
        self.start("m2", "t2")
        self.assertEqual(0, first.wait(20))
        self.assertEqual(["m2-t2-blue.sock", "m2-t2-green.sock"], [self.leads_to(slot) for slot in addresses.SLOTS])
        self.assertFalse(any(self.sockets.glob("m1-*")))

    def test_one_that_nobody_replaces_ends_after_a_while(self) -> None:
        only = self.start("m1", "t1")
        self.until(lambda: self.leads_to("green") != "")
        only.terminate()
        self.assertEqual(0, only.wait(20))

    def test_what_a_killed_one_has_left_goes_and_nothing_else(self) -> None:
        for name in ("m0-t0-blue.sock", "m0-t0-green.sock"):
            (self.sockets / name).touch()
        (self.sockets / "m0-t0-green.link").symlink_to("m0-t0-nothing.sock")
        os.utime(self.sockets / "m0-t0-blue.sock", (1, 1))
        os.utime(self.sockets / "m0-t0-green.sock", (1, 1))
        self.start("m1", "t1")
        self.until(lambda: self.leads_to("green") != "")
        (self.sockets / "m9-t9-blue.sock").touch()
        self.until(lambda: not any(self.sockets.glob("m0-*")))
        self.assertTrue((self.sockets / "m9-t9-blue.sock").exists(), "the next one has begun")

    def test_one_whose_nginx_does_not_start_fails(self) -> None:
        (self.root / "bin" / "nginx").write_text("#!/bin/sh\nexit 1\n")
        self.assertNotEqual(0, self.start("m1", "t1").wait(20))


class ServiceTest(ClusterCase):
    api = "1.41"

    def ensure(self, found: Service | None, port: int) -> dict[str, object]:
        self.made += 1
        config = swarm_services.Config(f"id-{self.made}", "x", 1, {})
        with mock.patch.multiple(
            swarm_services, service=mock.Mock(return_value=found), configs=mock.Mock(return_value=())
        ), mock.patch.object(swarm_services, "config", return_value=config), mock.patch.object(
            swarm_services, "create_service"
        ) as created:
            with mock.patch.object(swarm_services, "update_service") as updated:
                ports = {"blue": 5000, "green": port}
                engine = mock.Mock(version=lambda: self.api)
                gateway.ensure(self.paths, engine, "shop", "i", {"blue": "b", "green": "g"}, ports)
        calls = (created if found is None else updated).call_args_list
        return dict(calls[0].args[-1]) if calls else {}

    def setUp(self) -> None:
        super().setUp()
        self.made = 0

    def found(self) -> Service:
        """As it is now."""
        return Service("1", "x", 1, self.ensure(None, 5000))

    def test_whatever_it_is_made_of_another_one_replaces_it(self) -> None:
        found = self.found()
        # A file of the managers that was made anew has another id, and the same name.
        self.assertEqual({}, self.ensure(found, 5000))
        of = service_spec.ServiceSpec
        for name, change in (
            ("_container", lambda container: {**container, "Privileges": {}}),
            ("_limits", lambda limits: {**limits, "Pids": 65}),
            ("_placement", lambda placement: {**placement, "Constraints": ["node.labels.x==y"]}),
        ):
            before = getattr(of, name)
            with mock.patch.object(of, name, lambda spec, before=before, change=change: change(before(spec))):
                self.assertNotEqual({}, self.ensure(found, 5000), name)

    def test_an_engine_that_knows_more_makes_more_of_it(self) -> None:
        found = self.found()
        self.api = "1.45"
        self.assertNotEqual({}, self.ensure(found, 5000))

    def test_the_next_one_begins_first_and_is_known_by_what_it_is_made_from(self) -> None:
        made = self.ensure(None, 5000)
        self.assertEqual({"Parallelism": 0, "Order": "start-first", "FailureAction": "continue"}, made["UpdateConfig"])
        labels = made["Labels"]
        assert isinstance(labels, dict)
        digest = labels[gateway.LABEL]
        container = made["TaskTemplate"]["ContainerSpec"]  # type: ignore[index]
        self.assertEqual(digest, container["Labels"][gateway.MADE_FROM])
        self.assertIn(f"MADE_FROM={digest}", container["Env"])
        found = Service("1", "x", 1, {"Labels": labels})
        self.assertEqual({}, self.ensure(found, 5000))
        self.assertNotEqual(digest, self.ensure(found, 8080)["Labels"][gateway.LABEL])  # type: ignore[index]

    def test_a_machine_waits_for_the_gateway_that_is_wanted(self) -> None:
        gateway.make_directory(self.paths, "shop")
        for slot in addresses.SLOTS:
            addresses.socket(self.paths, "shop", slot).symlink_to(f"old-t1-{slot}.sock")
        with mock.patch.object(gateway, "_READY_SECONDS", 0.0):
            self.assertEqual("", gateway.objection(self.paths, "shop", "old"))
            self.assertEqual("the gateway of the app is not at work", gateway.objection(self.paths, "shop", "new"))
            self.assertNotEqual("", gateway.objection(self.paths, "other", "new"))
