"""Several machines: what they know of one another, who may ask whom, and what services and gateways are made of."""

from __future__ import annotations

import io
import json
import os
import tarfile
import tempfile
import unittest
from contextlib import nullcontext
from pathlib import Path
from unittest import mock

from pocketpaas.backup import app_swapping, mirror, quiet
from pocketpaas.change import rename
from pocketpaas.cluster import (
    distribution,
    encryption,
    firewall,
    fronts,
    gateway,
    joining,
    live_restore,
    membership,
    peers,
)
from pocketpaas.engine import containers, service_spec, swarm, swarm_services
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.engine.images import Image
from pocketpaas.engine.service_spec import ServiceSpec
from pocketpaas.engine.spec import ContainerSpec, Volume
from pocketpaas.engine.swarm_services import Task
from pocketpaas.entry import enter, move_host, peer
from pocketpaas.failure import BadRequest, Damaged, Failed, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import Ended
from pocketpaas.machine.request import Request
from pocketpaas.move import look
from pocketpaas.notice import machines
from pocketpaas.notice.store import NoticeStore
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.query import cluster as listed
from pocketpaas.query import instances
from pocketpaas.query.instances import Far
from pocketpaas.release import catching_up, spread, spread_activate, spread_check, spread_drain, spread_reconcile
from pocketpaas.release.running import Running
from pocketpaas.routing import addresses
from pocketpaas.state import keys, moves, nodes, previews, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.renames import Rename

PUBLIC = "ssh-ed25519 " + "A" * 68
B = Node("b", "10.0.0.2", 22, "abc", PUBLIC, (PUBLIC,))


class ClusterCase(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        root = Path(directory.name)
        for name in ("state", "log", "programs/version"):
            (root / name).mkdir(parents=True)
        self.paths = HostPaths(root / "state", root / "log", root / "programs" / "version")
        self.reporter = Reporter(lambda _data: None)

    def be_home(self) -> None:
        values.make_directory(nodes.directory(self.paths))
        values.write(nodes.directory(self.paths) / "name", "a")
        values.write(nodes.directory(self.paths) / "address", "10.0.0.1")


class NodesTest(ClusterCase):
    def test_a_host_that_is_alone_has_nothing_of_a_cluster(self) -> None:
        self.assertFalse(nodes.is_member(self.paths))
        self.assertFalse(nodes.is_home(self.paths))
        self.assertEqual((), nodes.others(self.paths))
        with mock.patch.object(firewall, "run") as run:
            self.assertTrue(firewall.guard(self.paths))
        run.assert_not_called()

    def test_a_machine_is_kept_told_and_forgotten(self) -> None:
        nodes.write(self.paths, B)
        self.assertEqual((B,), nodes.others(self.paths))
        told = {path.partition("/")[2]: value for path, value in nodes.tree([B]).items()}
        self.assertEqual(B, nodes.of_tree("b", told))
        self.assertEqual(f"b {PUBLIC}\n", nodes.known_hosts([B]))
        nodes.forget(self.paths, "b")
        self.assertEqual((), nodes.others(self.paths))

    def test_what_is_no_machine_is_not_taken(self) -> None:
        good = {path.partition("/")[2]: value for path, value in nodes.tree([B]).items()}
        for field, value in (
            ("address", "10.0.0.2 -o ProxyCommand=x"),
            ("address", "b.example.com"),
            ("port", "0"),
            ("public", f'{PUBLIC}\ncommand="x" {PUBLIC}'),
            ("host-keys", "x"),
            ("id", "a b"),
        ):
            with self.assertRaises(Damaged, msg=f"{field}={value}"):
                nodes.of_tree("b", {**good, field: value})
        with self.assertRaises(Damaged):
            nodes.of_tree("../b", good)

    def test_the_others_are_learnt_from_the_home_which_stays(self) -> None:
        self.be_home()
        values.write(nodes.directory(self.paths) / "home", "b")
        c = Node("c", "10.0.0.3", 22, "def", PUBLIC, (PUBLIC,))
        nodes.write(self.paths, B)
        nodes.write(self.paths, c)
        with mock.patch.object(membership, "settle"):
            membership.learn(self.paths, nodes.tree([Node("d", "10.0.0.4", 22, "d1", PUBLIC, (PUBLIC,))]))
        self.assertEqual(["b", "d"], [one.name for one in nodes.others(self.paths)])
        with self.assertRaises(BadRequest):
            membership.learn(self.paths, {"e/address": "10.0.0.5"})


class RoleTest(ClusterCase):
    """Who is promoted takes part in what the managers decide before somebody counts on it."""

    def change(self, role: str, heard: list[bool]) -> int:
        self.be_home()
        told = [
            [
                swarm.Member("a", "a", "manager", "ready", "active", "", True, True, {}, 1, 1),
                swarm.Member("b", "b", role, "ready", "active", "", False, one, {}, 1, 1),
            ]
            for one in heard
        ]
        # Two that ask who there are come before it.
        with mock.patch.object(swarm, "members", side_effect=[told[0], told[0], *told]):
            with mock.patch.object(swarm, "change_member") as changed, mock.patch.object(membership.time, "sleep"):
                found = membership.change_role(self.paths, mock.Mock(), "b", role)
        changed.assert_called_with(mock.ANY, "b", role=role)
        return found

    def test_it_is_waited_for(self) -> None:
        self.assertEqual(2, self.change("manager", [False, False, True]))
        self.assertEqual(1, self.change("worker", [True, False]))

    def test_managers_that_are_too_slow_for_a_question_are_asked_again(self) -> None:
        slow = EngineError(500, "context deadline exceeded")
        with mock.patch.object(swarm, "members") as members, mock.patch.object(membership.time, "sleep"):
            members.return_value = [swarm.Member("b", "b", "manager", "ready", "", "", False, True, {}, 1, 1)]
            with mock.patch.object(swarm, "change_member", side_effect=[slow, None]) as changed:
                membership._await_role(mock.Mock(), members.return_value[0], "manager")
        self.assertEqual(2, changed.call_count)

    def test_a_manager_that_is_struck_out_becomes_a_worker_first(self) -> None:
        one = swarm.Member("b", "b", "manager", "down", "", "", False, False, {}, 1, 1)
        not_yet = EngineError(400, "it is a member of the raft cluster")
        with mock.patch.object(swarm, "change_member") as changed, mock.patch.object(membership.time, "sleep"):
            with mock.patch.object(swarm, "remove_member", side_effect=[not_yet, None]) as removed:
                membership.strike_out(mock.Mock(), one)
            self.assertEqual(2, removed.call_count)
            changed.side_effect = EngineError(404, "can't find manager in raft memberlist")
            with mock.patch.object(swarm, "remove_member") as removed:
                membership.strike_out(mock.Mock(), one)
            removed.assert_called_once()

    def test_one_that_never_does_is_told(self) -> None:
        with mock.patch.object(membership, "_ROLE_SECONDS", -1.0), self.assertRaises(Failed):
            self.change("manager", [False])


class RightsTest(ClusterCase):
    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.keys / "ada")
        values.put(self.paths.keys / "ada" / "role", "admin")
        values.put(self.paths.keys / "ada" / "public", PUBLIC)
        nodes.write(self.paths, B)

    def test_the_key_of_a_machine_may_ask_for_peer_alone_and_nobody_else_may(self) -> None:
        self.assertEqual("node", keys.role(self.paths, "@b"))
        enter.checked(self.paths, self.reporter, ["@b", "peer", "report"])
        for key, verb in (("@b", "apps"), ("@b", "keys list"), ("@b", "hello"), ("ada", "peer report")):
            with self.assertRaises(Refused, msg=f"{key} {verb}"):
                enter.checked(self.paths, self.reporter, [key, *verb.split()])

    def test_a_machine_that_has_left_may_not_ask(self) -> None:
        nodes.forget(self.paths, "b")
        for key in ("@b", "@../keys/ada", "@"):
            with self.assertRaises(Refused):
                enter.checked(self.paths, self.reporter, [key, "peer", "report"])

    def test_the_door_knows_the_machines(self) -> None:
        text = keys.authorized_keys(self.paths, Path("/door"))
        self.assertIn(f'restrict,pty,command="/door ada" {PUBLIC}\n', text)
        self.assertIn(f'restrict,pty,command="/door @b" {PUBLIC}\n', text)

    def test_nobody_adds_a_key_for_a_machine_by_hand(self) -> None:
        with self.assertRaises(BadRequest):
            keys.NewKey.of(self.paths, "@c", "admin", "", PUBLIC)
        with self.assertRaises(BadRequest):
            keys.NewKey.of(self.paths, "c", "node", "", PUBLIC)


class PeersTest(ClusterCase):
    def test_ssh_asks_nobody_and_knows_the_machine_by_its_key_alone(self) -> None:
        command = peers._asking(self.paths, B, ["switch", "shop", "green"])
        self.assertEqual(["/usr/bin/ssh", "-F", "/dev/null", "-p", "22"], command[:5])
        self.assertEqual(["-T", "b", "pocketpaas/1 peer switch shop green"], command[-3:])
        for option in (
            "StrictHostKeyChecking=yes",
            "BatchMode=yes",
            "HostName=10.0.0.2",
            "User=pocketpaas",
            "HostKeyAlias=b",
            "GlobalKnownHostsFile=/dev/null",
        ):
            self.assertIn(option, command)

    def test_a_program_that_asks_several_times_keeps_its_connections_until_it_is_through(self) -> None:
        nodes.write(self.paths, B)
        directory = self.paths.root / "run"
        with mock.patch.object(peers, "_CONNECTIONS", f"{directory}/peers."), mock.patch.object(peers, "run") as run:
            directory.mkdir()
            with peers.kept_open(self.paths):
                with peers.kept_open(self.paths):
                    command = peers._asking(self.paths, B, ["report"])
                place = next(directory.iterdir())
                self.assertIn(f"ControlPath={place}/%C", command)
                (place / "socket").touch()
            self.assertEqual(["-O", "exit", "b"], run.call_args.args[0][-3:])
            self.assertNotIn("ControlMaster=auto", peers._asking(self.paths, B, ["report"]))
            (directory / "peers.999999999").mkdir()
            (directory / f"peers.{os.getpid()}").mkdir()
            peers.sweep()
        self.assertEqual([f"peers.{os.getpid()}"], [one.name for one in directory.iterdir()])


class AddressTest(unittest.TestCase):
    def towards(self, told: str) -> str:
        with mock.patch.object(joining, "run", return_value=Ended(0, told.encode(), b"")):
            return joining.address_towards("10.0.0.2")

    def test_it_is_the_one_by_which_the_other_is_reached(self) -> None:
        self.assertEqual("10.0.0.1", self.towards("10.0.0.2 dev eth1 src 10.0.0.1 uid 0\n    cache\n"))

    def test_an_address_of_this_machine_or_none_is_refused(self) -> None:
        for told in ("local 10.0.0.2 dev lo src 10.0.0.2 uid 0", "", "10.0.0.2 dev eth1 src"):
            with self.assertRaises(Refused, msg=told):
                self.towards(told)


class FirewallTest(unittest.TestCase):
    def test_only_the_machines_come_in(self) -> None:
        self.assertEqual(
            "*raw\n:POCKETPAAS-CLUSTER - [0:0]\n-A POCKETPAAS-CLUSTER -i lo -j RETURN\n"
            "-A POCKETPAAS-CLUSTER -s 10.0.0.2/32 -j RETURN\n-A POCKETPAAS-CLUSTER -j DROP\nCOMMIT\n",
            firewall.text(["10.0.0.2"]),
        )


class GuardedTest(ClusterCase):
    """What `host audit` is told of the rules."""

    def facts(self, missing: str = "", last: str = "-A POCKETPAAS-CLUSTER -j DROP") -> dict[str, str]:
        def run(command: list[str]) -> Ended:
            words = " ".join(command)
            told = f"-N POCKETPAAS-CLUSTER\n{last}\n" if " -S " in words else ""
            return Ended(1 if missing and missing in words else 0, told.encode(), b"")

        with mock.patch.object(firewall, "run", side_effect=run):
            with mock.patch.object(firewall.host_firewall, "kept_out", return_value=("", [])):
                return firewall.facts(self.paths)

    def test_each_rule_has_to_be_there(self) -> None:
        self.assertEqual({}, self.facts())
        self.be_home()
        good = {"cluster/name": "a", "cluster/ports": "2377 7946", "cluster/guarded": "yes"}
        good |= {"cluster/firewall": "", "cluster/kept-out": "", "cluster/cure": ""}
        self.assertEqual(good, self.facts())
        self.assertEqual("no", self.facts(missing="udp --dport 4789")["cluster/guarded"])
        self.assertEqual("no", self.facts(last="-A POCKETPAAS-CLUSTER -i lo -j RETURN")["cluster/guarded"])


class LiveRestoreTest(ClusterCase):
    def test_it_goes_without_a_restart_and_comes_back_as_it_was(self) -> None:
        daemon = self.paths.root / "daemon.json"
        before = '{\n  "live-restore": true,\n  "debug": false\n}\n'
        daemon.write_text(before)
        engine = mock.Mock()
        engine.get.side_effect = lambda _path: {"LiveRestoreEnabled": json.loads(daemon.read_text())["live-restore"]}
        with mock.patch.object(live_restore, "run") as run:
            self.assertTrue(live_restore.take_off(self.paths, engine, daemon))
            self.assertEqual({"live-restore": False, "debug": False}, json.loads(daemon.read_text()))
            self.assertFalse(live_restore.take_off(self.paths, engine, daemon))
            live_restore.put_back(self.paths, engine, daemon)
        self.assertEqual(before, daemon.read_text())
        self.assertEqual([mock.call(["systemctl", "reload", "docker.service"])] * 2, run.call_args_list)

    def test_what_does_not_come_from_the_file_is_refused(self) -> None:
        engine = mock.Mock()
        engine.get.return_value = {"LiveRestoreEnabled": True}
        with self.assertRaises(Refused):
            live_restore.take_off(self.paths, engine, self.paths.root / "daemon.json")


class EncryptionTest(ClusterCase):
    def test_a_kernel_without_esp_is_refused_by_name_unless_plain(self) -> None:
        answers = [Ended(2, b"", b"RTNETLINK answers: Protocol not supported"), Ended(2, b"", b"")]
        with mock.patch.object(encryption, "run", side_effect=answers):
            with self.assertRaises(Refused) as refused:
                encryption.refuse_without(False, "b")
        self.assertIn("the kernel of b cannot encrypt", refused.exception.text)
        with mock.patch.object(encryption, "run", return_value=Ended(0, b"", b"")):
            encryption.refuse_without(False, "b")
        with mock.patch.object(encryption, "run") as run:
            encryption.refuse_without(True, "b")
        run.assert_not_called()


class ServiceSpecTest(unittest.TestCase):
    def made(self, **more: object) -> dict[str, object]:
        container = ContainerSpec(
            image="sha256:" + "1" * 64,
            command=("process", "web"),
            environment=("GREETING={{.Node.Hostname}} {{{", "PLAIN=}}"),
            labels={"pocketpaas.app": "shop"},
            mounts=(Volume("pocketpaas-shop.data", "/data/{{x}}"),),
            add_capabilities=("CHOWN",),
            drop_capabilities=("ALL",),
        )
        spec = ServiceSpec("shop_web", container, {}, ("net",), 2, templates=("NAME=web.{{.Task.Slot}}",))
        found: dict[str, object] = spec.document()["TaskTemplate"]["ContainerSpec"]
        return found

    def test_what_a_user_chose_is_no_template(self) -> None:
        found = self.made()
        self.assertEqual(
            ['GREETING={{"{{"}}.Node.Hostname}} {{"{{"}}{', "PLAIN=}}", "NAME=web.{{.Task.Slot}}"], found["Env"]
        )
        mounts = found["Mounts"]
        assert isinstance(mounts, list)
        self.assertEqual('/data/{{"{{"}}x}}', mounts[0]["Target"])

    def test_rights_and_image_are_those_of_the_container(self) -> None:
        found = self.made()
        self.assertEqual((["ALL"], ["CAP_CHOWN"]), (found["CapabilityDrop"], found["CapabilityAdd"]))
        self.assertEqual("sha256:" + "1" * 64, found["Image"])
        self.assertEqual({"NoNewPrivileges": True}, found["Privileges"])

    def test_copies_change_nothing_else(self) -> None:
        document = {"Name": "x", "Mode": {"Replicated": {"Replicas": 2}}}
        self.assertEqual(2, service_spec.copies_of(document))
        self.assertEqual({"Name": "x", "Mode": {"Replicated": {"Replicas": 5}}}, service_spec.with_copies(document, 5))
        self.assertEqual(0, service_spec.copies_of({"Mode": {"Global": {}}}))


class GatewayTest(ClusterCase):
    def test_each_slot_has_a_socket_and_no_port_is_listened_at(self) -> None:
        text = gateway.text({"blue": "s_blue", "green": "s_green"}, {"blue": 5000, "green": 8080})
        self.assertIn("listen unix:/run/gateway/@OWN@-blue.sock;", text)
        self.assertIn('set $processes "tasks.s_blue:5000";', text)
        self.assertIn('set $processes "tasks.s_green:8080";', text)
        self.assertEqual(2, text.count("listen "))

    def test_a_slot_of_which_nothing_runs_is_answered_by_the_other_one(self) -> None:
        text = gateway.text({"blue": "s_blue", "green": "s_green"}, {"blue": 5000, "green": 8080})
        blue, green = text.split("server {")[1:]
        self.assertIn('location @other {\n            set $processes "tasks.s_green:8080";', blue)
        self.assertIn('location @other {\n            set $processes "tasks.s_blue:5000";', green)
        self.assertNotIn("@OTHER", text)

    def test_nginx_goes_by_the_socket_of_a_slot_that_is_spread(self) -> None:
        slot = self.paths.app("shop") / "slots" / "green"
        slot.mkdir(parents=True)
        (slot / "spread").touch()
        socket = f"unix:{self.paths.root}/gateways/shop/green.sock"
        self.assertEqual((socket,), addresses.upstreams(self.paths, "shop", "green", 3))
        front = fronts.paths_of(self.paths)
        (front.app("shop") / "slots" / "green").mkdir(parents=True)
        (front.app("shop") / "slots" / "green" / "spread").touch()
        self.assertEqual((socket,), addresses.upstreams(front, "shop", "green", 3))


class AloneTest(ClusterCase):
    """What a host does only while it is alone, and what is done at the home of a cluster alone."""

    def operation(self, app: str = "shop") -> Operation:
        work = Work("id", self.paths.root / "work")
        return Operation(self.paths, self.reporter, mock.Mock(), work, app, "test", "ada")

    def test_nothing_is_moved_from_a_cluster_or_to_it(self) -> None:
        self.be_home()
        for refused in (
            lambda: look.of(self.operation()),
            lambda: look.check(self.operation(), {}),
            lambda: rename._refuse(self.operation(), Rename("shop", "store")),
            lambda: move_host.serve(Request(self.paths, self.reporter, "ada", "move-host", ("begin",), io.BytesIO())),
        ):
            with self.assertRaises(Refused) as caught:
                refused()
            self.assertEqual("in-cluster", caught.exception.cause)

    def test_no_machine_comes_while_an_app_gets_another_name(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        with mock.patch.object(joining.renames, "of_app", return_value=Rename("shop", "store")):
            with self.assertRaises(Refused) as caught:
                joining._refuse_moving(self.paths)
        self.assertEqual("renaming", caught.exception.cause)

    def test_no_machine_comes_while_an_app_moves(self) -> None:
        values.make_directory(self.paths.app("shop") / "settings")
        moves.begin(self.paths, "shop", moves.AHEAD)
        with mock.patch.object(joining.swarm, "local_state", return_value="inactive"):
            with mock.patch.object(joining.encryption, "refuse_without"), mock.patch.object(
                joining.swarm, "begin"
            ) as it:
                with self.assertRaises(Refused) as caught:
                    joining.offer(self.paths, mock.Mock(), "10.0.0.2", "worker", True)
        self.assertEqual("moving", caught.exception.cause)
        it.assert_not_called()

    def test_no_release_goes_live_over_a_cluster_of_an_app_that_was_moved(self) -> None:
        self.be_home()
        values.make_directory(self.paths.app("shop") / "settings")
        moves.begin(self.paths, "shop", moves.PASSED)
        with self.assertRaises(Refused) as caught:
            spread_activate.begin(self.operation(), Running(), 1)
        self.assertEqual("moved", caught.exception.cause)

    def test_a_machine_that_is_not_the_home_makes_no_apps(self) -> None:
        values.make_directory(self.paths.keys / "ada")
        values.put(self.paths.keys / "ada" / "role", "admin")
        self.be_home()
        enter.checked(self.paths, self.reporter, ["ada", "create", "shop"])
        values.write(nodes.directory(self.paths) / "home", "b")
        for words in (
            ["create", "shop"],
            ["clone", "shop", "new"],
            ["promote", "shop", "x"],
            ["service", "create", "db"],
            ["move", "shop", "look"],
        ):
            with self.assertRaises(Refused, msg=str(words)) as caught:
                enter.checked(self.paths, self.reporter, ["ada", *words])
            self.assertIn("the cluster of b", caught.exception.text)
        enter.checked(self.paths, self.reporter, ["ada", "cluster"])


class HereTest(ClusterCase):
    """The processes of an app that runs over a cluster, on this machine and on others."""

    def setUp(self) -> None:
        super().setUp()
        self.be_home()
        slot = self.paths.app("shop") / "slots" / "blue"
        slot.mkdir(parents=True)
        for name in ("blue", "spread"):
            (slot / name).touch()
        (self.paths.app("shop") / "live").symlink_to("slots/blue")
        (slot / "release").symlink_to("../../releases/3")
        self.engine = mock.Mock()
        self.own = Container("one", "shop", 3, "web", "blue", 1, "running")
        # What was in the slot before is still ending.
        there = (Container("old", "shop", 1, "web", "blue", 1, "running"), self.own)
        self.enterContext(mock.patch.object(swarm_services, "local_tasks", return_value=there))
        self.enterContext(mock.patch.object(containers, "listed", return_value=()))
        nodes.write(self.paths, B)
        far = [self.task(*one) for one in ((1, "web", 3), (3, "web", 2), (3, "worker", 1), (3, "web", 4, "gone"))]
        self.enterContext(mock.patch.object(instances.tasks, "facts", return_value=tuple(far)))
        self.request = Request(self.paths, self.reporter, "ada", "exec", ("shop",), io.BytesIO())

    def task(self, release: int, kind: str, number: int, node: str = "b") -> mock.Mock:
        return mock.Mock(slot="blue", state="running", release=release, type=kind, instance=number, address=node)

    def test_a_process_on_the_home_is_entered(self) -> None:
        for process in ("web", "web.1"):
            self.assertEqual(self.own, instances.look_up(self.request, self.engine, process))

    def test_one_on_another_machine_is_found_there(self) -> None:
        for process, name in (("web.2", "web.2"), ("worker", "worker.1"), ("worker.1", "worker.1")):
            found = instances.look_up(self.request, self.engine, process)
            self.assertEqual(Far("b", "shop", "blue", 3, name), found)
        # Of the release before, of a machine that has left, of none.
        for process in ("web.3", "web.4", "web.5", "clock"):
            with self.assertRaises(Refused, msg=process) as caught:
                instances.look_up(self.request, self.engine, process)
            self.assertEqual("no-process", caught.exception.cause)
            self.assertEqual("running: web.1 web.2 worker.1", caught.exception.cure)

    def test_the_other_machine_goes_by_slot_release_and_name(self) -> None:
        at = instances.on_this_machine
        self.assertEqual(self.own, at(self.engine, "shop", "blue", 3, "web.1"))
        for release, process in ((1, "web.2"), (2, "web.1"), (3, "web.2"), (3, "web")):
            with self.assertRaises(Refused, msg=process):
                at(self.engine, "shop", "blue", release, process)

    def test_a_backup_freezes_the_tasks_and_stops_none(self) -> None:
        operation = mock.Mock(paths=self.paths, engine=self.engine)
        self.assertEqual(([], ["one"]), quiet._those(operation, "shop", quiet.PAUSE))
        with self.assertRaises(Refused), quiet.held(operation, "shop", self.paths.root, quiet.STOP):
            self.fail("it was held")

    def test_volumes_of_an_app_that_runs_are_not_replaced(self) -> None:
        operation = mock.Mock(paths=self.paths, app="shop", undo=[])
        fetched = [mock.Mock(mount=self.paths.root / "volume")]
        with mock.patch.object(app_swapping.swapping, "swap") as swap, mock.patch.object(app_swapping, "heir"):
            with self.assertRaises(Refused):
                app_swapping.hold(operation, Running(), fetched, 4)
            swap.assert_not_called()
            values.make_directory(self.paths.app("shop") / "operator")
            values.put(self.paths.app("shop") / "operator" / "stopped", "")
            app_swapping.hold(operation, Running(), fetched, 4)
            swap.assert_called_once()

    def test_what_a_killed_backup_left_frozen_goes_on(self) -> None:
        with mock.patch.object(containers, "unpause") as unpause:
            swarm_services.local_tasks.return_value = (self.own,)  # type: ignore[attr-defined]
            spread_reconcile._thaw(mock.Mock(engine=self.engine, app="shop"), "blue")
        unpause.assert_called_once_with(self.engine, "one")


class CheckedTest(unittest.TestCase):
    def test_what_was_in_the_slot_before_and_is_just_ending_is_not_asked(self) -> None:
        engine = mock.Mock()
        engine.get.return_value = {"Containers": {}, "State": {"Pid": 7}, "NetworkSettings": {"SandboxID": "x"}}
        there = tuple(Container(str(one), "shop", one, "web", "blue", 1, "running") for one in (1, 3))
        with mock.patch.object(swarm_services, "local_tasks", return_value=there):
            with mock.patch.object(spread_check.cgroup, "of_pid", return_value=None):
                found = spread_check.candidates(engine, "shop", "blue", 3)
        self.assertEqual(["3"], [one.id for one in found])


class DrainTest(unittest.TestCase):
    """Which processes still have a request."""

    def test_a_connection_to_the_port_is_a_request(self) -> None:
        head = "  sl  local_address rem_address   st tx_queue\n"
        listening = "   0: 00000000:1388 00000000:0000 0A 00000000:00000000\n"
        there = "   1: 0500000A:1388 0600000A:9C40 01 00000000:00000000\n"
        own = "   2: 0500000A:9C41 0700000A:1388 01 00000000:00000000\n"
        ending = "   3: 0500000A:1388 0600000A:9C42 06 00000000:00000000\n"
        with tempfile.TemporaryDirectory() as directory:
            proc = Path(directory)
            (proc / "7" / "net").mkdir(parents=True)
            for name, text, expected in (
                ("tcp", head + listening + own + ending, False),
                ("tcp", head + listening + there, True),
                ("tcp6", head + listening + there, True),
            ):
                for each in ("tcp", "tcp6"):
                    (proc / "7" / "net" / each).write_text(text if each == name else head)
                self.assertEqual(expected, spread_drain.has_requests(7, 5000, proc), msg=text)
            self.assertFalse(spread_drain.has_requests(8, 5000, proc))

    def test_managers_that_have_no_leader_are_asked_again(self) -> None:
        old = [mock.Mock(labels={"pocketpaas.slot": "blue", "pocketpaas.type": kind}) for kind in ("worker", "web")]
        refused = EngineError(500, "The swarm does not have a leader")
        engine, paths = mock.Mock(), mock.MagicMock()
        with (
            mock.patch.object(spread_drain.slots, "live_slot", return_value="green"),
            mock.patch.object(spread_drain.values, "number", return_value=10),
            mock.patch.object(spread_drain.spread_push, "push"),
            mock.patch.object(spread_drain, "_await_quiet"),
            mock.patch.object(spread_drain.time, "sleep") as slept,
            mock.patch.object(spread_drain.swarm_services, "services", side_effect=[refused, old]),
            mock.patch.object(
                spread_drain.swarm_services, "remove_service", side_effect=[refused, None, None, None]
            ) as gone,
        ):
            spread_drain.work(paths, engine, "shop", "blue")
            self.assertEqual([one.args[1] for one in gone.call_args_list], [old[n].name for n in (0, 0, 0, 1)])
            self.assertEqual(slept.call_count, 2)
        with (
            mock.patch.object(spread_drain.slots, "live_slot", return_value="green"),
            mock.patch.object(spread_drain.values, "number", return_value=10),
            mock.patch.object(spread_drain.time, "sleep"),
            mock.patch.object(spread_drain.time, "monotonic", side_effect=[0, 30, 61]),
            mock.patch.object(spread_drain.swarm_services, "services", side_effect=refused),
            self.assertRaises(EngineError),
        ):
            spread_drain.work(paths, engine, "shop", "blue")

    def test_it_ends_when_nobody_is_connected_or_the_time_is_over(self) -> None:
        facts = mock.Mock(type="web", pid=7)
        with mock.patch.object(spread_drain, "has_requests", side_effect=[True, False, True] + [False] * 5) as asked:
            with mock.patch.object(spread_drain.containers, "inspect_all", return_value={"one": facts}):
                with mock.patch.object(spread_drain.swarm_services, "local_tasks", return_value=()):
                    with mock.patch.object(spread_drain.time, "sleep"):
                        self.assertTrue(spread_drain.quiet(mock.Mock(), "shop", "blue", 5000, 60))
                        self.assertFalse(spread_drain.quiet(mock.Mock(), "shop", "blue", 5000, 0))
        self.assertEqual(8, asked.call_count)


class MadeEqualTest(ClusterCase):
    def asked(self, services: tuple[swarm_services.Service, ...], settled: bool = False) -> list[str]:
        """What two reconciles of one operation ask."""
        self.be_home()
        work = Work("id", self.paths.root / "work")
        operation = Operation(self.paths, self.reporter, mock.Mock(), work, "shop", "deploy", "ada", settled=settled)
        asked: list[str] = []
        self.met: list[str] = []
        with operation.at_end, mock.patch.multiple(
            spread_reconcile,
            spread=mock.Mock(
                wanted=lambda *_: {"web": 1},
                services_of=lambda *_: services,
                provide=lambda *_: asked.append("room"),
                others_that_answer=lambda *_: (),
            ),
            converge=lambda *_: asked.append("front"),
            _thaw=lambda *_: None,
            bundles=mock.Mock(has_web=lambda _: False),
            peers=mock.Mock(
                kept_open=mock.Mock(side_effect=[nullcontext(True), nullcontext(False)]),
                meet_all=lambda _: self.met.append("all"),
            ),
        ):
            for _ in range(2):
                spread_reconcile.make_equal(operation, 3, "blue", lambda *_: asked.append("here"))
        return asked

    def test_the_other_machines_are_asked_once_in_an_operation(self) -> None:
        self.assertEqual(["room", "here", "front", "here"], self.asked((self.service(),)))
        self.assertEqual([], self.met)

    def test_a_release_asks_them_itself(self) -> None:
        self.assertEqual(["here", "here"], self.asked((self.service(),), settled=True))
        # After the build, so there is time for the connections.
        self.assertEqual(["all"], self.met)

    def test_what_is_started_anew_finds_its_image_everywhere(self) -> None:
        self.assertEqual(["room", "here", "room", "here"], self.asked((), settled=True))

    @staticmethod
    def service() -> swarm_services.Service:
        labels = {containers.RELEASE: "3", containers.TYPE: "web"}
        spec = {"Labels": labels, "Mode": {"Replicated": {"Replicas": 1}}}
        return swarm_services.Service("id", "shop_web", 1, spec)


def made(machine: str) -> dict[str, str]:
    """The labels of a machine's gateway; of one with a dash behind it those of the gateway before."""
    return {gateway.MADE_FROM: "old" if machine.endswith("-") else "new"}


class GatewaysAwaitedTest(unittest.TestCase):
    """Each machine has a gateway before the switch, or nothing is switched."""

    def wait(self, gateways: list[list[str]], state: str = "ready") -> None:
        told = [
            [Task(one, "s", one.rstrip("-"), 0, "running", "running", "", "", 0, "", made(one)) for one in found]
            for found in gateways
        ]
        member = swarm.Member("abc", "b", "worker", state, "active", "", False, False, {}, 1, 1)
        with mock.patch.object(spread.swarm_services, "tasks", side_effect=told):
            with mock.patch.object(spread.swarm, "own_id", return_value="own"), mock.patch.object(spread.time, "sleep"):
                with mock.patch.object(spread.swarm, "members", return_value=[member]):
                    with mock.patch.object(spread.gateway, "made_from", return_value="new"):
                        spread.await_gateways(mock.Mock(app="shop"), [B])

    def test_they_are_waited_for(self) -> None:
        self.wait([["own"], ["own"], ["own", "abc"]])

    def test_one_of_before_is_none(self) -> None:
        self.wait([["own-", "abc-"], ["own", "abc-"], ["own", "abc-", "abc"]])

    def test_a_machine_that_goes_down_is_not_waited_for(self) -> None:
        with self.assertRaises(Failed) as caught:
            self.wait([["own"]], "down")
        self.assertEqual("b went down before the app was up everywhere", caught.exception.text)


class ListedTest(ClusterCase):
    def test_what_runs_on_which_machine(self) -> None:
        self.be_home()
        nodes.write(self.paths, B)
        service = swarm_services.Service("s", "shop_web", 1, {"Labels": {containers.APP: "shop"}})
        other = swarm_services.Service("g", "gateway", 1, {"Labels": {gateway.LABEL: "shop"}})
        tasks = [
            Task(str(number), of, node, number, state, "running", "", "", 0, "")
            for number, (of, node, state) in enumerate(
                [
                    ("s", "own", "running"),
                    ("s", B.id, "running"),
                    ("s", B.id, "running"),
                    ("s", B.id, "starting"),
                    ("s", "gone", "running"),
                    ("g", B.id, "running"),
                ]
            )
        ]
        alone = [Container(slot, "blog", 1, "web", slot, 1, "running") for slot in ("blue", "run")]
        with (
            mock.patch.object(swarm_services, "services", return_value=(service, other)),
            mock.patch.object(swarm_services, "wanted_tasks", return_value=tasks),
            mock.patch.object(swarm, "own_id", return_value="own"),
            mock.patch.object(containers, "listed", return_value=alone),
        ):
            found = listed._runs(self.paths, mock.Mock())
        own = nodes.own_name(self.paths)
        self.assertEqual({f"node/{own}/runs/shop": "1", f"node/{own}/runs/blog": "1", "node/b/runs/shop": "2"}, found)


class EarlyFrontsTest(ClusterCase):
    """What nginx of the other machines is told before a release is known to be good changes nothing of what serves."""

    def early(self, **new: str) -> dict[str, str]:
        work, app = Work("id", self.paths.root / "work"), self.paths.app("shop")
        operation = Operation(self.paths, self.reporter, mock.Mock(), work, "shop", "deploy", "ada")
        for release, settings in (("1", {"domains": "a.example.com"}), ("2", {"domains": "a.example.com", **new})):
            values.make_directory(app / "releases" / release / "settings")
            for name, value in settings.items():
                values.put(app / "releases" / release / "settings" / name, value)
        values.make_directory(app / "slots" / "blue")
        (app / "slots" / "blue" / "release").symlink_to("../../releases/1")
        values.touch(app / "slots" / "blue" / "spread")
        with mock.patch.object(spread_activate.bundles, "has_web", return_value=True):
            return spread_activate._fronts_of_before(operation, app / "releases" / "2", "blue")

    def test_a_release_that_wants_of_it_what_the_live_one_does(self) -> None:
        found = self.early(drain="5")
        self.assertEqual("a.example.com", found["settings/domains"])
        self.assertNotIn("slot", found)

    def test_one_that_wants_something_else(self) -> None:
        self.assertEqual({}, self.early(domains="b.example.com"))

    def test_a_machine_sees_to_its_nginx_and_asks_its_processes(self) -> None:
        asked: list[object] = []

        def wrong(*words: object) -> list[str]:
            bundle = words[5]
            assert isinstance(bundle, Path)
            asked.append(sorted(path.name for path in bundle.iterdir()))
            return []

        sent = {"host": "h", "release": "2", "port": "5000", f"{spread_check.FRONT}/settings/domains": "a.example.com"}
        request = Request(self.paths, self.reporter, "", "peer", (), io.BytesIO(tree.text(sent)))
        with (
            mock.patch.object(spread_check, "wrong", wrong),
            mock.patch.object(fronts, "take", lambda _paths, _reporter, _app, front: asked.append(dict(front))),
        ):
            self.assertEqual({"wrong": ""}, peer._check(request, mock.Mock(), "shop", "green"))
        self.assertEqual([{"settings/domains": "a.example.com"}, ["port"]], asked)


class FrontsTest(ClusterCase):
    def test_another_machine_gets_what_nginx_needs_and_no_variable(self) -> None:
        app = self.paths.app("shop")
        settings = app / "releases" / "3" / "settings"
        for path, value in (
            ("domains", "shop.example.com"),
            ("env/PASSWORD", "secret"),
            ("http/timeout", "30"),
        ):
            values.make_directory((settings / path).parent)
            values.put(settings / path, value)
        values.make_directory(app / "operator" / "env")
        values.put(app / "operator" / "env" / "PASSWORD", "secret")
        values.put(app / "maintenance", "")
        sent = fronts.told(self.paths, "shop", settings, "green")
        self.assertEqual("shop.example.com", sent["settings/domains"])
        self.assertEqual("30", sent["settings/http/timeout"])
        self.assertIn("flag/maintenance", sent)
        self.assertEqual("green", sent["slot"])
        self.assertNotIn("secret", sent.values())
        self.assertNotIn("preview", sent)
        values.make_directory(app / "preview")
        sent = fronts.told(self.paths, "shop", settings, "green")

        with mock.patch.object(fronts.nginx, "apply", return_value=True), mock.patch.object(fronts.nginx, "settle"):
            fronts.take(self.paths, self.reporter, "shop", {**sent, "host/domain": "example.net"})
        front = fronts.paths_of(self.paths).app("shop")
        self.assertTrue((front / "maintenance").exists())
        self.assertTrue(previews.is_preview(fronts.paths_of(self.paths), "shop"))
        self.assertEqual("green", fronts.live(self.paths, "shop"))
        fronts.switch(self.paths, "shop", "blue")
        self.assertEqual("blue", fronts.live(self.paths, "shop"))
        for slot, app_name in (("red", "shop"), ("blue", "other")):
            with self.assertRaises(BadRequest):
                fronts.switch(self.paths, app_name, slot)


class DistributionTest(ClusterCase):
    def test_layers_are_found_in_what_the_engine_writes(self) -> None:
        layers = [b"one" * 400, b"two" * 700]
        digests = ["sha256:" + str(number) * 64 for number in (1, 2)]
        config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": digests}}).encode()
        manifest = json.dumps([{"Config": "c.json", "Layers": ["x/layer.tar", "y/layer.tar"]}]).encode()
        file = self.paths.root / "image.tar"
        with tarfile.open(file, "w") as archive:
            # The second one is a link, as the engine writes a layer that is twice in an image.
            for name, data in (("z/layer.tar", layers[1]), ("c.json", config), ("x/layer.tar", layers[0])):
                entry = tarfile.TarInfo(name)
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))
            link = tarfile.TarInfo("y/layer.tar")
            link.type, link.linkname = tarfile.SYMTYPE, "../z/layer.tar"
            archive.addfile(link)
            entry = tarfile.TarInfo("manifest.json")
            entry.size = len(manifest)
            archive.addfile(entry, io.BytesIO(manifest))
        saved = distribution._read(file)
        whole = file.read_bytes()
        self.assertEqual(layers, [whole[place : place + size] for place, size in saved.places])

    def test_a_machine_says_what_it_lacks_of_the_images_that_it_has_not(self) -> None:
        one, two = ("sha256:" + letter * 64 for letter in "ab")
        asked = {"0/image": one, "0/layers": two, "1/image": two, "1/layers": f"{one}\n{two}"}
        with mock.patch.object(
            distribution.images, "inspect", side_effect=lambda _, image: {} if image == one else None
        ):
            with mock.patch.object(distribution.image_load, "in_containerd", return_value=False):
                with mock.patch.object(distribution.images, "all_with", return_value=[]):
                    with mock.patch.object(distribution.image_load, "had", return_value=1):
                        self.assertEqual({"1/had": "1"}, distribution.look(mock.Mock(), asked))
        with self.assertRaises(BadRequest):
            distribution.look(mock.Mock(), {"0/image": "x", "0/layers": two})

    def test_images_that_are_not_kept_go(self) -> None:
        found = (Image("sha256:1", "pocketpaas-app-shop:1"), Image("sha256:2", "pocketpaas-app-shop:2"))
        with mock.patch.object(distribution.images, "app_images", return_value=found):
            with mock.patch.object(distribution.images, "remove") as remove:
                distribution.tidy("engine", "shop", ["sha256:2"])  # type: ignore[arg-type]
        remove.assert_called_once_with("engine", "pocketpaas-app-shop:1")

    def test_an_image_of_another_name_is_not_taken(self) -> None:
        config = json.dumps({"os": "linux", "architecture": "amd64", "rootfs": {"diff_ids": ["sha256:" + "1" * 64]}})
        for name in ("debian:12", "pocketpaas-app-shop:1 x", "library/pocketpaas-app-x:1"):
            with self.assertRaises(BadRequest):
                distribution.take(mock.Mock(), {"config": config, "reference": name, "sent": ""}, io.BytesIO())


class MachinesNoticeTest(ClusterCase):
    def look(self, *ready: str) -> NoticeStore:
        found = [
            swarm.Member(name, name, "worker", "ready", "active", "", False, False, {membership.NAME: name}, 1, 1)
            for name in ready
        ]
        store = NoticeStore(self.paths)
        values.make_directory(store.directory)
        with mock.patch.object(machines.swarm, "members", return_value=found), mock.patch.object(mirror, "send"):
            machines.look(self.paths, store, mock.Mock(), self.reporter)
        return store

    def test_one_that_is_down_is_told_and_one_that_comes_back_gets_the_apps(self) -> None:
        self.be_home()
        nodes.write(self.paths, B)
        with mock.patch.object(catching_up, "bring_missed") as bring:
            every = [self.every_app(bring, *ready) for ready in (("a", "b"), ("a", "b"), ("a",), ("a", "b"))]
        self.assertEqual([True, False, False, True], every)
        self.assertEqual(["the machine b of the cluster is down; the others do its work"], self.texts(self.look("a")))
        self.assertEqual([], list(self.look("a", "b").all()))

    def every_app(self, bring: mock.Mock, *ready: str) -> bool:
        self.look(*ready)
        return bool(bring.call_args.args[-1])

    def test_a_host_that_is_alone_asks_nobody(self) -> None:
        store = NoticeStore(self.paths)
        values.make_directory(store.directory)
        with mock.patch.object(machines.swarm, "members") as members:
            machines.look(self.paths, store, mock.Mock(), self.reporter)
        members.assert_not_called()

    def texts(self, store: NoticeStore) -> list[str]:
        return [values.read_or(one / "text", "") for one in store.all()]


if __name__ == "__main__":
    unittest.main()
