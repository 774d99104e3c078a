"""Changes of services that exist: started, stopped, given other passwords, told of, destroyed. The server inside the
container is one that does what its scripts ask."""

from __future__ import annotations

import contextlib
import io
import os
import socket
import struct
import subprocess
import threading
import time
import unittest
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from change_fixture import ChangeCase
from pocketpaas.change import (
    deploy_services,
    destroy,
    env,
    main,
    rollback,
    service_create,
    service_release,
    service_rotate,
    services,
)
from pocketpaas.change.service_release import AppChange
from pocketpaas.engine import exec_kill, execs, networks
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.engine.watch import Watch
from pocketpaas.engine.execs import Ended
from pocketpaas.engine.parallel import Task
from pocketpaas.failure import BadRequest, Cancelled, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder, Lock
from pocketpaas.machine.request import Request
from pocketpaas.query import beside, checkup_services, service_states, service_stream
from pocketpaas.query import services as query
from pocketpaas.release import drain, network
from pocketpaas.release.running import Running
from pocketpaas.service import (
    access,
    client_words,
    container,
    copying,
    data,
    images,
    kinds,
    links,
    making,
    own_settings,
    restarts,
    retiring,
    scripts,
    spec,
    start,
    store,
)
from pocketpaas.service.links import Link, Login
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths
from test_service import ServiceCase, run_calls

#: As it is: the cases here have another one.
RUN = execs.run


class ServiceChangeCase(ChangeCase, ServiceCase):
    """`db` runs; what its scripts were asked is in `self.asked`; `self.fails` are scripts that do not end well."""

    def setUp(self) -> None:
        super().setUp()
        values.make_directory(self.paths.programs)
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")
        self.asked: list[tuple[str, ...]] = []
        self.fails: dict[str, str] = {}
        self.patch(execs, "run", self.run_inside)
        self.patch(images, "ensure", lambda *_: None)
        self.locks: list[Lock] = []
        taken = store.lock

        def lock(*arguments: Any) -> Lock:
            self.locks.append(taken(*arguments))
            return self.locks[-1]

        self.patch(store, "lock", lock)
        self.db = self.service("db")
        self.container = self.made()

    def run_inside(self, _engine: Any, _container: str, words: tuple[str, ...], *_rest: Any) -> Ended:
        return run_calls(words, self._run_script)

    def _run_script(self, script: str, *arguments: str) -> Ended:
        self.asked.append((script, *arguments))
        if script in self.fails:
            return Ended(1, b"", self.fails[script].encode())
        return Ended(0, b"size 12\nconnections 2\nnonsense 1\nversion 17.2\n" if script == "facts" else b"", b"")

    def made(self, state: str = "running") -> str:
        wanted = spec.container(self.db)
        self.fake.add("c0ffee", "", state)
        self.fake.containers["c0ffee"]["Config"]["Labels"] = dict(wanted.labels)
        self.fake.containers["c0ffee"]["NetworkSettings"]["Networks"] = {}
        return "c0ffee"

    @property
    def state(self) -> str:
        return str(self.fake.containers[self.container]["State"]["Status"])

    def change(self, *words: str, subject: str = "service.db") -> int:
        self.operation = self.operate("service", subject)
        self.tree(self.operation.work.directory, {"args": "".join(f"{word}\n" for word in words)})
        try:
            return services.change(self.operation)
        finally:
            # As when the process ends.
            for lock in self.locks:
                lock.release()
            self.locks.clear()


class CreateTest(ServiceChangeCase):
    def create(self, *words: str) -> int:
        self.patch(
            images, "choose", lambda _paths, _engine, _reporter, name: images.Chosen(f"sha256:{2:064x}", name, name)
        )
        self.patch(networks, "ensure_for", lambda *_: None)
        return self.change("create", *words, subject=f"service.{words[0]}")

    def test_the_server_is_of_the_version_that_is_asked_for(self) -> None:
        self.assertEqual(self.create("right", "postgres", "17", "-", "-"), 0)
        self.assertEqual(store.need(self.paths, "right").version, "postgres 17")

    def test_one_that_does_not_start_sends_nobody_to_logs_that_are_gone(self) -> None:
        self.fails["ready"] = "no"
        self.fake.started = {"Status": "exited", "Pid": 0, "ExitCode": 3}
        with self.assertRaisesRegex(Failed, "ended with 3") as caught:
            self.create("broken", "postgres", "17", "-", "-")
        self.assertEqual(caught.exception.cure, "")

    def test_more_memory_than_the_host_has_is_told(self) -> None:
        self.patch(service_create.memory_of_host, "total", lambda: 4 << 30)
        self.create("large", "postgres", "17", str(8 << 30), "-")
        self.assertIn("+note\tlarge may use 8192 MB, and this host has 4096 MB of memory", self.reporter.lines)
        self.create("small", "postgres", "17", str(1 << 30), "-")
        self.assertFalse([line for line in self.reporter.lines if "small may use" in line])

    def test_a_name_that_means_something_else_in_a_container_is_refused(self) -> None:
        for name in ("localhost", "ip6-loopback", "host-gateway"):
            with self.subTest(name), self.assertRaisesRegex(Refused, f"a service cannot be called {name}"):
                self.create(name, "postgres", "17", "-", "-")
            self.assertFalse(self.paths.service(name).exists())

    def test_what_was_killed_before_its_first_query_is_made_by_the_same_command(self) -> None:
        claim = making.claim

        def claimed(*arguments: Any) -> Lock:
            self.locks.append(claim(*arguments))
            return self.locks[-1]

        with mock.patch.object(container, "await_ready", side_effect=KeyboardInterrupt), mock.patch.object(
            making, "claim", claimed
        ), self.assertRaises(KeyboardInterrupt):
            self.create("cut", "postgres", "17", "-", "-")
        first = store.need(self.paths, "cut")
        self.assertTrue(first.is_half_made)
        before = values.read(first.password_file)
        self.assertEqual(self.create("cut", "postgres", "17", "-", "-"), 0)
        made = store.need(self.paths, "cut")
        self.assertFalse(made.is_half_made)
        self.assertNotEqual(values.read(made.password_file), before, "it is another server, with nothing in it")
        with self.assertRaisesRegex(Refused, "there is a service cut on this host already"):
            self.create("cut", "postgres", "17", "-", "-")

    def test_what_an_app_has_data_in_is_never_made_anew(self) -> None:
        self.tree(self.db.directory, {"making": "", "apps/shop/database": "app_shop"})
        with self.assertRaisesRegex(Refused, "there is a service db on this host already"):
            self.create("db", "postgres", "17", "-", "-")

    def test_a_start_by_hand_ends_what_was_cut(self) -> None:
        self.tree(self.db.directory, {"making": ""})
        self.fake.containers[self.container]["State"].update(Status="exited", Pid=0)
        self.assertEqual(self.change("start", "db"), 0)
        self.assertFalse(self.db.is_half_made)

    def test_one_of_another_version_leaves_nothing(self) -> None:
        with self.assertRaisesRegex(Failed, "own/postgres:17 holds postgres 17.2, and not 15"):
            self.create("wrong", "postgres", "15", "-", "own/postgres:17")
        self.operation.take_back()
        self.assertIsNone(store.find(self.paths, "wrong"))
        self.assertEqual(list(self.fake.containers), [self.container])


class VariablesTest(ServiceChangeCase):
    def test_other_variables_of_a_linked_app_say_which_have_nothing_any_more(self) -> None:
        self.patch(service_release, "make", lambda *_: None)
        found = Link(self.service("db"), "shop")
        found.keep(Login("shop_1", "pw"), ("DATABASE_URL",))
        for asked in (("DATABASE_URL", "PG_URL"), ("PG_URL",)):
            self.assertEqual(self.change("link", "db", "shop", *asked, subject="service.db"), 0)
            self.assertEqual(found.variables, asked)
        told = [line for line in self.reporter.lines if "no longer" in line or "to have both" in line]
        self.assertEqual(
            told,
            [
                "+warn\tshop has the address of db in PG_URL alone now, and no longer in DATABASE_URL",
                "+hint\tto have both: pocketpaas services link db --as DATABASE_URL --as PG_URL --app shop",
            ],
        )


class PromoteTest(ServiceChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.first, self.second = self.linked("db", "DATABASE_URL"), self.linked("db2", "ANALYTICS_URL", "SECOND_URL")
        self.patch(service_release, "make", lambda *_: None)

    def linked(self, name: str, *variables: str) -> Link:
        found = Link(self.service(name), "shop")
        found.keep(Login("shop_1", "pw"), variables)
        return found

    def promote(self, name: str) -> None:
        self.assertEqual(self.change("promote", name, "shop", subject=f"service.{name}"), 0)

    def test_variables_that_were_chosen_stay(self) -> None:
        self.promote("db2")
        self.assertEqual(self.second.variables, ("DATABASE_URL", "ANALYTICS_URL", "SECOND_URL"))
        self.assertEqual(self.first.variables, ("DB_URL",))
        self.promote("db")
        self.assertEqual(self.first.variables, ("DATABASE_URL",))
        self.assertEqual(self.second.variables, ("ANALYTICS_URL", "SECOND_URL"))


class HalfDoneTest(ServiceChangeCase):
    """`shop` has a live release that has `db` in DATABASE_URL; `db2` is linked, too."""

    def setUp(self) -> None:
        super().setUp()
        self.first, self.second = self.linked("db", "DATABASE_URL"), self.linked("db2", "DB2_URL")
        self.live(1, {f"service/env/{name}": of for name, of in (("DATABASE_URL", "db"), ("DB2_URL", "db2"))})
        self.fake.images = [{"Id": f"sha256:{1:064x}", "RepoTags": [], "Labels": {}}]

    def linked(self, name: str, *variables: str) -> Link:
        found = Link(self.service(name), "shop")
        found.keep(Login("shop_1", "pw"), variables)
        return found

    def held(self, release: int) -> dict[str, str | None]:
        directory = self.paths.release("shop", release) / "service" / "env"
        return {name: values.read(directory / name) for name in values.names(directory)}

    def killed_promotion(self) -> None:
        """It came as far as its release, and no further."""
        self.second.keep_variables(("DATABASE_URL",))
        self.first.keep_variables(("DB_URL",))

    def test_a_promotion_that_was_killed_before_its_release_makes_it(self) -> None:
        self.killed_promotion()
        for _ in range(2):
            self.assertEqual(self.change("promote", "db2", "shop", subject="service.db2"), 0)
        self.assertEqual(self.activated, [2])
        self.assertEqual(self.held(2), {"DATABASE_URL": "db2", "DB_URL": "db"})
        said = "+note\tDATABASE_URL of shop is the address of the service db2 from this release on, and no more of db"
        self.assertEqual(self.reporter.lines.count(said), 1)
        self.assertIn("+result\tunchanged\tyes", self.reporter.lines)

    def test_one_that_was_killed_before_the_other_service_gave_them_up_is_ended(self) -> None:
        self.second.keep_variables(("DB2_URL",))
        self.first.keep_variables(("DATABASE_URL",))
        # What both have would be that of the last by name: here of the one that is not promoted.
        third = self.linked("a", "DATABASE_URL")
        self.assertEqual(self.change("promote", "a", "shop", subject="service.a"), 0)
        self.assertEqual((third.variables, self.first.variables), (("DATABASE_URL",), ("DB_URL",)))
        self.assertEqual(self.held(2), {"DATABASE_URL": "a", "DB_URL": "db", "DB2_URL": "db2"})

    def test_one_whose_release_fails_is_taken_back(self) -> None:
        self.patch(service_release, "make", mock.Mock(side_effect=Failed("unhealthy", "it does not answer")))
        with self.assertRaises(Failed):
            self.change("promote", "db2", "shop", subject="service.db2")
        for step in reversed(self.operation.undo):
            step()
        self.assertEqual((self.first.variables, self.second.variables), (("DATABASE_URL",), ("DB2_URL",)))

    def test_a_link_that_was_killed_before_its_release_makes_it(self) -> None:
        for words in (("db3", "shop"), ("db3", "shop", "THIRD_URL", "MORE_URL")):
            with self.subTest(words):
                self.linked("db3", *(words[2:] or ("DB3_URL",)))
                before = len(self.activated)
                for _ in range(2):
                    self.assertEqual(self.change("link", *words, subject="service.db3"), 0)
                self.assertEqual(len(self.activated), before + 1)
                held = {name for name, of in self.held(self.activated[-1]).items() if of == "db3"}
                self.assertEqual(held, set(words[2:] or ("DB3_URL",)))

    def test_the_login_that_a_killed_unlinking_has_left_goes_with_its_repetition(self) -> None:
        self.service_of_db2_runs()
        self.second.give_up(False)
        self.live(2, {"service/env/DATABASE_URL": "db"})
        self.assertEqual(self.change("unlink", "db2", "shop", subject="service.db2"), 0)
        self.assertIn(("drop-login", "app_shop", "shop_1"), self.asked)
        self.assertEqual((self.second.old_logins(), self.activated), ([], []))

    def service_of_db2_runs(self) -> None:
        self.fake.add("fa11ed", "", "running")
        self.fake.containers["fa11ed"]["Config"]["Labels"] = dict(spec.container(self.second.service).labels)
        self.fake.containers["fa11ed"]["NetworkSettings"]["Networks"] = {}

    def test_a_release_about_something_else_says_what_it_changes(self) -> None:
        self.killed_promotion()
        self.send_env(FOO="2")
        self.assertEqual(env.change(self.changing(), []), 0)
        self.assertEqual(
            [line for line in self.reporter.lines if line.startswith("+warn")],
            [
                "+warn\tDATABASE_URL of shop is the address of the service db2 from this release on, "
                "and no more of db",
                "+warn\tDB2_URL of shop is not the address of the service db2 any more from this release on",
                "+warn\tDB_URL of shop is the address of the service db from this release on",
            ],
        )

    def test_what_the_operator_has_set_stays_and_is_told_of_by_nobody(self) -> None:
        self.killed_promotion()
        self.operator(DATABASE_URL="own", DB_URL="own", DB2_URL="own")
        self.send_env(FOO="2")
        self.assertEqual(env.change(self.changing(), []), 0)
        self.assertFalse([line for line in self.reporter.lines if "from this release on" in line])

    def test_a_rollback_says_what_the_next_release_takes_and_how_to_stay(self) -> None:
        self.change("promote", "db2", "shop", subject="service.db2")
        before = len(self.reporter.lines)
        self.operation = self.operate("rollback")
        self.assertEqual(rollback.change(self.operation, ("v1",)), 0)
        told = [one for one in self.reporter.lines[before:] if "address of the service" in one or "to stay" in one]
        self.assertEqual(
            told,
            [
                "+warn\tDATABASE_URL of shop is the address of the service db in this release; "
                "with the next one it is that of db2",
                "+warn\tDB2_URL of shop is the address of the service db2 in this release; "
                "it goes with the next one",
                "+note\tDB_URL of shop, the address of the service db, is not in this release; "
                "it comes with the next",
                f"+hint\tto stay with what v{self.activated[-1]} has: pocketpaas services promote db --app shop",
            ],
        )
        self.change("promote", "db", "shop")
        self.assertEqual(self.held(self.activated[-1]), {"DATABASE_URL": "db", "DB2_URL": "db2"})

    def test_a_rollback_to_other_variables_of_a_service_names_them(self) -> None:
        self.second.keep_variables(("OTHER_URL",))
        self.live(2, {"service/env/DATABASE_URL": "db", "service/env/OTHER_URL": "db2"})
        self.operation = self.operate("rollback")
        self.assertEqual(rollback.change(self.operation, ("v1",)), 0)
        self.assertIn(
            f"+hint\tto stay with what v{self.activated[-1]} has: "
            "pocketpaas services link db2 --as DB2_URL --app shop",
            self.reporter.lines,
        )

    def test_a_rollback_that_leads_to_the_same_links_warns_of_nothing(self) -> None:
        self.live(2, {"service/env/DATABASE_URL": "db", "service/env/DB2_URL": "db2"})
        self.operation = self.operate("rollback")
        self.assertEqual(rollback.change(self.operation, ("v1",)), 0)
        self.assertFalse([line for line in self.reporter.lines if "address of the service" in line])


class RotateOnlyTest(ServiceChangeCase):
    def test_an_app_that_is_not_linked_is_named_and_so_are_those_that_are(self) -> None:
        with self.assertRaisesRegex(Refused, "^no app is linked to db$"):
            self.change("rotate", "db")
        Link(self.db, "shop").keep(Login("shop_1", "pw"), ("DATABASE_URL",))
        with self.assertRaises(Refused) as caught:
            self.change("rotate", "db", "nosuch")
        self.assertEqual(caught.exception.text, "nosuch is not linked to db")
        self.assertEqual(caught.exception.cure, "linked to db: shop")


class ControlTest(ServiceChangeCase):
    def test_restarted_it_runs_whatever_the_engines_list_says_meanwhile(self) -> None:
        self.assertEqual(self.change("restart", "db"), 0)
        self.assertEqual(self.state, "running")
        self.assertEqual(len(self.fake.asked("POST /containers/c0ffee/start")), 1)
        self.assertEqual([script for script, *_ in self.asked], ["ready"])
        policy = self.fake.containers[self.container]["HostConfig"]["RestartPolicy"]
        self.assertEqual(policy, {"Name": "unless-stopped"})

    def test_while_an_app_of_it_is_closed_to_move_it_stays_up(self) -> None:
        Link(self.db, "shop").keep(Login("shop_1", "pw"), ("DATABASE_URL",))
        place = self.tree(self.paths.app("shop") / "move", {"closed": "", "peer": "web2"})
        before = len(self.fake.asked("POST /containers"))
        for word in ("restart", "stop"):
            with self.assertRaisesRegex(Refused, "^shop is just being moved to web2$"):
                self.change(word, "db")
        self.assertEqual((self.state, len(self.fake.asked("POST /containers"))), ("running", before))
        (place / "closed").rename(place / "passed")
        self.assertEqual(self.change("restart", "db"), 0)

    def test_stopped_it_stays_so_until_it_is_started(self) -> None:
        self.assertEqual(self.change("stop", "db"), 0)
        self.assertEqual((self.state, store.need(self.paths, "db").is_stopped), ("exited", True))
        self.assertTrue(start.bring_up(self.paths, self.operation.engine, self.reporter))
        self.assertEqual(self.state, "exited")
        self.change("stop", "db")
        self.assertIn("+note\tNothing to do: db is stopped already.", self.reporter.lines)
        self.assertEqual(self.change("start", "db"), 0)
        self.assertEqual((self.state, store.need(self.paths, "db").is_stopped), ("running", False))
        self.change("start", "db")
        self.assertIn("+note\tNothing to do: db runs already.", self.reporter.lines)

    def killed_while_starting(self) -> None:
        self.fake.containers[self.container]["HostConfig"]["RestartPolicy"] = {"Name": "no"}
        self.asked.clear()

    def policy(self) -> str:
        return str(self.fake.containers[self.container]["HostConfig"]["RestartPolicy"]["Name"])

    def test_a_start_that_was_killed_is_ended_by_whatever_comes_next(self) -> None:
        ways: dict[str, Callable[[], object]] = {
            "start": lambda: self.change("start", "db"),
            "boot": lambda: start.bring_up(self.paths, self.operation.engine, self.reporter),
            "timer": lambda: self.assertTrue(restarts.sweep(self.paths, self.operation.engine, self.reporter)),
        }
        for name, do in ways.items():
            with self.subTest(name):
                self.killed_while_starting()
                do()
                self.assertEqual((self.state, self.policy()), ("running", "unless-stopped"))
                # Not before it takes queries.
                self.assertEqual([script for script, *_ in self.asked][:1], ["ready"])
        self.assertNotIn("+note\tNothing to do: db runs already.", self.reporter.lines)

    def test_a_restart_that_was_killed_while_it_was_down_is_ended_by_the_timer(self) -> None:
        for name, then in {"timer": None, "start": "start", "stop": "stop"}.items():
            with self.subTest(name):
                self.change("start", "db")
                with mock.patch.object(container, "ensure", side_effect=KeyboardInterrupt), mock.patch.object(
                    values, "remove"
                ), self.assertRaises(KeyboardInterrupt):
                    self.change("restart", "db")
                self.assertEqual(self.state, "exited")
                if then:
                    self.change(then, "db")
                self.assertTrue(restarts.sweep(self.paths, self.operation.engine, self.reporter))
                self.assertEqual(self.state, "exited" if then == "stop" else "running")
                self.assertFalse(store.need(self.paths, "db").is_restarting)

    def test_the_timer_leaves_alone_what_is_not_ready_or_in_somebodys_hands(self) -> None:
        self.killed_while_starting()
        self.fails["ready"] = "no"
        self.assertTrue(restarts.sweep(self.paths, self.operation.engine, self.reporter))
        self.assertEqual(self.policy(), "no")
        self.fails.clear()
        lock = locks.take(self.db.directory / "lock", Holder("ann", "starting"))
        assert lock is not None
        self.assertTrue(restarts.sweep(self.paths, self.operation.engine, self.reporter))
        self.assertEqual(self.policy(), "no")
        lock.release()
        self.tree(self.db.directory, {"stopped": ""})
        self.assertTrue(restarts.sweep(self.paths, self.operation.engine, self.reporter))
        self.assertEqual(self.policy(), "no")
        (self.db.directory / "stopped").unlink()
        self.fake.refusals["POST /containers/c0ffee/update"] = (500, {"message": "no such device"})
        self.assertFalse(restarts.sweep(self.paths, self.operation.engine, self.reporter))

    def test_the_machine_starts_what_should_run(self) -> None:
        self.fake.containers[self.container]["State"].update(Status="exited", Pid=0)
        self.assertTrue(start.bring_up(self.paths, self.operation.engine, self.reporter))
        self.assertEqual(self.state, "running")
        self.fake.containers[self.container]["State"].update(Status="exited", Pid=0)
        self.fake.refusals["POST /containers/c0ffee/start"] = (500, {"message": "no such device"})
        self.assertFalse(start.bring_up(self.paths, self.operation.engine, self.reporter))
        self.assertIn("+fail\tnot-started\tdb does not start: no such device", self.reporter.lines)

    def test_one_with_other_settings_is_made_again_and_keeps_its_data(self) -> None:
        self.fake.containers[self.container]["Config"]["Labels"][spec.MADE_FROM] = "another"
        self.tree(self.app, {"network": "10.213.4.0/24"})
        self.change("restart", "db")
        self.assertNotIn("c0ffee", self.fake.containers)
        (made,) = self.fake.containers.values()
        self.assertEqual((made["Name"], made["State"]["Status"]), ("pocketpaas.service.db.1", "running"))
        self.assertEqual(self.fake.asked("DELETE /volumes"), [])

    def own(self, text: str) -> Path:
        """An admin's own settings of the server."""
        self.patch(own_settings, "PLACE", self.paths.root / "own")
        return self.tree(self.paths.root / "own", {"db.conf": text}) / "db.conf"

    def test_own_settings_that_cannot_be_are_refused_before_it_stops(self) -> None:
        for text, why in (
            ("# mine\n\nwork_mem 8MB\n", "^line 3 of .*/own/db.conf is not NAME = VALUE$"),
            ("work_mem = 8MB\nPort=5433\n", "^line 2 of .*/own/db.conf sets Port, which PocketPaaS sets"),
        ):
            with self.subTest(text):
                self.own(text)
                with self.assertRaisesRegex(Refused, why):
                    self.change("restart", "db")
                self.assertEqual(self.state, "running")
        self.change("stop", "db")
        with self.assertRaises(Refused):
            self.change("start", "db")
        self.assertTrue(store.need(self.paths, "db").is_stopped)
        # The machine starts what there is.
        self.begin_as_the_machine_does()
        self.assertEqual(self.state, "running")

    def test_one_that_does_not_start_names_the_own_settings(self) -> None:
        file = self.own("work_mem = lots\n")
        self.fails["ready"] = "no"
        self.fake.started = {"Status": "exited", "Pid": 0, "ExitCode": 1}
        self.patch(networks, "ensure_for", lambda *_: None)
        with self.assertRaises(Failed) as caught:
            self.change("restart", "db")
        self.assertEqual(caught.exception.cure, f"look at your settings in {file}; pocketpaas services logs db")

    def network(self, name: str, identity: str) -> None:
        self.fake.networks[name] = {"Id": identity, "Labels": {"pocketpaas.app": name.removeprefix("pocketpaas-")}}

    def in_network(self, app: str = "shop") -> None:
        """The app is linked to the service, which is in its network."""
        self.network(f"pocketpaas-{app}", f"id-{app}")
        self.link("db", app)
        container.connect(self.operation.engine, self.db, self.container, app)

    def test_a_network_that_is_gone_is_in_nobodys_way(self) -> None:
        self.patch(networks, "ensure_for", lambda *_: None)
        for number, begin in enumerate((lambda: self.change("start", "db"), self.begin_as_the_machine_does)):
            with self.subTest(number):
                self.in_network()
                self.change("stop", "db")
                # Another one of that name does not help.
                self.network("pocketpaas-shop", "another")
                begin()
                (made,) = self.fake.containers.values()
                self.assertEqual(made["State"]["Status"], "running")
                self.assertEqual(made["NetworkSettings"]["Networks"]["pocketpaas-shop"]["NetworkID"], "another")
                self.container = made["Id"]
        self.assertEqual(self.fake.asked("DELETE /volumes"), [])

    def test_a_network_over_the_cluster_that_nobody_knows_just_now_is_not_gone(self) -> None:
        self.network("pocketpaas_shop", "overlay")
        self.link("db")
        container.connect(self.operation.engine, self.db, self.container, "shop")
        self.change("stop", "db")
        del self.fake.networks["pocketpaas_shop"]
        self.fake.info = {"Swarm": {"LocalNodeState": "active"}}
        self.fake.refusals["GET /nodes"] = (503, {"message": "no leader"})
        with self.assertRaisesRegex(Failed, "network overlay not found"):
            self.change("start", "db")
        self.assertIn(self.container, self.fake.containers)
        self.fake.info = {}
        self.patch(networks, "ensure_for", lambda *_: None)
        self.change("restart", "db")
        self.assertNotIn(self.container, self.fake.containers)

    def begin_as_the_machine_does(self) -> None:
        (self.db.directory / "stopped").unlink()
        self.assertTrue(start.bring_up(self.paths, self.operation.engine, self.reporter))

    def test_an_app_that_goes_while_it_is_stopped_takes_its_network_along(self) -> None:
        self.in_network()
        self.change("stop", "db")
        self.operation = self.operate("destroy")
        destroy.leave_services(self.operation, False)
        self.assertEqual(self.fake.containers[self.container]["NetworkSettings"]["Networks"], {})
        del self.fake.networks["pocketpaas-shop"]
        self.change("start", "db")
        self.assertEqual(self.state, "running")

    def test_unlinked_while_it_is_stopped_it_leaves_the_network(self) -> None:
        self.in_network()
        self.patch(service_release, "make", lambda *_: None)
        self.change("stop", "db")
        self.change("unlink", "db", "shop")
        self.assertEqual(self.fake.containers[self.container]["NetworkSettings"]["Networks"], {})
        self.assertIn("+warn\tdb does not run: the login of shop is dropped when it starts", self.reporter.lines)

    def test_the_data_of_an_app_that_is_not_linked_goes_where_that_is_asked_for(self) -> None:
        gone, linked = self.link("db", "blog"), self.link("db")
        values.make_directory(self.paths.app("shop"))
        with self.assertRaisesRegex(Refused, "the data of shop in db is in use by shop"):
            self.change("unlink", "db", "shop", "data")
        with self.assertRaisesRegex(Refused, "none has no data in db") as refused:
            self.change("unlink", "db", "none", "data")
        self.assertEqual(refused.exception.cure, "--app NAME, one of: blog, shop")
        with self.assertRaises(BadRequest):
            self.change("unlink", "db", "blog", "all")
        self.asked.clear()
        # It was never on this host, or has gone from it.
        self.assertEqual(self.change("unlink", "db", "blog", "data"), 0)
        self.assertEqual(self.asked, [("drop-login", "app_blog", "blog_1"), ("drop-database", "app_blog")])
        self.assertEqual((gone.directory.exists(), linked.is_linked), (False, True))

    def test_data_that_an_app_shares_stays(self) -> None:
        values.make_directory(self.paths.app("shop"))
        self.link("db", "blog").unlink()
        (self.link("db").directory / store.SHARES).write_text("blog")
        with self.assertRaisesRegex(Refused, "in use by shop"):
            self.change("unlink", "db", "blog", "data")
        self.assertEqual(self.asked, [])

    def test_the_usual_variables_of_an_unlinked_service_may_be_anothers(self) -> None:
        values.make_directory(self.paths.app("shop"))
        self.patch(service_release, "make", lambda *_: None)
        self.link("db2", "shop", "DB2_URL")
        self.link("db")
        self.change("unlink", "db", "shop")
        told = "shop has no DATABASE_URL any more; to give it the address of db2"
        self.assertIn(f"+hint\t{told}: pocketpaas services promote db2 --app shop", self.reporter.lines)

    def test_the_login_of_an_app_that_left_while_it_was_stopped_goes_when_it_starts(self) -> None:
        gone, linked = self.link("db", "blog"), self.link("db")
        gone.set_aside(gone.login)
        gone.unlink()
        linked.set_aside(Login("shop_0", "pw"))
        self.change("stop", "db")
        self.fails["drop-login"] = "no room"
        self.assertEqual(self.change("start", "db"), 0)
        self.assertIn("for some minutes: db (drop-login): no room", "".join(self.reporter.lines))
        del self.fails["drop-login"], self.asked[:]
        self.change("restart", "db")
        self.assertIn(("drop-login", "app_blog", "blog_1"), self.asked)
        self.assertEqual(gone.old_logins(), [])
        # Processes of an app that is linked may use it.
        self.assertEqual([one.name for one in linked.old_logins()], ["shop_0"])

    def test_what_could_not_be_removed_with_an_app_is_named_and_goes_later(self) -> None:
        for script, fails in (("drop-login", "it owns more"), ("drop-database", "somebody uses it")):
            with self.subTest(script):
                gone, other = self.link("db", "blog"), self.link("db", "wiki")
                other.set_aside(other.login)
                os.utime(other.directory / "old" / other.login.name, (0, 0))
                other.unlink()
                self.operation = replace(self.operate("destroy"), app="blog")
                self.fails[script] = fails
                self.assertEqual(destroy.leave_services(self.operation, True), ["its data in the service db"])
                self.locks.pop().release()
                self.assertIn(f"+warn\tdb ({script}): {fails}; it is tried again by itself", self.reporter.lines)
                # Nobody backs it up, nor takes it along to another version; its place is not free yet.
                self.assertEqual((self.db.apps(), self.db.holders()), (("wiki",), ("blog", "wiki")))
                self.assertFalse(retiring.sweep(self.paths, self.operation.engine))
                if script == "drop-database":
                    # Of another app everything goes that can.
                    self.assertEqual(other.old_logins(), [])
                del self.fails[script], self.asked[:]
                self.assertTrue(retiring.sweep(self.paths, self.operation.engine))
                self.assertIn(("drop-database", "app_blog"), self.asked)
                self.assertFalse(gone.directory.exists())
                self.assertTrue(other.directory.exists())

    def test_data_that_is_kept_stays(self) -> None:
        gone = self.link("db", "blog")
        self.operation = replace(self.operate("destroy"), app="blog")
        self.fails["drop-login"] = "it owns more"
        self.assertEqual(destroy.leave_services(self.operation, False), ["its login in the service db"])
        self.locks.pop().release()
        self.fails.clear()
        for old in gone.old_logins():
            os.utime(gone.directory / "old" / old.name, (0, 0))
        self.assertTrue(retiring.sweep(self.paths, self.operation.engine))
        self.assertEqual((gone.old_logins(), self.db.apps()), ([], ("blog",)))
        self.assertNotIn(("drop-database", "app_blog"), self.asked)

    def test_a_new_app_of_that_name_gets_none_of_it(self) -> None:
        gone = self.link("db", "blog")
        self.operation = replace(self.operate("destroy"), app="blog")
        self.fails["drop-database"] = "somebody uses it"
        destroy.leave_services(self.operation, True)
        self.locks.pop().release()
        with self.assertRaisesRegex(Failed, "somebody uses it"):
            access.make_new(self.operation.engine, gone, self.container, Login("blog_2", "pw"))
        self.assertNotIn("database", [script for script, *_ in self.asked])
        self.fails.clear()
        self.asked.clear()
        access.make_new(self.operation.engine, gone, self.container, Login("blog_2", "pw"))
        self.assertEqual(
            [script for script, *_ in self.asked if script != "query"],
            ["drop-login", "drop-database", "database", "login"],
        )
        self.assertEqual(self.db.apps(), ("blog",))

    def test_one_that_ends_is_explained_by_its_last_lines(self) -> None:
        self.fails["ready"] = "no"
        self.fake.started = {"Status": "exited", "Pid": 0, "ExitCode": 3}
        with self.assertRaisesRegex(Failed, "db ended with 3; these were its last lines"):
            self.change("restart", "db")
        self.fake.started = {"Status": "exited", "Pid": 0, "ExitCode": 137, "OOMKilled": True}
        with self.assertRaisesRegex(Failed, "db used up its memory"):
            self.change("start", "db")

    def test_it_is_not_destroyed_while_an_app_is_linked(self) -> None:
        link = self.link("db")
        with self.assertRaisesRegex(Refused, "db is in use by shop") as no:
            self.change("destroy", "db")
        self.assertEqual(no.exception.cure, "pocketpaas services unlink db --app shop")
        link.unlink()
        self.assertEqual(self.change("destroy", "db"), 0)
        self.assertEqual((self.fake.containers, store.find(self.paths, "db")), ({}, None))

    def test_one_whose_destruction_was_cut_off_says_so_and_can_only_be_destroyed(self) -> None:
        with mock.patch.object(making.networks, "remove", side_effect=KeyboardInterrupt), mock.patch.object(
            making.containers, "remove", side_effect=KeyboardInterrupt
        ), self.assertRaises(KeyboardInterrupt):
            self.change("destroy", "db")
        asked = len(self.fake.asked("POST /containers/.*/start"))
        for words in (("start", "db"), ("restart", "db"), ("stop", "db"), ("link", "db", "shop"), ("rotate", "db")):
            with self.subTest(words), self.assertRaisesRegex(Refused, "begun to destroy the service db") as caught:
                self.change(*words)
            self.assertEqual(caught.exception.cure, "pocketpaas services destroy db --confirm db")
        self.assertTrue(start.bring_up(self.paths, self.operation.engine, self.reporter))
        with self.assertRaisesRegex(Refused, "begun to destroy"):
            container.ensure(
                self.paths, self.operation.engine, self.db, self.reporter, self.operation.holder(), renew=False
            )
        self.assertEqual(len(self.fake.asked("POST /containers/.*/start")), asked)
        seen = service_states.look(self.paths, self.operation.engine)
        self.assertEqual([one.state for one in seen], ["destroying"])
        text, cure = checkup_services._problem(seen[0], set())
        self.assertIn("begun to destroy the service db", text)
        self.assertEqual(cure, "pocketpaas services destroy db --confirm db")
        self.assertEqual(self.change("destroy", "db"), 0)
        self.assertEqual(store.all_of(self.paths), [])

    def test_it_says_that_it_goes_before_anything_of_it_is_gone(self) -> None:
        def clear(*_: Any) -> None:
            self.assertTrue(self.db.is_going)
            raise EngineError(500, "it is busy")

        self.patch(making, "clear", clear)
        with self.assertRaises(EngineError):
            self.change("destroy", "db")
        self.assertTrue(self.db.is_going)

    def test_words_that_are_no_change(self) -> None:
        for words, subject in (
            (("restart",), "service.db"),
            (("restart", "other"), "service.db"),
            (("explode", "db"), "service.db"),
            (("restart", "db", "x"), "service.db"),
            (("rotate", "db", "shop", "x"), "service.db"),
        ):
            with self.subTest(words), self.assertRaises(BadRequest):
                self.change(*words, subject=subject)
        self.assertEqual(self.state, "running")
        for text in ("service.db", "service.", "service.A b", "shop"):
            self.assertEqual(services.is_subject(text), text == "service.db", text)


class CopyTest(ServiceChangeCase):
    """`web` holds the data of shop, `db` those of blog."""

    def setUp(self) -> None:
        super().setUp()
        self.link("web")
        self.link("db", "blog")
        self.copied: list[tuple[str, str]] = []
        self.patch(container, "running", lambda *_: "c0ffee")
        self.patch(copying, "copy", self.copy)

    def copy(
        self, _engine: Any, source: links.Link, _running: str, target: links.Link, _target: str, exchange: Any
    ) -> None:
        exchange()
        self.copied.append((f"{source.app} in {source.service.name}", f"{target.app} in {target.service.name}"))

    def refused(self, *words: str) -> str:
        with self.assertRaises(Refused) as refused:
            self.change("copy", *words, subject=f"service.{words[0]}")
        self.assertEqual(self.copied, [])
        return f"{refused.exception.text}\n{refused.exception.cure}"

    def test_another_apps_data_are_replaced_only_where_it_is_named(self) -> None:
        for source_app in ("-", "shop"):
            self.assertEqual(
                self.refused("db", "-", "web", source_app),
                "shop has no data in db\npocketpaas services link db --app shop; to replace another app's data: "
                "--to-app NAME, one of: blog",
            )
        self.assertEqual(self.change("copy", "db", "blog", "web", "-"), 0)
        self.assertEqual(self.copied, [("shop in web", "blog in db")])

    def test_those_of_the_same_app_are_replaced_where_nobody_says_whose(self) -> None:
        self.link("db")
        self.assertEqual(self.change("copy", "db", "-", "web", "-"), 0)
        self.assertEqual(self.copied, [("shop in web", "shop in db")])

    def test_an_app_that_is_not_there_and_a_service_without_data_are_refused(self) -> None:
        self.assertIn(
            "other has no data in db\npocketpaas services link db --app other", self.refused("db", "other", "web", "-")
        )
        self.service("empty")
        wanted = "shop has no data in empty\npocketpaas services link empty --app shop"
        self.assertEqual(self.refused("empty", "-", "web", "-"), wanted)

    def test_that_an_older_server_may_not_take_it_is_told_before(self) -> None:
        for web, db, told in (("17", "15", 1), ("15", "17", 1), ("17", "", 1), ("", "17", 1), ("11.8", "11.4", 2)):
            self.tree(self.paths.services, {"web/major": web, "db/major": db})
            self.assertEqual(self.change("copy", "db", "blog", "web", "-"), 0)
            notes = [line for line in self.reporter.lines if "it may not take the copy" in line]
            self.assertEqual(len(notes), told, (web, db))

    def test_in_one_service_the_other_app_has_to_be_named(self) -> None:
        self.assertIn("to itself\nfor another app's data in it: --to-app NAME", self.refused("db", "-", "db", "-"))


class FailedDeployTest(ServiceChangeCase):
    """A deploy that has linked shop to db, and fails."""

    def setUp(self) -> None:
        super().setUp()
        self.patch(network, "ensure", lambda *_: None)
        self.operation = self.operate("deploy")
        self.tree(self.paths.keys / self.operation.who, {"role": "admin"})
        self.wanted = Link(self.db, "shop")

    def provide(self) -> None:
        settings = self.tree(self.paths.root / "sent", {"services/db": "postgres:17"})
        deploy_services.provide(self.operation, settings)
        self.assertTrue(self.wanted.is_linked)

    def test_the_link_goes_and_the_data_stay(self) -> None:
        self.live(1)
        self.provide()
        login = self.wanted.login.name
        # As in the middle of a release.
        own = locks.app_lock(self.paths, "shop", self.operation.holder(), self.reporter)
        self.operation.take_back()
        own.release()
        self.assertFalse(self.wanted.is_linked)
        self.assertIn(("drop-login", "app_shop", login), self.asked)
        self.assertEqual((self.db.users(), self.wanted.old_logins()), (("shop",), []))
        self.assertIn("+note\tshop is not linked to db any more; the service stays", self.reporter.lines)

    def test_what_is_live_keeps_it(self) -> None:
        self.live(1)
        self.provide()
        self.operation.committed()
        self.operation.take_back()
        self.assertTrue(self.wanted.is_linked)
        self.wanted.unlink()
        self.provide()
        self.live(2, {"service/env/DATABASE_URL": "db"})
        self.operation.take_back()
        self.assertTrue(self.wanted.is_linked)

    def test_before_the_first_release_it_stays(self) -> None:
        self.provide()
        self.operation.take_back()
        self.assertTrue(self.wanted.is_linked)

    def test_one_at_which_somebody_is_at_work_stays(self) -> None:
        self.live(1)
        for file in (self.db.directory / "lock", self.app / "lock"):
            with self.subTest(file):
                self.provide()
                other = locks.take(file, Holder("bob", "env", "another"))
                assert other is not None
                self.operation.take_back()
                other.release()
                self.assertTrue(self.wanted.is_linked)
                self.assertIn("shop stays linked to db", "".join(self.reporter.lines))
                self.wanted.unlink()


class RotateTest(ServiceChangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.tree(self.app, {"network": "10.213.4.0/24"})

    def test_a_second_login_serves_before_the_first_one_goes(self) -> None:
        first = self.link("db").login
        self.live(1, {"environment": '"DATABASE_URL=db"', "service/env/DATABASE_URL": "db"})
        with mock.patch("pocketpaas.release.network.ensure"):
            self.assertEqual(self.change("rotate", "db"), 0)
        now = links.Link(store.need(self.paths, "db"), "shop")
        self.assertNotEqual(now.login, first)
        scripts = [script for script, *_ in self.asked]
        self.assertEqual(scripts, ["login", "query", "drop-login"])
        self.assertEqual(self.asked[-1], ("drop-login", now.database, first.name))
        self.assertEqual((self.activated, list(now.old_logins())), ([2], []))
        self.assertIn("+result\trotated\tshop v2", self.reporter.lines)
        self.assertNotIn(now.login.password, "\n".join(self.reporter.lines) + str(self.asked))

    def test_one_that_cannot_query_is_taken_back(self) -> None:
        first = self.link("db").login
        self.patch(service_rotate.access, "_QUERY_SECONDS", 0.0)
        self.fails["query"] = "password authentication failed"
        with self.assertRaisesRegex(Failed, "shop cannot query db by its login: password authentication failed"):
            self.change("rotate", "db")
        for undo in reversed(self.operation.undo):
            undo()
        self.assertEqual(links.Link(store.need(self.paths, "db"), "shop").login, first)
        self.assertEqual(self.asked[-1][0], "drop-login")
        self.assertNotEqual(self.asked[-1][2], first.name)

    def test_what_keeps_one_app_from_it_keeps_no_other_one(self) -> None:
        first = self.link("db").login
        self.live(1, {"environment": '"DATABASE_URL=db"', "service/env/DATABASE_URL": "db"})
        for app in ("blog", "wiki"):
            self.tree(self.paths.app(app), {"network": "10.213.5.0/24"})
            links.Link(self.db, app).keep(Login(f"{app}_1", "pw"), ("DATABASE_URL",))
        run = self._run_script

        def failing(script: str, *arguments: str) -> Ended:
            ended = run(script, *arguments)
            if script == "login" and arguments[0] in ("app_blog", "app_wiki"):
                return Ended(1, b"", b'role "app_blog" does not exist')
            return ended

        self.patch(self, "_run_script", failing)
        with mock.patch("pocketpaas.release.network.ensure"):
            with self.assertRaisesRegex(
                Failed, 'in db for blog failed: .*role "app_blog".*; so did that for wiki'
            ) as end:
                self.change("rotate", "db")
        self.assertEqual(end.exception.code, 5)
        service = store.need(self.paths, "db")
        self.assertNotEqual(links.Link(service, "shop").login, first)
        for app in ("blog", "wiki"):
            link = links.Link(service, app)
            self.assertEqual((link.login, link.old_logins()), (Login(f"{app}_1", "pw"), []))
        self.assertEqual(self.operation.undo, [])

    def test_nobody_is_linked_or_it_does_not_run(self) -> None:
        with self.assertRaisesRegex(Refused, "no app is linked to db"):
            self.change("rotate", "db")
        self.link("db")
        with self.assertRaisesRegex(Refused, "blog is not linked to db"):
            self.change("rotate", "db", "blog")
        self.fake.containers[self.container]["State"].update(Status="exited", Pid=0)
        with self.assertRaisesRegex(Refused, "the service db does not run"):
            self.change("rotate", "db")


class BeforeTest(ServiceChangeCase):
    """The release before a rotation."""

    def test_whoever_has_an_option_for_it_is_told(self) -> None:
        self.assertEqual({*drain.HAVE_NOW}, {"deploy", *main._NOW})
        self.assertIn("(--now cuts them off)", drain.waiting(self.operate("scale")))
        self.assertNotIn("--now", drain.waiting(self.operate("service", "service.db")))

    def setUp(self) -> None:
        super().setUp()
        self.operation = self.operate("service")
        self.live(1)
        self.patch(drain, "collect", lambda *_: self.told.append("collected"))
        self.patch(drain, "await_end", lambda _operation, slot, ids: self.told.append(f"waits for {slot} {ids}"))
        self.told: list[str] = []
        self.change_of_app = AppChange(self.operation, Running(serving=("old", "older")), mock.Mock(), 1)
        self.before = service_release.Before(self.change_of_app)

    def end(self, finish: Callable[..., object]) -> None:
        self.patch(drain, "finish", finish)
        self.assertTrue(self.before.end(self.paths, "shop", "green", ("old", "older")))

    def test_what_counts_are_the_processes_and_not_what_the_engine_tidies_after_them(self) -> None:
        tidied = threading.Event()
        with subprocess.Popen(["sleep", "60"]) as process:
            asked = threading.Event()

            def finish(_paths: object, _engine: object, app: str, ids: Sequence[str], told: drain.Asked) -> bool:
                self.assertEqual((app, ids), ("shop", ("old", "older")))
                told({"older": 0})
                asked.wait(10)
                told({"old": process.pid})
                return tidied.wait(10)

            self.end(finish)
            waiting = Task(self.before.await_end)
            self.assertFalse(waiting.wait(0.1), "before it was asked to end")
            asked.set()
            self.assertFalse(waiting.wait(0.1), "while it runs")
            self.patch(drain, "NOTICED_SECONDS", 0.0)
            process.kill()
        self.assertTrue(waiting.wait(10))
        waiting.result()
        self.assertEqual(self.told, [])
        tidied.set()
        self.operation.at_end.close()
        self.assertEqual(self.told, ["collected"])

    def test_a_wait_that_people_notice_is_told_once(self) -> None:
        self.patch(drain, "NOTICED_SECONDS", 0.0)
        go = threading.Event()
        self.end(lambda *_: go.wait(10))
        waiting = Task(self.before.await_end)
        self.assertFalse(waiting.wait(0.1))
        go.set()
        waiting.result(10)
        told = [line for line in self.reporter.lines if "waiting for processes" in line]
        # No command of services has --now.
        self.assertEqual(told, ["+note\twaiting for processes that are ending: at most drain plus stop-timeout"])

    def test_an_engine_that_went_away_is_asked_again(self) -> None:
        def finish(*_: object) -> bool:
            raise EngineAway("it is away")

        self.end(finish)
        self.before.await_end()
        self.assertEqual(self.told, ["waits for green ('old', 'older')"])
        self.patch(drain, "collect", mock.Mock(side_effect=EngineAway("it is away")))
        self.operation.at_end.close()

    def test_without_a_release_there_is_nothing_to_wait_for(self) -> None:
        service_release.Before(replace(self.change_of_app, running=Running())).await_end()
        self.assertEqual(self.told, [])


class QueryTest(ServiceChangeCase):
    def ask(self, *arguments: str) -> dict[str, str]:
        told = io.BytesIO()
        request = Request(self.paths, self.reporter, "ann", "services", arguments, io.BytesIO())
        found: dict[str, str] = {}
        with mock.patch.object(query, "answer", lambda tree: found.update(tree) or 0), mock.patch.object(
            query, "Engine", lambda _paths: self.operation.engine
        ):
            self.assertEqual(query.serve(request), 0)
        self.assertEqual(told.getvalue(), b"")
        return found

    def test_all_that_is_known_and_no_password(self) -> None:
        self.link("db")
        found = self.ask("list")
        self.assertEqual(found["db/type"], "postgres")
        self.assertEqual((found["db/state"], found["db/apps"], found["db/data"]), ("running", "shop", ""))
        self.assertEqual((found["db/size"], found["db/connections"], found["db/version"]), ("12", "2", "17.2"))
        self.assertNotIn("db/nonsense", found)
        self.assertEqual((found["db/link/shop/database"], found["db/link/shop/login"]), ("app_shop", "shop_1"))
        self.assertFalse([value for value in found.values() if "pwdb" in value or value == "secret"])
        self.assertEqual(self.ask("info", "db"), found)

    def test_how_it_is(self) -> None:
        self.fails["facts"] = "the server is starting up"
        self.assertEqual(self.ask("list").get("db/size"), None)
        self.fake.containers[self.container].update(RestartCount=5)
        self.fake.containers[self.container]["State"].update(Status="restarting")
        self.assertEqual(self.ask("list")["db/state"], "crash-loop")
        # What was our doing, in this container, does not count.
        restarts.note(self.operation.engine, self.db, self.container)
        self.assertEqual(self.ask("list")["db/state"], "running")
        self.fake.containers[self.container].update(RestartCount=7)
        self.assertEqual(self.ask("list")["db/state"], "crash-loop")
        values.put(self.db.directory / "restarts", "an-other 7")
        self.assertEqual(self.ask("list")["db/state"], "crash-loop")
        self.fake.containers.clear()
        self.assertEqual(self.ask("list")["db/state"], "down")
        self.tree(self.db.directory, {"stopped": ""})
        self.assertEqual(self.ask("list")["db/state"], "stopped")

    def test_words_that_are_no_question(self) -> None:
        for words in (("list", "db"), ("info",), ("all",)):
            with self.subTest(words), self.assertRaises(BadRequest):
                self.ask(*words)
        with self.assertRaises(Refused):
            self.ask("info", "none")


class StreamTest(ServiceChangeCase):
    """What is refused is told on standard error: standard output is the program's."""

    def serve(self, *arguments: str) -> tuple[int, str]:
        request = Request(self.paths, self.reporter, "ann", "services", arguments, io.BytesIO())
        said: list[bytes] = []
        with mock.patch.object(service_stream, "Engine", lambda _paths: self.operation.engine), mock.patch.object(
            beside, "standard_error", said.append
        ), contextlib.redirect_stdout(io.StringIO()) as out:
            code = service_stream.serve(request)
        self.assertEqual(out.getvalue(), "")
        return code, b"".join(said).decode()

    def test_what_is_refused(self) -> None:
        self.assertEqual(self.serve("explode", "db", "shop")[0], 2)
        self.assertEqual(self.serve("dump", "db")[0], 2)
        code, said = self.serve("dump", "none", "shop")
        self.assertEqual((code, said.split("\t")[0]), (4, "+fail"))
        self.link("db")
        self.fake.containers[self.container]["State"].update(Status="exited", Pid=0)
        code, said = self.serve("dump", "db", "shop")
        self.assertEqual(code, 4)
        self.assertIn("the service db does not run", said)

    def test_a_restore_tells_its_events_as_operations_do(self) -> None:
        self.link("db")
        with mock.patch.object(data, "restore") as restore:
            self.assertEqual(self.serve("restore", "db", "shop", "pieces"), (0, ""))
            self.assertIn("+result\tservice\tdb", self.reporter.lines)
            restore.side_effect = EngineError(500, "it is gone")
            self.assertEqual(self.serve("restore", "db", "shop", "pieces"), (1, ""))
        self.assertIn("+fail\tengine\tit is gone", self.reporter.lines)
        self.assertEqual(self.serve("restore", "db", "none", "pieces"), (4, ""))
        self.assertIn("none has no data in db", self.reporter.lines[-2])

    def test_a_restore_that_has_waited_for_an_upgrade_fills_the_new_server(self) -> None:
        self.link("db")
        taken = store.lock

        def lock(*arguments: Any) -> Lock:
            # While it is waited for the upgrade takes place.
            self.fake.containers[self.container]["State"].update(Status="exited", Pid=0)
            self.tree(self.db.directory, {"generation": "2"})
            self.fake.add("fa11ed", "", "running")
            self.fake.containers["fa11ed"]["Config"]["Labels"] = dict(spec.container(self.db).labels)
            return taken(*arguments)

        self.patch(store, "lock", lock)
        with mock.patch.object(data, "restore") as restore:
            self.assertEqual(self.serve("restore", "db", "shop", "pieces"), (0, ""))
        self.assertEqual(restore.call_args.args[2], "fa11ed")

    def test_a_restore_that_has_waited_looks_for_the_data_again(self) -> None:
        self.link("db")
        taken = store.lock

        def lock(*arguments: Any) -> Lock:
            Link(self.db, "shop").forget(True)
            return taken(*arguments)

        self.patch(store, "lock", lock)
        with mock.patch.object(data, "restore") as restore:
            self.assertEqual(self.serve("restore", "db", "shop", "pieces"), (4, ""))
        restore.assert_not_called()

    def test_a_console_says_how_it_wants_its_streams(self) -> None:
        self.link("db")
        for words in ((), ("both",), ("tty", "a", "b")):
            self.assertEqual(self.serve("console", "db", "shop", *words)[0], 2, words)

    def test_a_command_runs_as_the_servers_user_with_the_apps_database(self) -> None:
        self.link("db")
        ran: list[tuple[Any, ...]] = []

        def stream(_engine: Any, inside: str, words: tuple[str, ...], user: str, *_rest: Any, **_more: Any) -> int:
            ran.append((inside, words[3:], user))
            return 3

        self.patch(execs, "stream", stream)
        code, _ = self.serve("console", "db", "-", "pipe", "U0VMRUNUIDE")
        self.assertEqual(code, 3)
        self.assertEqual(ran, [("c0ffee", ("console", "app_shop", "SELECT 1"), self.db.kind.user)])


class WordsTest(unittest.TestCase):
    def test_a_command_of_redis_is_split_as_its_client_does(self) -> None:
        for text, words in (
            ("PING", ["PING"]),
            ("  SET k  v ", ["SET", "k", "v"]),
            (r'SET k "a \"b\" \x41\n"', ["SET", "k", 'a "b" A\n']),
            (r"SET k 'it\'s \n'", ["SET", "k", "it's \\n"]),
            ('SET k ""', ["SET", "k", ""]),
            ("SET k ü", ["SET", "k", "ü"]),
        ):
            with self.subTest(text):
                self.assertEqual(client_words.split(text), words)
        for text in ('SET k "a', "SET k 'a", 'SET k "a"b', r'SET k "\xff"', r'SET k "\x00"'):
            with self.subTest(text), self.assertRaises(BadRequest):
                client_words.split(text)

    def test_several_words_are_what_they_are(self) -> None:
        for kind, given, command in (
            ("redis", ("del", "a b"), ["del", "a b"]),
            ("redis", ('del "a b"',), ["del", "a b"]),
            ("postgres", ("SELECT", "1"), ["SELECT 1"]),
        ):
            link = mock.Mock(service=mock.Mock(kind=kinds.named(HostPaths.of_this_host(), kind)))
            self.assertEqual(service_stream._command(link, given), command)

    def test_its_console_tells_a_command_that_failed(self) -> None:
        for name in ("redis", "valkey"):
            kind = kinds.named(HostPaths.of_this_host(), name)
            self.assertTrue(kind.takes_words)
            self.assertIn('exec "$cli" -e "$@"', kind.script("console"))


class FindTest(ServiceChangeCase):
    def test_one_of_an_older_generation_is_not_in_use(self) -> None:
        self.fake.add("0ld", "")
        self.fake.containers["0ld"]["Config"]["Labels"] = {spec.SERVICE: "db", spec.GENERATION: "0"}
        engine = self.operation.engine
        self.assertEqual({one.id for one in container.all_of(engine, "db")}, {"c0ffee", "0ld"})
        found = container.find(engine, self.db)
        assert found is not None
        self.assertEqual((found.id, found.runs), ("c0ffee", True))


class InputTest(ServiceChangeCase):
    """What a command inside a container is given. `hand_in` has a thread of its own: whoever waits must not wait for
    ever."""

    def hand_in(self, given: Any) -> tuple[bytes, list[BaseException]]:
        ours, theirs = socket.socketpair()
        failed: list[BaseException] = []
        with ours, theirs:
            theirs.settimeout(5)
            execs._hand_in(given, ours, failed, Watch(None, lambda: None))
            received = b""
            while data := theirs.recv(100):
                received += data
        return received, failed

    def test_all_of_it_and_then_its_end(self) -> None:
        self.assertEqual(self.hand_in(io.BytesIO(b"rows")), (b"rows", []))
        self.assertEqual(self.hand_in(None), (b"", []))

    def test_whatever_reading_raises_is_for_who_waits(self) -> None:
        for error in (OSError("connection reset"), Failed("dump-failed", "not whole")):
            given = mock.Mock(read1=mock.Mock(side_effect=[b"ro", error]))
            self.assertEqual(self.hand_in(given), (b"ro", [error]))

    def test_a_command_that_has_ended_takes_no_more(self) -> None:
        ours, theirs = socket.socketpair()
        theirs.close()
        failed: list[BaseException] = []
        with ours:
            execs._hand_in(io.BytesIO(b"x" * 1000000), ours, failed, Watch(None, lambda: None))
        self.assertEqual(failed, [])


class StandingTest(ServiceChangeCase):
    """A command inside a container that does not get on."""

    def stream(self, command: str, given: bytes = b"", silence: float | None = 0.5) -> tuple[int, bytes]:
        """Its code, and what it printed."""
        out = bytearray()
        words = (self.operation.engine, self.db, "c0ffee", "count")
        with self.real(command):
            code = scripts.stream(*words, given=io.BytesIO(given), out=out.extend, silence=silence)
        return code, bytes(out)

    @contextmanager
    def real(self, command: str) -> Iterator[None]:
        """What is begun in the block is a real one, whose pieces come as the engine sends them."""
        ours, theirs = socket.socketpair()
        self.killed = 0
        process = subprocess.Popen(["/bin/sh", "-c", command], stdin=theirs, stdout=subprocess.PIPE)
        assert process.stdout is not None
        printed = process.stdout

        def send() -> None:
            while data := os.read(printed.fileno(), 100):
                theirs.sendall(struct.pack(">BxxxL", 1, len(data)) + data)
            theirs.close()

        def kill(*_: object) -> None:
            self.killed += 1
            process.kill()

        @contextmanager
        def started(*_: object) -> Iterator[tuple[str, socket.socket]]:
            yield "e1", ours

        self.patch(execs, "create", lambda *_: "e1")
        self.patch(execs, "_started", started)
        self.patch(exec_kill, "kill", kill)
        self.patch(execs, "code", lambda *_: process.wait(10))
        sender = threading.Thread(target=send, daemon=True)
        sender.start()
        try:
            yield
        finally:
            process.kill()
            process.wait()
            sender.join(10)
            printed.close()
            ours.close()

    def test_it_is_ended(self) -> None:
        for command in ("exec sleep 60", "echo one; exec sleep 60", "cat >/dev/null; exec sleep 60"):
            with self.subTest(command), self.assertRaisesRegex(Failed, r"db \(count\): nothing moved for"):
                self.stream(command, b"given")
            self.assertEqual(self.killed, 1)

    def test_its_time_is_over_whatever_it_prints(self) -> None:
        before = time.monotonic()
        for command in ("while :; do echo x; sleep 0.05; done", "exec sleep 60", "exec >&-; exec sleep 60"):
            with self.subTest(command), self.real(command):
                with self.assertRaisesRegex(execs.Overtime, "had not ended after 1 s"):
                    RUN(self.operation.engine, "c0ffee", ("sh",), seconds=0.6)
            self.assertEqual(self.killed, 1)
        self.assertLess(time.monotonic() - before, 20)
        with self.real("echo x; exit 3"):
            self.assertEqual(RUN(self.operation.engine, "c0ffee", ("sh",), seconds=30), Ended(3, b"x\n", b""))
        self.assertEqual(self.killed, 0)

    def test_nothing_that_is_left_goes_on(self) -> None:
        killed: list[str] = []
        ours, theirs = socket.socketpair()

        @contextmanager
        def upgraded(*_: object) -> Iterator[socket.socket]:
            yield ours

        self.patch(execs, "create", lambda *_: "e1")
        self.patch(execs.attach, "upgraded", upgraded)
        self.patch(exec_kill, "kill", lambda _engine, name: killed.append(name))

        def cut(*_: object) -> None:
            raise Cancelled

        self.patch(execs, "_pump", cut)
        with ours, theirs, self.assertRaises(Cancelled):
            RUN(self.operation.engine, "c0ffee", ("sh",))
        self.assertEqual(killed, ["e1"])

    def test_one_that_takes_no_more_has_printed_all_of_it(self) -> None:
        for tty, expected in ((False, b"all"), (True, struct.pack(">BxxxL", 1, 3) + b"all")):
            with self.subTest(tty=tty):
                ours, theirs = socket.socketpair()
                theirs.sendall(struct.pack(">BxxxL", 1, 3) + b"all")
                ours.sendall(b"never read")
                theirs.close()
                out = bytearray()
                with ours:
                    execs._pump(ours, tty, lambda _, data: out.extend(data))
                self.assertEqual(out, expected)

    def test_one_that_gets_on_may_last(self) -> None:
        slowly = "for n in 1 2 3 4 5 6 7 8; do echo $n; sleep 0.15; done; exit 3"
        self.assertEqual(self.stream(slowly), (3, b"1\n2\n3\n4\n5\n6\n7\n8\n"))
        # What it takes counts, too.
        taking = "for n in 1 2 3 4 5 6 7 8; do head -c 700000 >/dev/null; sleep 0.15; done; cat >/dev/null; echo end"
        self.assertEqual(self.stream(taking, b"x" * 9_000_000), (0, b"end\n"))
        self.assertEqual(self.stream("sleep 1; echo end", silence=None), (0, b"end\n"))
        self.assertEqual(self.killed, 0)
