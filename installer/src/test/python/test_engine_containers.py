"""Containers by the engine's API."""

from __future__ import annotations

import io
import os
import socket
import time
import unittest
from unittest import mock

from fake_engine import EngineCase, frame
from pocketpaas.engine import archive, attach, cgroup, containers, exits, images, networks, parallel, volumes
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.engine.spec import Bind, ContainerSpec, Limits, Volume
from pocketpaas.failure import Damaged, NoEngine, Refused
from pocketpaas.machine.locks import Holder

WORKER = ContainerSpec(
    name="pocketpaas.shop.worker.2.v12.green",
    image="sha256:4f2a",
    hostname="worker-2",
    command=("process", "worker"),
    environment=("A=1", "PORT=5000"),
    labels={"pocketpaas.app": "shop", "pocketpaas.slot": "green"},
    limits=Limits(536870912, 500000000, 4096),
    network="pocketpaas-shop",
    init=True,
    stop_signal="SIGQUIT",
    drop_capabilities=("ALL",),
    add_capabilities=("CHOWN",),
    log="journald",
    log_options={"tag": "shop/worker.2/v12"},
)


class SpecTest(unittest.TestCase):
    def test_the_body_of_a_create_request(self) -> None:
        self.assertEqual(
            WORKER.document(),
            {
                "Image": "sha256:4f2a",
                "Hostname": "worker-2",
                "Cmd": ["process", "worker"],
                "Env": ["A=1", "PORT=5000"],
                "Tty": False,
                "OpenStdin": False,
                "StopSignal": "SIGQUIT",
                "StdinOnce": False,
                "AttachStdin": False,
                "AttachStdout": True,
                "AttachStderr": True,
                "Labels": {"pocketpaas.app": "shop", "pocketpaas.slot": "green"},
                "HostConfig": {
                    "NetworkMode": "pocketpaas-shop",
                    "RestartPolicy": {"Name": "no"},
                    "Init": True,
                    "Memory": 536870912,
                    "MemorySwap": 536870912,
                    "NanoCpus": 500000000,
                    "PidsLimit": 4096,
                    "CapDrop": ["ALL"],
                    "CapAdd": ["CHOWN"],
                    "SecurityOpt": ["no-new-privileges"],
                    "Mounts": [],
                    "LogConfig": {"Type": "journald", "Config": {"tag": "shop/worker.2/v12"}},
                },
                "NetworkingConfig": {"EndpointsConfig": {"pocketpaas-shop": {"IPAMConfig": None}}},
            },
        )

    def test_what_only_builds_need(self) -> None:
        found = ContainerSpec(
            image="x",
            user="1000:1000",
            directory="/tmp",
            entrypoint=("bash",),
            mounts=(Bind("/a", "/b"), Bind("/c", "/d", read_only=False), Volume("v", "/v", {"a": "b"})),
            tmpfs={"/app": "exec"},
            limits=Limits(1, swap=2, shares=256, oom_score=500),
            address="10.0.0.1",
        ).document()
        self.assertEqual((found["User"], found["WorkingDir"], found["Entrypoint"]), ("1000:1000", "/tmp", ["bash"]))
        self.assertNotIn("NetworkingConfig", found)
        host = found["HostConfig"]
        self.assertEqual((host["MemorySwap"], host["CpuShares"], host["OomScoreAdj"]), (2, 256, 500))
        self.assertEqual(host["Tmpfs"], {"/app": "exec"})
        self.assertEqual(
            host["Mounts"],
            [
                {"Type": "bind", "Source": "/a", "Target": "/b", "ReadOnly": True},
                {"Type": "bind", "Source": "/c", "Target": "/d"},
                {"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {"Labels": {"a": "b"}}},
            ],
        )


class ContainersTest(EngineCase):
    def test_made_started_and_removed(self) -> None:
        container = containers.create(self.engine, WORKER)
        self.assertEqual(self.fake.containers[container]["Name"], WORKER.name)
        self.assertEqual(containers.state(self.engine, container), containers.State("created", 0))
        containers.start(self.engine, container)
        facts = containers.inspect(self.engine, container)
        assert facts is not None
        self.assertEqual((facts.state, facts.pid, facts.slot), ("running", os.getpid(), "green"))
        containers.set_restart(self.engine, "unless-stopped", (container,))
        self.assertEqual(self.fake.containers[container]["HostConfig"]["RestartPolicy"], {"Name": "unless-stopped"})
        containers.stop(self.engine, 3, (container,))
        state = containers.state(self.engine, container)
        assert state is not None
        self.assertFalse(state.runs)
        self.assertTrue(containers.remove(self.engine, (container, "gone")))
        self.assertIsNone(containers.inspect(self.engine, container))
        self.assertIsNone(containers.state(self.engine, container))

    def test_who_lists_after_a_stop_finds_it_ended(self) -> None:
        self.fake.add("a", "blue")
        containers.stop(self.engine, 3, ("a",))
        self.assertEqual([one.runs for one in containers.list_of_app(self.engine, "shop")], [False])

    def test_only_the_processes_of_the_app_are_listed(self) -> None:
        self.fake.add("a", "blue")
        self.fake.add("b", "green", "exited", instance="x")
        self.fake.add("c", "release", type="release")
        self.fake.add("d", "run")
        self.fake.add("e", "blue", app="blog")
        listed = containers.list_of_app(self.engine, "shop")
        self.assertEqual([one.id for one in listed], ["a", "b", "c"])
        self.assertEqual([one.runs for one in listed], [True, False, True])
        self.assertEqual(listed[1].instance, 0)
        self.assertEqual(containers.in_slot(self.engine, "shop", "green"), ("b",))
        found = containers.listed(self.engine, ("pocketpaas.slot=run",), ("running",))
        self.assertEqual([one.id for one in found], ["d"])

    def test_an_engine_that_is_away_has_its_containers_all_the_same(self) -> None:
        self.fake.add("0c", "blue")
        self.assertEqual(containers.there(self.engine, ()), ())
        self.assertEqual(self.fake.calls, [])
        self.assertEqual(containers.there(self.engine, ("0c", "0d")), ("0c",))
        self.fake.end()
        waited = []
        self.engine.need = lambda: waited.append(self.fake.begin())  # type: ignore[method-assign]
        self.assertEqual(containers.there(self.engine, ("0c",)), ("0c",))
        self.assertEqual(len(waited), 1)
        self.fake.end()

        def away() -> None:
            raise NoEngine("it is silent")

        self.engine.need = away  # type: ignore[method-assign]
        with self.assertRaises(NoEngine):
            containers.there(self.engine, ("0c",))

    def test_who_looks_is_told_at_once_and_who_waits_is_told_that_he_does(self) -> None:
        self.fake.end()
        begin = time.monotonic()
        with self.assertRaises(NoEngine) as raised:
            self.engine.look()
        self.assertLess(time.monotonic() - begin, 2)
        self.assertEqual((raised.exception.code, raised.exception.cause), (4, "no-engine"))
        said: list[str] = []

        def come_back(text: str) -> None:
            said.append(text)
            self.fake.begin()

        self.engine.on_waiting = come_back
        self.assertTrue(self.engine.wait())
        self.assertEqual(said, ["the Docker engine on the host does not answer; waiting up to a minute for it"])
        self.assertTrue(self.engine.wait())
        self.assertEqual(len(said), 1)

    def test_an_engine_that_hangs_is_one_that_does_not_answer(self) -> None:
        self.fake.end()
        self.fake.socket.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as silent, mock.patch("pocketpaas.engine.client._LOOK_PATIENCE", 0.2):
            silent.bind(str(self.fake.socket))
            silent.listen()
            with self.assertRaises(NoEngine):
                self.engine.look()

    def test_what_the_engine_leaves_is_told(self) -> None:
        self.fake.add("a", "blue")
        self.fake.refusals["DELETE"] = (409, {"message": "removal in progress"})
        self.assertTrue(containers.remove(self.engine, ("a",)))
        self.fake.refusals["DELETE"] = (500, {"message": "device busy"})
        self.assertFalse(containers.remove(self.engine, ("a", "b")))
        self.fake.refusals = {"update": (500, {"message": "no"})}
        with self.assertRaisesRegex(EngineError, "no"):
            containers.set_restart(self.engine, "no", ("a",))
        self.assertEqual(len(self.fake.asked("update")), 2)
        self.fake.refusals = {"kill": (500, {"message": "no"})}
        with self.assertRaises(EngineError):
            containers.kill(self.engine, "a")
        self.fake.refusals = {"kill": (409, {"message": "it has ended"}), "json": (500, {"message": "no"})}
        containers.kill(self.engine, "a")
        self.assertIsNone(containers.state(self.engine, "a"))
        self.assertEqual(containers.inspect_all(self.engine, ("a",)), {})
        self.fake.refusals = {"create": (201, {})}
        with self.assertRaisesRegex(EngineError, "no container id"):
            containers.create(self.engine, WORKER)

    def test_what_is_started_again_and_again_is_a_crash_loop(self) -> None:
        now = time.strftime("%Y-%m-%dT%H:%M:%S.123456789Z", time.gmtime())
        old = "2026-01-31T12:00:00.123456789Z"
        for status, restarts, started, loop in (
            ("running", 0, now, False),
            ("running", 1, now, False),
            ("running", 2, now, True),
            ("running", 9, old, False),
            ("restarting", 2, old, True),
            ("restarting", 1, now, False),
        ):
            self.assertEqual(containers.is_crash_loop(status, restarts, started), loop, (status, restarts))

    def test_the_last_exit_is_what_the_engine_remembers(self) -> None:
        self.assertIsNone(exits.last_exit(self.engine, "a"))
        for code in ("1", "137"):
            self.fake.events.append({"Actor": {"Attributes": {"exitCode": code}}})
        self.assertEqual(exits.last_exit(self.engine, "a"), 137)
        self.fake.refusals["events"] = (200, b"nonsense\n")
        self.assertIsNone(exits.last_exit(self.engine, "a"))
        self.fake.refusals["events"] = (500, {})
        self.assertIsNone(exits.last_exit(self.engine, "a"))

    def test_waiting_for_the_end(self) -> None:
        self.fake.add("a", "blue", "exited")
        self.fake.containers["a"]["State"]["ExitCode"] = 3
        self.assertEqual(containers.wait(self.engine, "a"), 3)

    def test_for_several_things_at_once(self) -> None:
        self.assertEqual(parallel.each(lambda one: one * 2, (1, 2, 3)), [2, 4, 6])
        with self.assertRaises(ZeroDivisionError):
            parallel.each(lambda one: 1 // one, (0,))
        first, second = parallel.tried(lambda one: 1 // one, (0, 1))
        self.assertIsInstance(first, ZeroDivisionError)
        self.assertEqual(second, 1)


class AttachTest(EngineCase):
    def test_lines_of_both_outputs(self) -> None:
        self.fake.add("a", "release", "created")
        self.fake.logs["a"] = frame(1, b"one\ntw") + frame(2, b"error\n") + frame(1, b"o\nlast")
        told: list[bytes] = []
        attach.run(self.engine, "a", told.append)
        self.assertEqual(told, [b"one", b"error", b"two", b"last"])
        self.assertEqual(self.fake.containers["a"]["State"]["Status"], "running")
        self.assertEqual(self.fake.asked("attach|start"), ["POST /containers/a/attach", "POST /containers/a/start"])

    def test_what_does_not_start_is_told(self) -> None:
        self.fake.add("a", "release", "created")
        self.fake.refusals["start"] = (500, {"message": "no such file"})
        with self.assertRaisesRegex(EngineError, "no such file"):
            attach.run(self.engine, "a", lambda line: None)

    def test_a_line_without_an_end_is_handed_on_in_pieces(self) -> None:
        told: list[bytes] = []
        lines = attach.Lines(told.append)
        for _ in range(3):
            lines.add(1, b"x" * 50000)
        lines.end()
        self.assertEqual([len(one) for one in told], [100000, 50000])

    def test_the_last_lines(self) -> None:
        self.assertEqual(attach.tail(self.engine, "gone"), [])
        self.fake.add("a", "blue")
        self.fake.logs["a"] = frame(1, b"one\n") + frame(2, b"two\n") + b"\x01\0\0\0\0\0\0\x09cut"
        self.assertEqual(attach.tail(self.engine, "a", 5), [b"one", b"two", b"cut"])
        self.fake.containers["a"]["Config"]["Tty"] = True
        self.fake.logs["a"] = b"plain\n"
        self.assertEqual(attach.tail(self.engine, "a"), [b"plain"])
        self.fake.end()
        self.assertEqual(attach.tail(self.engine, "a"), [])

    def test_in_both_directions(self) -> None:
        self.fake.add("a", "run", "created")
        self.fake.logs["a"] = frame(1, b"out") + frame(2, b"err")
        out, err = io.BytesIO(), io.BytesIO()
        self.fake.started = {"Status": "exited", "ExitCode": 7}
        code = attach.interactive(self.engine, "a", False, io.BytesIO(b"in"), out, err)
        self.assertIn(code, (0, 7))
        self.assertEqual((out.getvalue(), err.getvalue()), (b"out", b"err"))

    def test_a_terminal(self) -> None:
        self.fake.add("a", "run", "created")
        self.fake.logs["a"] = b"as it is"
        self.fake.refusals["wait"] = (500, {"message": "no"})
        out = io.BytesIO()
        self.assertEqual(attach.interactive(self.engine, "a", True, io.BytesIO(), out, out), 125)
        self.assertEqual(out.getvalue(), b"as it is")
        attach.resize(self.engine, "a", 30, 100)
        self.assertEqual(self.fake.queries[-1], {"h": "30", "w": "100"})
        attach.resize(self.engine, "gone", 30, 100)
        self.fake.end()
        with self.assertRaises(EngineAway):
            attach.interactive(self.engine, "a", True, io.BytesIO(), out, out)


class FilesTest(EngineCase):
    def test_tar_streams(self) -> None:
        self.fake.add("a", "run")
        self.fake.add("b", "run")
        archive.put(self.engine, "a", "/app", b"tar")
        self.assertEqual(self.fake.archives["a"], b"tar")
        archive.copy(self.engine, "a", "/app/.", "b", "/app")
        self.assertEqual(self.fake.archives["b"], b"tar")
        archive.put(self.engine, "b", "/app", [b"one", b"two"])
        self.assertEqual(self.fake.archives["b"], b"onetwo")
        with self.assertRaises(EngineError) as caught, archive.get(self.engine, "c", "/x"):
            pass
        self.assertEqual(caught.exception.status, 404)

    def test_volumes_are_made_once_and_as_their_names_say(self) -> None:
        bundle = self.paths.release("shop", 1)
        self.state("apps/shop/releases/1/base", "slug")
        volumes.ensure(self.engine, "shop", bundle)
        self.assertEqual(self.fake.calls, [])
        self.state("apps/shop/releases/1/settings/volumes", 'data\t/app/my "data"\nmore\t/more\n')
        self.fake.volumes["pocketpaas-shop.data"] = {
            "Name": "pocketpaas-shop.data",
            "Labels": {"pocketpaas.app": "shop"},
        }
        volumes.ensure(self.engine, "shop", bundle)
        self.assertEqual(self.fake.asked("POST"), ["POST /volumes/create"])
        self.assertEqual(self.fake.volumes["pocketpaas-shop.more"]["Labels"], {"pocketpaas.app": "shop"})
        self.assertEqual(volumes.of_app(self.engine, "shop"), ("pocketpaas-shop.data", "pocketpaas-shop.more"))
        volumes.remove(self.engine, "pocketpaas-shop.more")
        self.assertNotIn("pocketpaas-shop.more", self.fake.volumes)
        self.fake.refusals["GET /volumes"] = (500, {"message": "no"})
        with self.assertRaises(EngineError):
            volumes.ensure(self.engine, "shop", bundle)
        self.tree(bundle, {"settings/volumes": "data\t/caf\udce9"})
        with self.assertRaisesRegex(Damaged, "UTF-8"):
            volumes.ensure(self.engine, "shop", bundle)


class ImagesTest(EngineCase):
    def image(self, number: int, *tags: str, digests: tuple[str, ...] = (), **labels: str) -> None:
        found = {f"pocketpaas.{name}": value for name, value in labels.items()}
        self.fake.images.append(
            {"Id": f"sha256:{number}", "RepoTags": list(tags), "RepoDigests": list(digests), "Labels": found}
        )

    def test_only_our_own_names(self) -> None:
        self.image(1, "pocketpaas-app-shop:t1", app="shop")
        self.image(2, "pocketpaas-app-shop:t2", "backup.example.com/shop:kept", app="shop")
        self.image(3, "<none>:<none>", digests=("<none>@<none>",), app="shop")
        self.image(4, "somebodys:latest", app="shop")
        self.image(5, digests=("registry/x@sha256:1",), app="shop")
        self.image(6, "pocketpaas-app-blog:t1", app="blog")
        self.assertEqual(
            [(one.id, one.reference) for one in images.app_images(self.engine, "shop")],
            [
                ("sha256:1", "pocketpaas-app-shop:t1"),
                ("sha256:2", "pocketpaas-app-shop:t2"),
                ("sha256:3", "sha256:3"),
            ],
        )

    def test_by_name(self) -> None:
        self.image(1, "stack:1")
        self.assertTrue(images.exists(self.engine, "sha256:1"))
        self.assertEqual(images.image_id(self.engine, "stack:1"), "sha256:1")
        self.assertIsNone(images.image_id(self.engine, "stack:2"))
        # What a Dockerfile names is anybody's text: never another path, never a query, never our failure.
        for name in (
            "../containers/x",
            "a/../b",
            ".",
            "",
            "/",
            "a//b",
            "a?b=c",
            "a#b",
            "a b",
            "\u00e9",
            "\udcff",
            "a\rb",
        ):
            self.assertIsNone(images.inspect(self.engine, name), name)
        for asked in self.fake.asked("/images/a"):
            self.assertRegex(asked, r"\AGET /images/a[^/? #]*/json\Z")
        self.assertTrue(images.remove(self.engine, "stack:1"))
        self.assertTrue(images.remove(self.engine, "stack:2", force=True))
        self.fake.refusals["images"] = (409, {"message": "in use"})
        self.assertFalse(images.remove(self.engine, "stack:1"))
        with self.assertRaises(EngineError):
            images.exists(self.engine, "stack:1")

    def test_a_commit(self) -> None:
        made = images.commit(self.engine, "a", "pocketpaas-layer", "k", ("LABEL a=b c", "USER 1000"))
        self.assertEqual(made, "sha256:" + "c" * 64)

    def test_layers_that_no_image_needs(self) -> None:
        keys = {name: name * 32 for name in "abc"}
        self.image(1, "pocketpaas-app-shop:t1", app="shop", layers=f"{keys['a']},{keys['b']}")
        self.image(8, "pocketpaas-app-blog:t1", app="blog", layers=keys["a"])
        for number, key in enumerate((*keys.values(), "latest")):
            self.image(20 + number, f"pocketpaas-layer:{key}", layer=key)
        self.assertEqual(images.layers_unused(self.engine), [keys["c"]])
        self.assertEqual(images.layers_unused(self.engine, ("sha256:1",)), [keys["b"], keys["c"]])
        with images.layers_locked(self.paths) as alone:
            self.assertTrue(alone)
            images.layers_collect(self.paths, self.engine)
            self.assertEqual(self.fake.asked("DELETE"), [])
        images.layers_collect(self.paths, self.engine)
        self.assertEqual(self.fake.asked("DELETE"), [f"DELETE /images/pocketpaas-layer:{keys['c']}"])

    def test_the_build_cache_is_bounded(self) -> None:
        images.bound_build_cache(self.engine, self.paths.root)
        size = int(self.fake.queries[-1]["keep-storage"])
        self.assertTrue(1 << 30 <= size <= 10 << 30)
        images.bound_build_cache(self.engine, self.paths.root / "gone")
        self.assertEqual(len(self.fake.calls), 1)


ROUTES = """Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT
eth0 00000000 010011AC 0003 0 0 0 00000000 0 0 0
eth0 000011AC 00000000 0001 0 0 0 0000FFFF 0 0 0
br-1 0004D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0
tun0 0000D60A 00000000 0001 0 0 0 0000FFFF 0 0 0
* 0000D50A 00000000 0201 0 0 4278198272 0000FFFF 0 0 0
""".splitlines()


class NetworksTest(EngineCase):
    def setUp(self) -> None:
        super().setUp()
        self.routes = self.paths.root / "routes"
        self.routes.write_text("")
        (self.paths.app("shop") / "network").unlink()
        self.patched = networks.guard
        networks.guard = lambda paths: True  # type: ignore[assignment]
        self.addCleanup(lambda: setattr(networks, "guard", self.patched))

    def ensure(self) -> None:
        networks.ensure(self.paths, self.engine, "shop", Holder("ann", "deploy", "1"), self.routes)

    def test_addresses(self) -> None:
        self.assertIsNone(networks.prefix(self.paths, "shop"))
        with self.assertRaises(Damaged):
            networks.web_address(self.paths, "shop", "blue", 1)
        self.state("apps/shop/network", "10.213.4.0/24")
        self.assertEqual(networks.web_address(self.paths, "shop", "blue", 1), "10.213.4.32")
        self.assertEqual(networks.web_address(self.paths, "shop", "green", 48), "10.213.4.127")
        self.state("apps/shop/network", "10.213.4.0/25")
        with self.assertRaisesRegex(Damaged, "does not hold a subnet"):
            networks.prefix(self.paths, "shop")

    def test_routes(self) -> None:
        self.assertTrue(networks.is_up("10.213.4", ROUTES))
        self.assertFalse(networks.is_up("10.213.5", ROUTES))
        self.assertTrue(networks.has_route("10.213.4", ROUTES))
        self.assertTrue(networks.has_route("10.214.9", ROUTES))
        self.assertTrue(networks.has_route("172.17.200", ROUTES))
        # The default route and our own guard do not count.
        self.assertFalse(networks.has_route("10.213.5", ROUTES))

    def test_what_is_in_one_without_a_record_is_taken_out_of_it(self) -> None:
        self.ensure()
        (self.paths.app("shop") / "network").unlink()
        self.fake.add("c0ffee", "")
        self.fake.networks["pocketpaas-shop"]["Containers"] = {"c0ffee": {}}
        self.fake.calls.clear()
        self.ensure()
        asked = [call.split(" ")[1].rpartition("/networks")[2] for call in self.fake.asked("/networks")]
        self.assertIn("/pocketpaas-shop/disconnect", asked)
        self.assertEqual(self.read("apps/shop/network"), "10.213.0.0/24")

    def test_the_first_free_subnet_is_taken(self) -> None:
        self.state("apps/blog/network", "10.213.0.0/24")
        self.routes.write_text("x\nbr-1 0001D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n")
        self.ensure()
        self.assertEqual(self.read("apps/shop/network"), "10.213.2.0/24")
        config = self.fake.networks["pocketpaas-shop"]["IPAM"]["Config"]
        self.assertEqual(config, [{"Subnet": "10.213.2.0/24", "Gateway": "10.213.2.1", "IPRange": "10.213.2.128/25"}])
        self.assertEqual(networks.of_app(self.engine, "shop"), ("npocketpaas-shop",))
        self.fake.calls.clear()
        self.ensure()
        self.assertEqual(self.fake.asked("POST"), [])
        self.routes.write_text("br-1 0002D50A 00000000 0001 0 0 0 00FFFFFF 0 0 0\n")
        self.fake.calls.clear()
        self.ensure()
        self.assertEqual(self.fake.calls, [])

    def test_no_room(self) -> None:
        self.state("host/subnets", "10.9.0.0/24 nonsense 10.300.0.0/16 10.0.0.0/4")
        self.fake.refusals["networks/create"] = (403, {"message": "Pool overlaps"})
        with self.assertRaisesRegex(Refused, "no free subnet is left for shop in host/subnets: Pool overlaps"):
            self.ensure()
        self.state("apps/shop/network", "10.9.0.0/24")
        with self.assertRaisesRegex(Refused, r"the network of shop \(10.9.0.0/24\) cannot be made: Pool overlaps"):
            self.ensure()
        self.fake.refusals.clear()
        self.ensure()
        self.assertIn("pocketpaas-shop", self.fake.networks)

    def test_networks_that_nobody_recorded(self) -> None:
        self.fake.networks["pocketpaas-shop"] = {"Id": "n", "Labels": {"pocketpaas.app": "shop"}}
        self.ensure()
        self.assertEqual(self.fake.asked("DELETE"), ["DELETE /networks/pocketpaas-shop"])
        (self.paths.app("shop") / "network").unlink()
        (self.paths.app("shop") / "live").symlink_to("slots/blue")
        with self.assertRaisesRegex(Damaged, "is missing"):
            self.ensure()
        self.fake.networks["pocketpaas-shop"]["Labels"] = {}
        with self.assertRaisesRegex(Refused, "is there, but is not ours"):
            self.ensure()


class CgroupTest(unittest.TestCase):
    def test_of_this_very_process(self) -> None:
        group = cgroup.of_pid(os.getpid())
        self.assertTrue(group.startswith("/"), group)
        used = cgroup.memory(group)
        self.assertTrue(used is None or used >= 0)
        self.assertEqual(cgroup.oom_kills("/no/such"), 0)
        self.assertIsNone(cgroup.memory("/no/such"))

    def test_what_is_gone(self) -> None:
        self.assertTrue(cgroup.is_there(os.getpid()))
        self.assertFalse(cgroup.is_there(0))
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        self.assertFalse(cgroup.is_there(pid), "a zombie is not there")
        os.waitpid(pid, 0)
        self.assertFalse(cgroup.is_there(pid))
        self.assertEqual(cgroup.of_pid(pid), "")
        self.assertIsNone(cgroup.first_process("0" * 64))


if __name__ == "__main__":
    unittest.main()
