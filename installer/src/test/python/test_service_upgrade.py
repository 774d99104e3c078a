"""Upgrades of services. The servers inside the containers are ones that do what the scripts ask; what a kill, a failure
or a write in between leaves is looked at from outside: which server is in use, who reaches it, what is in it."""

from __future__ import annotations

import io
import json
import re
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from pocketpaas.change import service_undo, service_upgrade
from pocketpaas.engine import containers, execs
from pocketpaas.engine.client import Engine
from pocketpaas.engine.execs import Ended
from pocketpaas.entry import service as entry
from pocketpaas.failure import BadRequest, Busy, Cancelled, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.machine.request import Request
from pocketpaas.release import memory, renaming
from pocketpaas.service import access, container, images, moving, spec, start, store
from pocketpaas.service.generations import Kept, Move
from pocketpaas.service.links import Link, Login
from pocketpaas.state import disk, marks, values
from test_service import run_calls
from test_service_change import ServiceChangeCase

ROWS = {"public.guests": ["Ada", "Eve"]}
NETWORK = "pocketpaas-shop"


class Killed(BaseException):
    """The program was killed here: nothing that it would do afterwards is done."""


class Inside:
    """A server: the rows of each table of each database, and the logins with their passwords."""

    def __init__(self) -> None:
        self.databases: dict[str, dict[str, list[str]]] = {}
        self.logins: dict[str, str] = {}
        self.others = ""

    def counts(self, database: str) -> str:
        tables = self.databases.get(database, {})
        return "".join(f"{name}|{len(rows)}|{sum(map(len, rows))}\n" for name, rows in sorted(tables.items()))


class UpgradeCase(ServiceChangeCase):
    """`db` is PostgreSQL 15, in which shop has ROWS. `self.killed_at`: at which of the things that change something the
    program is killed."""

    kind, old, new = "postgres", "15", "17"

    def setUp(self) -> None:
        self.servers: dict[str, Inside] = {}
        self.scripts: list[tuple[str, str]] = []
        self.changed = 0
        self.killed_at = 0
        self.holds = ""
        self.meanwhile: Callable[[str], None] = lambda script: None
        super().setUp()
        self.tree(self.app, {"network": "10.213.4.0/24"})
        self.tree(
            self.paths.service("db"), {"type": self.kind, "major": self.old, "reference": f"{self.kind}:{self.old}"}
        )
        self.fake.networks = {name: {"Id": name} for name in (NETWORK, "pocketpaas.service.db")}
        self.db = store.need(self.paths, "db")
        self.made()
        self.linked = Link(self.db, "shop")
        self.linked.keep(Login("shop_1", "pw1"), ("DATABASE_URL",))
        self.first = self.servers.setdefault("c0ffee", Inside())
        self.first.databases["app_shop"] = {name: list(rows) for name, rows in ROWS.items()}
        self.first.logins = {"postgres": "secret", "shop_1": "pw1"}
        self.fake.containers["c0ffee"]["NetworkSettings"]["Networks"] = {NETWORK: {"IPAddress": "10.213.4.129"}}
        self.patch(execs, "run", self.run_inside)
        self.patch(execs, "stream", self.stream_inside)
        self.patch(container, "own_address", lambda _engine, _service, running: running)
        self.patch(container, "address_for", lambda *_: "")
        self.patch(access, "_QUERY_SECONDS", 0.0)
        self.patch(
            images, "choose", lambda _paths, _engine, _reporter, name: images.Chosen(f"sha256:{2:064x}", name, name)
        )
        self.patch(memory, "available", lambda: 4 << 30)
        self.patch(disk, "free_kilobytes", lambda _place: 10 << 20)
        take, create = locks.take, containers.create

        def taken(*arguments: Any) -> Any:
            found = take(*arguments)
            if found is not None:
                self.locks.append(found)
            return found

        def created(engine: Engine, wanted: Any) -> str:
            made = create(engine, wanted)
            # It may have the name of one that is gone.
            self.servers.pop(made, None)
            return made

        self.patch(locks, "take", taken)
        self.patch(containers, "create", created)
        self._watch()

    def _watch(self) -> None:
        """What changes something is counted, and is where the program can be killed."""
        call, write = Engine.call, values.write

        def called(engine: Engine, method: str, *rest: Any, **more: Any) -> Any:
            if method != "GET":
                self.step()
            return call(engine, method, *rest, **more)

        def written(*rest: Any, **more: Any) -> None:
            self.step()
            write(*rest, **more)

        self.patch(Engine, "call", called)
        self.patch(values, "write", written)

    def step(self) -> None:
        self.changed += 1
        if self.changed == self.killed_at:
            raise Killed

    # ------------------------------------------------------------ the servers

    def run_inside(self, _engine: Any, inside: str, words: tuple[str, ...], _user: str, given: bytes, *_: Any) -> Ended:
        return run_calls(words, lambda script, *arguments: self._run_script(inside, given, script, *arguments))

    def _run_script(self, inside: str, given: bytes, script: str, *arguments: str) -> Ended:
        self.step()
        self.scripts.append((inside, script))
        self.meanwhile(script)
        if script in self.fails:
            return Ended(1, b"", self.fails[script].encode())
        server = self.servers.setdefault(inside, Inside())
        if not server.logins:
            server.logins["postgres"] = "secret"
        password = given.decode().strip()
        if script == "login" and arguments[1] in server.logins:
            return Ended(1, b"", b"role exists")
        if script == "login" and arguments[0] not in server.databases:
            return Ended(1, b"", b"there is no such database")
        if script in ("login", "reader"):
            server.logins[arguments[1 if script == "login" else 0]] = password
        if script == "query" and self.servers[arguments[0]].logins.get(arguments[2]) != password:
            return Ended(1, b"", b"password authentication failed")
        if script == "database":
            server.databases.setdefault(arguments[0], {})
        if script == "drop-login":
            server.logins.pop(arguments[1], None)
        if script == "drop-database":
            server.databases.pop(arguments[0], None)
        if script == "swap":
            server.databases[arguments[0]] = server.databases.pop(arguments[1])
        version = self.holds or self._asked_for(inside)
        out = {"facts": f"size 12000000\nversion {version}\n", "others": server.others}.get(script, "")
        return Ended(0, out.encode(), b"")

    def _asked_for(self, inside: str) -> str:
        """The version that the container's server was made for, with what else servers tell of theirs."""
        generation = self.fake.containers[inside]["Config"]["Labels"][spec.GENERATION]
        major = store.need(self.paths, "db").as_of(generation).major
        return f"{major}.2 (Debian {major}.2-1)"

    def stream_inside(
        self, _engine: Any, inside: str, words: tuple[str, ...], _user: str, given: Any, out: Any, err: Any, *_: Any
    ) -> int:
        script, *arguments = words[3:]
        if script == "restore":
            self.step()
        self.scripts.append((inside, script))
        self.meanwhile(script)
        if script in self.fails:
            err(self.fails[script].encode())
            return 1
        server = self.servers[inside]
        if script == "count":
            out(server.counts(arguments[0]).encode())
        elif script == "dump-from":
            source = self.servers[arguments[0]]
            if source.logins.get(arguments[2]) != given.read().decode().strip():
                err(b"authentication failed\n")
                return 1
            out(b"PGDMP" + json.dumps(source.databases[arguments[1]]).encode())
        elif script == "dump":
            out(b"REDIS" + json.dumps(server.databases[arguments[0]]).encode())
        elif script == "restore":
            server.databases[arguments[2]] = json.loads(given.read()[5:])
        return 0

    # ------------------------------------------------------------ from outside

    def upgrade(self, how: str = "run", major: str = "", image: str = "-") -> int:
        return self.change("upgrade", "db", major or self.new, image, how)

    def failing(self, *words: str) -> str:
        """What is told of a change that fails, and is taken back as an operation does it."""
        try:
            self.change(*words)
        except (Failed, Refused, Cancelled) as failure:
            self.operation.take_back()
            return str(getattr(failure, "text", "cancelled"))
        self.fail("it went well")

    def in_use(self) -> tuple[str, str]:
        """Container and version."""
        service = store.need(self.paths, "db")
        found = container.find(self.operation.engine, service)
        assert found is not None
        return found.id, service.major

    def reach(self) -> list[str]:
        """The containers that are in the app's network."""
        return [one for one, facts in self.fake.containers.items() if NETWORK in facts["NetworkSettings"]["Networks"]]

    def assert_serves(self, major: str, *kept: str, maintenance: bool = False) -> None:
        """The version is in use and alone in the app's network, with all rows and logins; of the others there are only
        those that are `kept`, and they stand still."""
        one, found = self.in_use()
        self.assertEqual(found, major)
        self.assertEqual(self.reach(), [one])
        self.assertEqual(self.fake.containers[one]["State"]["Status"], "running")
        self.assertEqual(self.servers[one].databases["app_shop"], ROWS)
        self.assertEqual(self.servers[one].logins["shop_1"], "pw1")
        self.assertFalse([name for name in self.servers[one].logins if name.startswith("upgrade_")])
        others = [other for other in self.fake.containers if other != one]
        service = store.need(self.paths, "db")
        standing = [facts for facts in map(self.fake.containers.get, others) if facts is not None]
        self.assertEqual([facts["State"]["Status"] for facts in standing], ["exited"] * len(kept))
        for facts in standing:
            generation = facts["Config"]["Labels"][spec.GENERATION]
            self.assertIn(service.as_of(generation).major, kept)
            self.assertEqual(facts["HostConfig"]["RestartPolicy"], {"Name": "no"})
        self.assertEqual((self.app / "maintenance").exists(), maintenance)
        self.assertFalse((self.paths.service("db") / "move").exists())

    def settle(self) -> None:
        """As the unit's last word, or the timer, does it."""
        self.killed_at = 0
        self.assertTrue(moving.sweep(self.paths, self.operation.engine, self.reporter))


class UpgradeTest(UpgradeCase):
    def test_the_new_server_takes_the_place_of_the_old_one_which_is_kept(self) -> None:
        self.assertEqual(self.upgrade(), 0)
        self.assert_serves("17", "15")
        new, _ = self.in_use()
        facts = self.fake.containers[new]
        self.assertEqual(facts["Created"]["HostConfig"]["Mounts"][0]["Source"], "pocketpaas_service_db_2")
        self.assertIn("PGDATA=/var/lib/postgresql/17/docker", facts["Created"]["Env"])
        kept = Kept.of(store.need(self.paths, "db"))
        assert kept is not None
        (place,) = kept.places
        self.assertEqual((kept.generation, place.counts), ("1", ("public.guests|2|6",)))
        self.assertEqual((place.app, place.database, place.logins), ("shop", "app_shop", ("shop_1",)))
        self.assertEqual(place.mark, marks.of(self.linked.directory).text)
        self.assertAlmostEqual(kept.until, time.time() + 7 * 86_400, delta=60)
        told = self.reporter.lines
        for line in ("upgraded\tpostgres 17", "kept\tpostgres 15", "expected-downtime\t7"):
            self.assertIn(f"+result\t{line}", told)
        self.assertTrue([line for line in told if line.startswith("+result\tdowntime\t")])
        self.assertFalse([line for line in told if "pw1" in line or "secret" in line])

    def test_the_dump_is_made_by_the_tools_of_the_new_server(self) -> None:
        self.upgrade()
        new, _ = self.in_use()
        self.assertIn((new, "dump-from"), self.scripts)
        self.assertNotIn(("c0ffee", "dump"), self.scripts)

    def test_nobody_writes_while_the_data_are_copied(self) -> None:
        seen: list[tuple[list[str], bool]] = []

        def look(script: str) -> None:
            if script == "dump-from":
                seen.append((self.reach(), (self.app / "maintenance").exists()))

        self.meanwhile = look
        self.upgrade()
        self.assertEqual(seen, [([], True)])
        self.assertLess(
            self.scripts.index(("c0ffee", "end-connections")), self.scripts.index((self.in_use()[0], "swap"))
        )

    def test_an_app_that_is_in_maintenance_stays_so(self) -> None:
        values.touch(self.app / "maintenance")
        self.upgrade()
        self.assert_serves("17", "15", maintenance=True)

    def test_a_trial_changes_nothing_and_no_app_notices_it(self) -> None:
        seen: list[tuple[list[str], bool]] = []
        self.meanwhile = lambda script: seen.append((self.reach(), (self.app / "maintenance").exists()))
        self.assertEqual(self.upgrade("try"), 0)
        self.assertEqual({(tuple(reach), off) for reach, off in seen}, {(("c0ffee",), False)})
        self.assert_serves("15")
        self.assertEqual(list(self.fake.containers), ["c0ffee"])
        self.assertIn("+result\ttried\tpostgres 17", self.reporter.lines)
        self.assertFalse((self.paths.service("db") / "generations" / "2").exists())

    def test_what_was_measured_is_what_is_expected_the_next_time(self) -> None:
        self.assertEqual(service_upgrade.expected(self.db, 50_000_000), (15.0, "(estimated from the size)"))
        self.tree(self.db.directory, {"measured": "10000000 4.0 2026-01-31T12:00:00Z"})
        self.assertEqual(service_upgrade.expected(self.db, 20_000_000), (8.0, "(as the last run took)"))
        self.tree(self.db.directory, {"measured": "nonsense"})
        self.assertEqual(service_upgrade.expected(self.db, 0)[0], 5.0)

    def test_writes_during_a_trial_are_no_difference(self) -> None:
        def write(script: str) -> None:
            if script == "restore":
                self.first.databases["app_shop"]["public.guests"].append("Zoe")

        self.first.databases["app_shop"]["public.still"] = ["x"]
        self.meanwhile = write
        self.assertEqual(self.upgrade("try"), 0)
        self.assertTrue([line for line in self.reporter.lines if "counts equal: 1; 1 were changing" in line])

    def test_the_logins_that_something_may_have_begun_with_come_along(self) -> None:
        self.linked.set_aside(Login("shop_0", "pw0"))
        self.upgrade()
        new, _ = self.in_use()
        self.assertEqual(self.servers[new].logins, {"postgres": "secret", "shop_1": "pw1", "shop_0": "pw0"})

    def test_what_does_not_come_along_is_told(self) -> None:
        self.first.others = "database billing\nrole ann\n"
        self.upgrade("try")
        warned = [line for line in self.reporter.lines if line.startswith("+warn")]
        self.assertEqual(
            [line.rpartition(": ")[2] for line in warned], ["not the database billing", "not the role ann"]
        )

    def test_however_many_tables_there_are(self) -> None:
        """More than what is kept of the output of a short command."""
        self.first.databases["app_shop"] = {f"public.{number:060}": ["x"] for number in range(2000)}
        self.upgrade()
        self.assertIn("counts equal: 2000", " ".join(self.reporter.lines))

    def test_only_an_upgrade_and_its_undo_have_somebody_who_ends_them(self) -> None:
        began: list[tuple[str, ...]] = []
        with mock.patch.object(
            entry.work, "start", lambda _paths, _work, _program, after: began.append(after)
        ), mock.patch.object(entry, "follow", lambda *_: 0), mock.patch.object(entry, "Client"):
            for words in (("upgrade", "db", "17", "-", "run"), ("undo", "db"), ("restart", "db")):
                request = Request(self.paths, self.reporter, "ann", "service", words, io.BytesIO())
                self.assertEqual(entry.serve(request), 0)
        self.assertEqual(began, [("settle", "db"), ("settle", "db"), ()])

    def test_data_of_an_app_that_is_not_linked_come_along(self) -> None:
        self.linked.unlink()
        self.upgrade()
        new, major = self.in_use()
        self.assertEqual((major, self.servers[new].databases["app_shop"]), ("17", ROWS))
        self.assertFalse((self.app / "maintenance").exists())

    def test_a_service_without_data(self) -> None:
        self.linked.forget(data=True)
        self.assertEqual(self.upgrade(), 0)
        self.assertEqual(self.in_use()[1], "17")

    def test_the_next_upgrade_keeps_only_the_version_before_it(self) -> None:
        self.upgrade()
        self.upgrade(major="18")
        self.assert_serves("18", "17")
        self.assertNotIn("pocketpaas_service_db_1", self.fake.volumes)

    def test_an_image_of_another_version_is_no_upgrade(self) -> None:
        for told in ("15.20 (Debian 15.20-1)", "170.1", "devel"):
            with self.subTest(told):
                self.holds = told
                words = self.failing("upgrade", "db", "17", "own/postgres:15", "run")
                self.assertRegex(words, "own/postgres:15 holds postgres .*, and not 17")
                self.assert_serves("15")

    def test_how_kinds_count_their_major_versions(self) -> None:
        for version, major in (
            ("17.2", "17"),
            ("18beta1", "18"),
            ("10.11.14", "10.11"),
            ("7.0.15", "7"),
            ("8.1.1", "8"),
            ("7.0.0", "7.0"),
        ):
            self.assertTrue(access.is_of_major(version, major), version)
        for version, major in (("15.20", "17"), ("10.1.1", "10.11"), ("10.111", "10.11"), ("80.1", "8"), ("", "7")):
            self.assertFalse(access.is_of_major(version, major), version)


class RefusedTest(UpgradeCase):
    def refused(self, words: str, *arguments: str) -> Refused:
        with self.assertRaisesRegex(Refused, words) as no:
            self.upgrade(*arguments)
        # "facts" has asked for the size.
        self.assertLessEqual(self.changed, 1)
        self.assert_serves("15")
        return no.exception

    def test_versions(self) -> None:
        self.changed = 0
        self.refused("db is postgres 15 already", "run", "15")
        self.refused("db is postgres 15: 14 is an older version", "run", "14")
        self.assertIn("known: 18, 17", self.refused("postgres:9.6 is not a version", "run", "9.6").cure)
        for words in (
            ("upgrade", "db"),
            ("upgrade", "db", "17", "-", "now"),
            ("upgrade", "db", "1x", "own/image", "run"),
        ):
            with self.subTest(words), self.assertRaises(BadRequest):
                self.change(*words)

    def test_a_second_run_to_the_same_version(self) -> None:
        self.upgrade()
        with self.assertRaisesRegex(Refused, "db is postgres 17 already"):
            self.upgrade()
        self.assert_serves("17", "15")

    def test_one_that_was_made_from_an_image_of_its_own(self) -> None:
        self.tree(self.paths.service("db"), {"reference": "postgis/postgis:15"})
        no = self.refused("made from an image of its own, postgis/postgis:15")
        self.assertIn("--to 17 --image IMAGE", no.cure)
        self.assertEqual(self.upgrade(image="postgis/postgis:17"), 0)
        self.assertEqual(store.need(self.paths, "db").reference, "postgis/postgis:17")

    def test_no_room(self) -> None:
        self.patch(disk, "free_kilobytes", lambda _place: 200 << 10)
        self.refused("db has 11 MB of data: upgrading needs 278 MB, and 200 MB are free")

    def test_no_memory(self) -> None:
        self.patch(memory, "available", lambda: 100 << 20)
        self.refused("not enough memory to run two servers: 128 MB needed, 100 MB left")

    def test_one_that_does_not_run(self) -> None:
        self.fake.containers["c0ffee"]["State"].update(Status="exited", Pid=0)
        with self.assertRaisesRegex(Refused, "does not run"):
            self.upgrade()

    def test_the_app_is_busy(self) -> None:
        self.patch(locks, "_APP_PATIENCE", 0.0)
        lock = locks.take(self.app / "lock", Holder("bob", "a deploy"))
        assert lock is not None
        self.assertIn("shop is busy: a deploy by bob", self.failing("upgrade", "db", "17", "-", "run"))
        lock.release()
        self.assert_serves("15")


class FailureTest(UpgradeCase):
    def test_whatever_does_not_end_well_leaves_the_old_one_serving(self) -> None:
        for script in (
            "ready",
            "query",
            "dump-from",
            "restore",
            "swap",
            "count",
            "login",
            "end-connections",
            "database",
        ):
            with self.subTest(script):
                self.fails = {script: "no space left on device"}
                with mock.patch.object(container, "_READY_SECONDS", 0.0 if script == "ready" else 9.0):
                    self.assertTrue(self.failing("upgrade", "db", "17", "-", "run"))
                self.fails = {}
                self.assert_serves("15")
        self.upgrade()
        self.assert_serves("17", "15")

    def test_a_copy_that_is_not_the_same_is_none(self) -> None:
        def lose(script: str) -> None:
            if script == "swap":
                for server in self.servers.values():
                    server.databases.get("app_shop.new", {}).get("public.guests", [""]).pop()

        self.meanwhile = lose
        told = self.failing("upgrade", "db", "17", "-", "run")
        self.assertIn('noted "public.guests|2|6", restored "public.guests|1|3"', told)
        self.assert_serves("15")

    def test_a_write_past_everything_is_no_loss(self) -> None:
        """By a console, or by a job inside the server."""

        def write(script: str) -> None:
            if script == "restore":
                self.first.databases["app_shop"]["public.guests"].append("Zoe")

        self.meanwhile = write
        self.assertIn(
            'noted "public.guests|3|9", restored "public.guests|2|6"', self.failing("upgrade", "db", "17", "-", "run")
        )
        self.first.databases["app_shop"]["public.guests"].remove("Zoe")
        self.assert_serves("15")

    def test_cancelled(self) -> None:
        def cancel(script: str) -> None:
            if script == "swap":
                raise Cancelled

        self.meanwhile = cancel
        self.assertEqual(self.failing("upgrade", "db", "17", "-", "run"), "cancelled")
        self.meanwhile = lambda script: None
        self.assert_serves("15")


class KilledTest(UpgradeCase):
    """Killed at each thing that it changes, and then ended by who comes next."""

    def killed(self, at: int, *words: str) -> bool:
        self.changed, self.killed_at = 0, at
        try:
            self.change(*words)
        except Killed:
            return True
        return False

    def test_at_every_step_the_old_one_serves_or_the_new_one(self) -> None:
        at, ended = 0, []
        while True:
            at += 1
            # Each time a host of its own.
            case = type(self)("test_at_every_step_the_old_one_serves_or_the_new_one")
            case.setUp()
            self.addCleanup(case.doCleanups)
            if not case.killed(at, "upgrade", "db", "17", "-", "run"):
                break
            with self.subTest(at):
                case.settle()
                major = case.in_use()[1]
                ended.append(major)
                case.assert_serves(major, *(["15"] if major == "17" else []))
                if major == "15":
                    self.assertEqual(case.upgrade(), 0)
                case.assert_serves("17", "15")
            case.doCleanups()
        self.assertGreater(at, 25)
        self.assertEqual(ended, sorted(ended), "the switch is one moment")
        self.assertEqual(set(ended), {"15", "17"})

    def test_a_trial(self) -> None:
        at = 0
        while True:
            at += 1
            if not self.killed(at, "upgrade", "db", "17", "-", "try"):
                break
            with self.subTest(at):
                self.settle()
                self.assert_serves("15")

    def test_at_boot(self) -> None:
        for at, major in ((9, "15"), (16, "15"), (26, "17")):
            self.assertTrue(self.killed(at, "upgrade", "db", "17", "-", "run"))
            self.killed_at = 0
            self.assertTrue(start.bring_up(self.paths, self.operation.engine, self.reporter))
            self.assert_serves(major, *(["15"] if major == "17" else []))

    def test_the_next_command_of_the_service_ends_it_too(self) -> None:
        self.killed(15, "upgrade", "db", "17", "-", "run")
        self.killed_at = 0
        self.change("start", "db")
        self.assert_serves("15")

    def test_nobody_ends_what_is_at_work(self) -> None:
        Move.begin(self.db, "upgrade", "2")
        lock = locks.take(self.db.directory / "lock", Holder("ann", "upgrading"))
        assert lock is not None
        self.settle()
        self.assertTrue((self.db.directory / "move").exists())
        with self.assertRaisesRegex(Busy, "db is being upgraded: upgrading by ann"):
            moving.refuse_moving(self.db)
        lock.release()
        moving.refuse_moving(self.db)
        self.assertEqual(moving.main(self.paths, self.reporter, ("none",)), 0)
        with self.assertRaises(BadRequest):
            moving.main(self.paths, self.reporter, ("../db",))


class UndoTest(UpgradeCase):
    def setUp(self) -> None:
        super().setUp()
        self.upgrade()
        self.second = self.servers[self.in_use()[0]]

    def test_the_old_one_is_in_use_again_and_the_new_one_is_gone(self) -> None:
        self.assertEqual(self.change("undo", "db"), 0)
        self.assert_serves("15")
        self.assertEqual(self.in_use()[0], "c0ffee")
        self.assertEqual(list(self.fake.containers), ["c0ffee"])
        self.assertIn("+result\tundone\tpostgres 15", self.reporter.lines)
        with self.assertRaisesRegex(Refused, "nothing is kept of db"):
            self.change("undo", "db")
        self.assertEqual(self.upgrade(), 0)
        self.assert_serves("17", "15")

    def test_what_would_be_lost_is_told_and_has_to_be_confirmed(self) -> None:
        tables = self.second.databases["app_shop"]
        tables["public.guests"].append("Zoe")
        tables["public.orders"] = ["a", "b"]
        told = self.failing("undo", "db")
        self.assertIn("public.guests of shop (2 rows, now 3), public.orders of shop (is new, 2 rows)", told)
        tables["public.guests"].remove("Zoe")
        del tables["public.orders"]
        self.assert_serves("17", "15")
        tables["public.guests"].append("Zoe")
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("15")

    def test_what_is_written_before_the_last_moment_counts(self) -> None:
        def write(script: str) -> None:
            if script == "end-connections":
                self.second.databases["app_shop"]["public.guests"].append("Zoe")

        self.meanwhile = write
        self.assertIn("(2 rows, now 3)", self.failing("undo", "db"))
        self.second.databases["app_shop"]["public.guests"].remove("Zoe")
        self.assert_serves("17", "15")

    def test_differences(self) -> None:
        before = {"shop": ("a b 1 5", "c|2|6", "d 1 1"), "blog": ("db0 1",)}
        now = {"shop": ("a b 1 7", "c|2|6"), "blog": ("db0 1",), "new": ("y|3|-3",)}
        self.assertEqual(
            list(service_undo.differences(before, now)),
            ["y of new (is new, 3 rows)", "a b of shop (other rows)", "d of shop (was removed)"],
        )

    def test_what_an_older_program_has_noted_in_another_way_is_not_known(self) -> None:
        before, counts = ("public.a|2|7", "large objects|0|0"), Inside.counts
        self.assertEqual(list(service_undo.differences({"shop": before}, {"shop": ("public.a|2|s5", before[1])})), [])
        self.assertEqual(
            list(service_undo.differences({"shop": before}, {"shop": ("public.a|3|s5", before[1])})),
            ["public.a of shop (2 rows, now 3)"],
        )
        self.patch(Inside, "counts", lambda server, name: re.sub(r"(\d+)\n", r"s\1\n", counts(server, name)))
        self.assertIn("whether they were changed is not known", self.failing("undo", "db"))
        self.assert_serves("17", "15")
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("15")

    def test_a_server_is_asked_for_definitions_as_it_wrote_them_down_itself(self) -> None:
        counts, known = Inside.counts, [self.first]

        def counted(server: Inside, database: str) -> str:
            if server not in known:
                known.append(server)
            return f"{counts(server, database)}definitions of functions|1|{known.index(server)}\n"

        self.patch(Inside, "counts", counted)
        self.change("undo", "db", "lose=yes")
        self.upgrade()
        self.change("undo", "db")
        self.assertEqual(len(known), 2)

    def test_what_is_no_table_may_be_lost_too(self) -> None:
        before = ("public.a|1|7", "large objects|1|2", "definitions of functions|0|0", "definitions of the rest|3|4")
        now = ("public.a|1|7", "sequence public.s|1|1", "large objects|2|5", "definitions of functions|0|0")
        self.assertEqual(
            list(service_undo.differences({"shop": before}, {"shop": (*now, "definitions of the rest|3|5")})),
            [
                "definitions of the rest of shop (changed)",
                "large objects of shop (1, now 2)",
                "sequence public.s of shop (is new)",
            ],
        )
        # What an older program has noted, and an app that has come since, and has made nothing.
        self.assertEqual(list(service_undo.differences({"shop": before[:1]}, {"shop": now})), [])
        self.assertEqual(list(service_undo.differences({}, {"new": ("large objects|0|0",)})), [])
        self.assertEqual(
            list(service_undo.differences({}, {"new": ("large objects|1|0",)})), ["large objects of new (is new)"]
        )

    def test_passwords_that_were_rotated_meanwhile_are_those_of_now(self) -> None:
        self.linked.keep(Login("shop_2", "pw2"), ("DATABASE_URL",))
        self.second.logins = {"postgres": "secret", "shop_2": "pw2"}
        self.change("undo", "db")
        self.assertEqual(self.first.logins, {"postgres": "secret", "shop_2": "pw2"})

    def test_data_that_were_deleted_meanwhile_do_not_come_back(self) -> None:
        self.linked.forget(data=True)
        self.second.databases.clear()
        self.change("undo", "db", "lose=yes")
        self.assertEqual((self.first.databases, "shop_1" in self.first.logins), ({}, False))

    def test_killed_at_every_step(self) -> None:
        at, ended = 0, []
        while True:
            at += 1
            case = type(self)("test_killed_at_every_step")
            case.setUp()
            self.addCleanup(case.doCleanups)
            case.changed, case.killed_at = 0, at
            try:
                case.change("undo", "db")
                break
            except Killed:
                pass
            with self.subTest(at):
                case.settle()
                major = case.in_use()[1]
                ended.append(major)
                case.assert_serves(major, *(["15"] if major == "17" else []))
                if major == "17":
                    self.assertEqual(case.change("undo", "db"), 0)
                case.assert_serves("15")
            case.doCleanups()
        self.assertEqual(ended, sorted(ended, reverse=True))
        self.assertEqual(set(ended), {"15", "17"})

    def test_after_a_week_the_old_one_goes(self) -> None:
        self.settle()
        self.assert_serves("17", "15")
        later = time.time() + 7 * 86_400 + 60
        with mock.patch.object(time, "time", lambda: later):
            self.settle()
        self.assert_serves("17")
        self.assertEqual(len(self.fake.containers), 1)
        with self.assertRaisesRegex(Refused, "nothing is kept"):
            self.change("undo", "db")

    def test_words_that_are_no_undo(self) -> None:
        for words in (("undo",), ("undo", "db", "shop"), ("undo", "db", "lose=yes", "x")):
            with self.subTest(words), self.assertRaises(BadRequest):
                self.change(*words)


class WhoseCase(UpgradeCase):
    """What is kept goes back to whoever's it is, whatever the apps are called by then."""

    def add(self, app: str, login: str = "", row: str = "") -> Link:
        """An app with data and a login in the server in use."""
        service = store.need(self.paths, "db")
        server = self.servers[self.in_use()[0]]
        self.tree(self.paths.app(app), {"network": "10.213.5.0/24"})
        self.fake.networks[f"pocketpaas-{app}"] = {"Id": f"pocketpaas-{app}"}
        link = Link(service, app)
        link.claim()
        link.keep(Login(login or f"{app}_9", "pw9"), ("DATABASE_URL",))
        server.databases[link.database] = {"public.guests": [row]} if row else {}
        server.logins[link.login.name] = "pw9"
        return link

    def rename(self, *names_of: str) -> None:
        """Each app gets the next name."""
        for old, new in zip(names_of, names_of[1:]):
            self.paths.app(old).rename(self.paths.app(new))
            self.fake.networks[f"pocketpaas-{new}"] = {"Id": f"pocketpaas-{new}"}
            renaming._rename_references(self.paths, old, new)

    def destroy(self, app: str) -> None:
        """With its data."""
        link = Link(store.need(self.paths, "db"), app)
        server = self.servers[self.in_use()[0]]
        del server.databases[link.database], server.logins[link.login.name]
        link.forget(data=True)
        values.remove_tree(self.paths.app(app))

    def back(self) -> None:
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assertEqual(self.in_use(), ("c0ffee", self.old))

    def rows(self) -> dict[str, list[str]]:
        """Of each app that there is now."""
        service = store.need(self.paths, "db")
        links = [Link(service, app) for app in service.users()]
        server = self.servers[self.in_use()[0]]
        for link in links:
            self.assertEqual(server.logins[link.login.name], link.login.password)
        # Nothing is left that is nobody's.
        self.assertEqual(set(server.databases), {link.database for link in links})
        self.assertEqual(set(server.logins), {"postgres", *(link.login.name for link in links)})
        return {link.app: server.databases[link.database].get("public.guests", []) for link in links}


class WhoseTest(WhoseCase):
    def setUp(self) -> None:
        super().setUp()
        self.add("blog", "blog_1", "Joe")

    def test_renamed(self) -> None:
        self.upgrade()
        self.rename("shop", "store")
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"store": ["Ada", "Eve"], "blog": ["Joe"]})

    def test_renamed_and_with_another_password(self) -> None:
        self.upgrade()
        self.rename("shop", "store")
        link = Link(store.need(self.paths, "db"), "store")
        link.keep(Login("store_2", "pw2"), ("DATABASE_URL",))
        self.servers[self.in_use()[0]].logins["store_2"] = "pw2"
        self.back()
        self.assertEqual(self.rows(), {"store": ["Ada", "Eve"], "blog": ["Joe"]})

    def test_renamed_to_and_fro(self) -> None:
        self.upgrade()
        self.rename("shop", "store", "shop")
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"shop": ["Ada", "Eve"], "blog": ["Joe"]})

    def test_two_have_exchanged_their_names(self) -> None:
        self.upgrade()
        self.rename("shop", "between")
        self.rename("blog", "shop")
        self.rename("between", "blog")
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"blog": ["Ada", "Eve"], "shop": ["Joe"]})

    def test_what_was_written_is_told_by_the_names_of_now(self) -> None:
        self.upgrade()
        self.rename("shop", "store")
        self.servers[self.in_use()[0]].databases["app_shop"]["public.guests"].append("Zoe")
        self.assertIn("by going back: public.guests of store (2 rows, now 3)", self.failing("undo", "db"))

    def test_an_app_whose_name_another_one_had_is_destroyed(self) -> None:
        self.rename("shop", "store")
        second = self.add("shop", "shop_3", "Kim")
        self.assertNotEqual(second.database, "app_shop")
        self.upgrade()
        self.destroy("shop")
        self.back()
        self.assertEqual(self.rows(), {"store": ["Ada", "Eve"], "blog": ["Joe"]})

    def test_destroyed_and_made_again(self) -> None:
        self.upgrade()
        self.destroy("shop")
        again = self.add("shop", "shop_4")
        self.assertEqual(again.database, "app_shop")
        self.back()
        self.assertEqual(self.rows(), {"shop": [], "blog": ["Joe"]})

    def test_what_one_has_that_was_made_since_is_never_given_up(self) -> None:
        self.upgrade()
        self.destroy("shop")
        self.add("shop", "shop_4", "Kim")
        for words in ((), ("lose=yes",)):
            told = self.failing("undo", "db", *words)
            self.assertIn("the data of shop in db have come since the upgrade", told)
            self.assertIn("postgres 15 holds none of them", told)
            self.assertEqual(self.rows(), {"shop": ["Kim"], "blog": ["Joe"]})
        self.assertEqual(self.first.databases["app_shop"], ROWS)
        self.destroy("shop")
        self.back()
        self.assertEqual(self.rows(), {"blog": ["Joe"]})

    def test_an_app_that_was_linked_since_and_has_made_nothing(self) -> None:
        self.upgrade()
        self.add("new")
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"shop": ["Ada", "Eve"], "blog": ["Joe"], "new": []})

    def test_one_that_came_since_by_the_name_of_another_one(self) -> None:
        self.upgrade()
        self.rename("shop", "store")
        new = self.add("shop", "shop_5")
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"store": ["Ada", "Eve"], "blog": ["Joe"], "shop": []})
        self.assertNotEqual(new.database, "app_shop")

    def test_one_that_shares_the_data_of_another_one(self) -> None:
        self.tree(self.paths.app("shop-pr-1"), {"network": "10.213.6.0/24"})
        preview = Link(store.need(self.paths, "db"), "shop-pr-1")
        values.make_directory(preview.directory)
        values.write(preview.directory / store.SHARES, "shop")
        preview.keep(Login("pr_1", "pw3"), ("DATABASE_URL",))
        self.first.logins["pr_1"] = "pw3"
        self.upgrade()
        self.rename("shop", "store")
        preview.forget(data=True)
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"store": ["Ada", "Eve"], "blog": ["Joe"]})

    def test_an_undo_that_was_killed_leaves_no_login_of_an_app_that_goes_then(self) -> None:
        self.upgrade()
        new = self.add("new")

        def die(script: str) -> None:
            if script == "query" and "new_9" in self.first.logins:
                raise Killed

        self.meanwhile = die
        with self.assertRaises(Killed):
            self.change("undo", "db")
        self.meanwhile = lambda script: None
        self.settle()
        del self.servers[self.in_use()[0]].logins["new_9"]
        new.unlink()
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertNotIn("new_9", self.first.logins)

    # ------------------------------------------------------------ of a program that knew names alone

    def older(self) -> None:
        """What is kept is as it was kept by names."""
        directory = self.paths.service("db") / "kept"
        places = Kept(directory).places
        values.remove_tree(directory / "places")
        self.tree(directory, {f"counts/{one.app}": "\n".join(one.counts or ()) for one in places})
        self.tree(directory, {"logins": "\n".join(f"{one.app} {name}" for one in places for name in one.logins)})

    def test_by_its_login_an_app_is_known(self) -> None:
        self.upgrade()
        self.older()
        self.rename("shop", "between")
        self.rename("blog", "shop")
        self.rename("between", "blog")
        self.assertEqual(self.change("undo", "db"), 0)
        self.assertEqual(self.rows(), {"blog": ["Ada", "Eve"], "shop": ["Joe"]})

    def test_else_nothing_is_guessed(self) -> None:
        self.upgrade()
        self.older()
        link = Link(store.need(self.paths, "db"), "shop")
        link.keep(Login("shop_2", "pw2"), ("DATABASE_URL",))
        before = (dict(self.first.databases), dict(self.first.logins))
        for words in ((), ("lose=yes",)):
            self.assertIn("whether shop of then is an app of now", self.failing("undo", "db", *words))
        self.assertEqual((self.first.databases, self.first.logins), before)
        self.assertEqual(self.in_use()[1], "17")

    def test_a_move_that_was_killed_ends_the_maintenance_of_an_app_with_another_name(self) -> None:
        Move.begin(self.db, "upgrade", "2").maintain(("blog", "shop"))
        values.write(self.app / "maintenance", "")
        self.rename("shop", "store")
        self.settle()
        self.assertFalse((self.paths.app("store") / "maintenance").exists())


class WhoseKeysTest(WhoseCase):
    """A server that holds the data of one app: whatever is dropped in it is all that it has."""

    kind, old, new = "redis", "7", "8"

    def test_renamed(self) -> None:
        self.upgrade()
        self.rename("shop", "store")
        self.back()
        self.assertEqual(self.rows(), {"store": ["Ada", "Eve"]})
        self.assertNotIn("drop-database", [script for _, script in self.scripts])

    def test_another_app_has_come_in_its_place(self) -> None:
        self.upgrade()
        self.destroy("shop")
        self.add("shop", "shop_4", "Kim")
        for words in ((), ("lose=yes",)):
            self.assertIn("redis 7 holds none of them", self.failing("undo", "db", *words))
        self.assertEqual(self.first.databases["app_shop"], ROWS)
        self.destroy("shop")
        self.back()
        self.assertEqual(self.rows(), {})

    def test_a_preview_that_shared_it_is_gone(self) -> None:
        self.tree(self.db.directory / "apps" / "shop-pr-1", {"shares": "shop"})
        self.upgrade()
        Link(self.db, "shop-pr-1").forget(data=True)
        self.back()
        self.assertEqual(self.rows(), {"shop": ["Ada", "Eve"]})
        self.assertNotIn("drop-database", [script for _, script in self.scripts])


class RedisTest(UpgradeCase):
    """It has no dump over the network, and its counts are of keys."""

    kind, old, new = "redis", "7", "8"

    def test_upgraded_and_back(self) -> None:
        self.assertEqual(self.upgrade(), 0)
        self.assert_serves("8", "7")
        self.assertIn(("c0ffee", "dump"), self.scripts)
        self.assertIn("redis does not tell what was written since the upgrade", self.failing("undo", "db"))
        self.assert_serves("8", "7")
        self.assertEqual(self.change("undo", "db", "lose=yes"), 0)
        self.assert_serves("7")


class MariaDbTest(UpgradeCase):
    """Its superuser does not log in over the network, so a login is made that reads it all."""

    kind, old, new = "mariadb", "10.11", "11.8"

    def test_the_login_that_reads_it_all_is_gone_afterwards(self) -> None:
        self.assertEqual(self.upgrade("try"), 0)
        self.assert_serves("10.11")
        self.assertEqual(self.upgrade(), 0)
        self.assert_serves("11.8", "10.11")
        self.assertEqual(set(self.first.logins), {"postgres", "shop_1"})

    def test_versions_are_numbers(self) -> None:
        self.tree(self.paths.service("db"), {"major": "11.8", "reference": "mariadb:11.8"})
        with self.assertRaisesRegex(Refused, "11.4 is an older version"):
            self.upgrade(major="11.4")
        with self.assertRaisesRegex(Refused, "10.11 is an older version"):
            self.upgrade(major="10.11")
        self.assertEqual(self.upgrade(major="12.3"), 0)
