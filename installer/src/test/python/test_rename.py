"""Another name for an app: all that it has comes along, and what is killed at any step ends under one of the names."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any
from unittest import mock

from pocketpaas.backup import belonging, restoring
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.change import rename
from pocketpaas.engine import containers, volumes
from pocketpaas.entry import admit, enter
from pocketpaas.entry import rename as entry
from pocketpaas.failure import Busy, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder, Lock
from pocketpaas.machine.request import Request
from pocketpaas.operation import apps, work
from pocketpaas.release import candidates, renaming
from pocketpaas.system import boot
from pocketpaas.release.candidates import Started
from pocketpaas.routing import names as app_names
from pocketpaas.routing import places
from pocketpaas.schedule import drains
from pocketpaas.service import links, store
from pocketpaas.service.generations import Move
from pocketpaas.service.links import Link, Login
from pocketpaas.state import keys, listing, marks, previews, renames, spans, values
from pocketpaas.state.clock import now
from pocketpaas.state.renames import Rename
from pocketpaas.state.spans import Span
from test_entry import PUBLIC
from test_service_change import ServiceChangeCase

#: What changes a file or a directory.
_EVENTS = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.symlink", "ctypes.call_function")


class Killed(BaseException):
    """The program was killed here: nothing that it would do afterwards is done."""


class _Killer:
    """Kills the program at the given step, and at each one after it."""

    def __init__(self) -> None:
        self.at, self.seen = 0, 0
        sys.addaudithook(self.hear)

    def hear(self, event: str, _arguments: Any) -> None:
        if not self.at or event not in _EVENTS or threading.current_thread() is not threading.main_thread():
            return
        self.seen += 1
        if self.seen >= self.at:
            raise Killed

    def step(self) -> None:
        """A step that no audit event tells of."""
        self.hear(_EVENTS[0], ())


_KILLER = _Killer()


class RenameCase(ServiceChangeCase):
    """`shop` is live, linked to `db`, has a volume, a preview, keys, and a site. Its processes are a container each."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(setattr, _KILLER, "at", 0)
        self.taken: list[Lock] = []
        take = locks.take

        def recorded(*arguments: Any) -> Lock | None:
            lock = take(*arguments)
            if lock is not None:
                self.taken.append(lock)
            return lock

        self.patch(locks, "take", recorded)
        self.patch(apps, "make_repository", lambda _repository: None)
        self.patch(rename.memory, "guard", lambda *_: None)
        self.patch(rename.certificates, "after", lambda _operation, lock, *_: lock.release())
        self.patch(rename, "ignore_signals", lambda: None)
        self.patch(rename.preview, "Engine", lambda _paths: self.operation.engine)
        self.patch(rename.timers, "remove", lambda _app: _KILLER.step())
        self.patch(renaming.network, "ensure", self.ensure)
        self.patch(renaming.drain, "work", lambda *_: _KILLER.step())
        self.patch(candidates, "start", self.start)
        self.patch(candidates, "check_them", lambda *_: None)
        self.fake.mounts = self.paths.root / "volumes"
        self.live(1, {"settings/volumes": "data\t/data", "settings/domains": "shop.example.com", "port": "5000"})
        self.fake.add("web-old", "blue")
        self.fake.images = [{"Id": f"sha256:{1:064x}", "RepoTags": ["pocketpaas-app-shop:t1"], "Labels": {}}]
        place = self.fake.mounts / "pocketpaas-shop.data" / "_data"
        self.tree(place, {"file": "kept"})
        self.volume("pocketpaas-shop.data", "shop", place)
        Link(self.db, "shop").keep(Login("shop_1", "pw"), ("DATABASE_URL",))
        self.mark = marks.ensure(Link(self.db, "shop").directory)
        # Killed: the app is in maintenance for it.
        Move.begin(self.db, "upgrade", "2").maintain(("blog", "shop"))
        self.tree(self.db.directory / "apps" / "shop-pr-1", {"preview": "shop", "shares": "shop"})
        self.tree(
            self.paths.app("shop-pr-1"),
            {f"preview/{name}": text for name, text in previews.first_values("shop", "pr-1", 3600, 9e9).items()},
        )
        self.tree(self.paths.app("shop-pr-1"), {"clone/source": "shop", "created": ""})
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": PUBLIC})
        self.tree(self.paths.keys / "ci", {"role": "deploy", "apps": "blog\nshop", "public": PUBLIC + "ci"})
        self.tree(places.SITES, {"shop.conf": "shop"})
        self.tree(places.LOGS, {"pocketpaas-shop.log": "a request", "pocketpaas-shopping.log": "another app's"})

    def volume(self, name: str, app: str, place: Path) -> None:
        document = {"Name": name, "Labels": {"pocketpaas.app": app}, "Driver": "local", "Options": None}
        self.fake.volumes[name] = {**document, "Mountpoint": str(place)}

    def ensure(self, operation: Any) -> None:
        file = self.paths.app(operation.app) / "network"
        if not file.exists():
            values.write(file, "10.213.9.0/24")

    def start(self, operation: Any, _release: int, slot: str, _wanted: Any) -> Started:
        _KILLER.step()
        self.fake.add(f"web-{operation.app}", slot, app=operation.app)
        return Started((), "")

    def former(self, app: str) -> tuple[str, ...]:
        return values.lines(self.paths.app(app) / "former-names")

    def rename(self, old: str = "shop", new: str = "store") -> int:
        self.operation = self.operate("rename", old)
        try:
            return rename.change(self.operation, [new])
        finally:
            self.dead()

    def dead(self) -> None:
        """As when the process has ended."""
        for lock in (*self.taken, *self.locks):
            lock.release()
        self.taken.clear()
        self.locks.clear()

    def killed(self, at: int) -> bool:
        _KILLER.at, _KILLER.seen = at, 0
        try:
            self.rename()
        except Killed:
            return True
        finally:
            _KILLER.at = 0
        return False

    def check(self, name: str, other: str) -> None:
        """All that there is belongs to the app by that name, and nothing to the other one."""
        self.assertEqual(listing.apps(self.paths), ["shop-pr-1", name] if name != "shop" else ["shop", "shop-pr-1"])
        self.assertFalse(os.path.lexists(self.paths.app(other)))
        self.assertEqual(list(renames.pending(self.paths)), [])
        self.assertEqual([one.parent for one in previews.every(self.paths)], [name])
        self.assertEqual(values.read(self.paths.app("shop-pr-1") / "clone" / "source"), name)
        self.assertEqual(values.lines(self.paths.keys / "ci" / "apps"), ("blog", name))
        link = Link(self.db, name)
        self.assertEqual((link.login.name, link.database), ("shop_1", "app_shop"))
        self.assertFalse(Link(self.db, other).directory.exists())
        self.assertEqual(marks.of(link.directory).text, self.mark)
        move = Move.of(self.db)
        assert move is not None
        self.assertEqual(move.maintained, ("blog", name))
        shared = self.db.directory / "apps" / "shop-pr-1"
        self.assertEqual([values.need(shared / one) for one in ("preview", "shares")], [name, name])
        self.assertEqual(Link(self.db, "shop-pr-1").database, "app_shop")
        engine = self.operation.engine
        self.assertEqual(volumes.of_app(engine, name), (f"pocketpaas-{name}.data",))
        self.assertEqual(volumes.of_app(engine, other), ())
        place = volumes.mount_of(engine, f"pocketpaas-{name}.data")
        assert place is not None
        self.assertFalse(place.is_symlink())
        self.assertEqual(values.need(place / "file"), "kept")
        self.assertEqual({one.app for one in containers.listed(engine, (containers.SLOT,))}, {name})
        tags = [tag for image in self.fake.images for tag in image["RepoTags"]]
        self.assertEqual(tags, [f"pocketpaas-app-{name}:t1"])
        self.assertEqual(values.names(places.SITES), [f"{name}.conf"])
        self.assertEqual(values.names(places.LOGS), sorted(["pocketpaas-shopping.log", f"pocketpaas-{name}.log"]))
        self.assertFalse((self.paths.app(name) / "network.before").exists())


class DoneTest(RenameCase):
    def test_all_that_it_has_comes_along(self) -> None:
        self.assertEqual(self.rename(), 0)
        self.check("store", "shop")
        self.assertIn("+result\tapp\tstore", self.reporter.lines)
        self.assertEqual(values.need(self.paths.app("store") / "network"), "10.213.9.0/24")
        self.assertEqual(self.former("store"), ("shop",))
        self.assertEqual(self.operation.app, "store")

    def test_back_again(self) -> None:
        self.rename()
        self.assertEqual(self.rename("store", "shop"), 0)
        self.check("shop", "store")
        self.assertEqual(self.former("shop"), ("store",))

    def test_when_it_had_which_name(self) -> None:
        begun = time.time()
        self.rename()
        [first] = spans.before(self.paths, "store")
        present = spans.present(self.paths, "store")
        self.assertEqual((first.name, first.since), ("shop", 0))
        assert first.until is not None
        self.assertLess(begun - 1, present.since)
        self.assertLessEqual(present.since, first.until)
        # Another app of the old name has no lines of this one.
        values.make_directory(self.paths.app("shop") / "settings")
        self.assertEqual(spans.present(self.paths, "shop").since, first.until)
        self.assertEqual(spans.before(self.paths, "shop"), [])
        values.remove_tree(self.paths.app("shop"))
        self.rename("store", "shop")
        self.assertEqual([one.name for one in spans.before(self.paths, "shop")], ["shop", "store"])
        second = spans.before(self.paths, "shop")[1]
        self.assertEqual(second.since, present.since)
        self.assertGreater(spans.present(self.paths, "shop").since, present.since)
        known = values.read(self.paths.app("shop") / "names")
        spans.ended(self.paths, "shop", "store", spans.present(self.paths, "shop").since, time.time())
        self.assertEqual(values.read(self.paths.app("shop") / "names"), known)
        values.write_lines(
            self.paths.app("shop") / "names", ["../x 1 2", "shop x", "shop 1 2 3", "shop nan", "shop 7 8"]
        )
        self.assertEqual(spans.before(self.paths, "shop"), [Span("shop", 7, 8)])

    def test_a_process_that_does_not_come_up_changes_nothing(self) -> None:
        self.patch(candidates, "check_them", mock.Mock(side_effect=Refused("check-failed", "it does not answer")))
        with self.assertRaisesRegex(Refused, "does not answer"):
            try:
                self.rename()
            finally:
                self.operation.take_back()
        self.check("shop", "store")
        self.assertEqual(self.former("shop"), ())

    def test_its_works_and_drains_follow(self) -> None:
        earlier = self.operate("deploy").work
        self.tree(earlier.directory, {"app": "shop", "kind": "deploy"})
        self.tree(self.app / "drains" / "1", {"target": "syslog+tls://logs.example.com:6514"})
        told: list[tuple[str, str]] = []
        self.patch(
            drains,
            "apply",
            lambda paths: told.extend((d.name, drains._of_app(paths, d.app)) for d in drains.everywhere(paths)),
        )
        self.rename()
        self.assertEqual(earlier.app, "store")
        # From its first line under the new name to its last one under the old name.
        both = '$!POCKETPAAS_APP == "shop" or $!POCKETPAAS_APP == "store"'
        self.assertEqual(told, [("shop_1", both), ("shop_1", '$!POCKETPAAS_APP == "store"')])
        self.assertEqual([one.name for one in drains.of_app(self.paths, "store")], ["shop_1"])


class KilledTest(RenameCase):
    def test_at_each_step_and_ended_by_who_comes_next(self) -> None:
        at, outcomes = 0, set()
        while True:
            at += 1
            case = KilledTest("test_at_each_step_and_ended_by_who_comes_next")
            case.setUp()
            try:
                if not case.killed(at):
                    break
                with self.subTest(at):
                    self.assertTrue(renaming.settle(case.paths, case.operation.engine, case.reporter))
                    case.dead()
                    now = "store" if case.paths.app("store").is_dir() else "shop"
                    outcomes.add(now)
                    case.check(now, "shop" if now == "store" else "store")
                    if now == "shop":
                        self.assertEqual(case.rename(), 0)
                        case.check("store", "shop")
            finally:
                case.doCleanups()
        self.assertEqual(outcomes, {"shop", "store"})
        self.assertGreater(at, 20)

    def test_the_same_command_ends_it(self) -> None:
        for at in (4, 12, 20):
            case = KilledTest("test_the_same_command_ends_it")
            case.setUp()
            try:
                self.assertTrue(case.killed(at))
                self.assertEqual(case.rename("store" if case.paths.app("shop").is_dir() is False else "shop"), 0)
                case.check("store", "shop")
            finally:
                case.doCleanups()

    def test_not_while_somebody_is_at_work_in_a_service_that_it_has_data_in(self) -> None:
        self.assertTrue(self.killed(12))
        self.assertEqual(self.db.users(), ("shop-pr-1", "store"))
        lock = locks.take(self.db.directory / "lock", Holder("ann", "copying"))
        assert lock is not None
        self.assertTrue(renaming.settle(self.paths, self.operation.engine, self.reporter))
        self.assertEqual(self.db.users(), ("shop-pr-1", "store"))
        self.patch(store, "_PATIENCE", 0.0)
        with self.assertRaisesRegex(Busy, "db is busy: copying by ann"):
            self.rename()
        lock.release()
        self.dead()
        self.assertTrue(renaming.settle(self.paths, self.operation.engine, self.reporter))
        self.dead()
        self.check("shop", "store")

    def test_the_next_start_of_the_machine_ends_it(self) -> None:
        self.assertTrue(self.killed(8))
        for name, found in (("sweep_works", None), ("sweep_containers", None), ("bring_up", True), ("_bring_up", True)):
            self.patch(boot, name, lambda *_, found=found: found)
        self.patch(boot.metadata, "guard", lambda _paths: True)
        self.patch(boot, "Engine", lambda _paths: self.operation.engine)
        boot.main(self.paths, self.reporter, [])
        self.dead()
        self.check("shop", "store")


class RefusedTest(RenameCase):
    def refused(self, text: str, old: str = "shop", new: str = "store") -> None:
        with self.assertRaisesRegex(Refused, text):
            self.rename(old, new)
        self.assertEqual(list(renames.pending(self.paths)), [])

    def test_what_cannot_be_renamed(self) -> None:
        self.refused("there is an app shop-pr-1", new="shop-pr-1")
        self.refused("is a preview of shop", "shop-pr-1")
        self.tree(self.app, {"deploys-locked": "ada\t2026-01-01T00:00:00Z\tsale"})
        self.refused("deploys of shop are locked")
        values.remove(self.app / "deploys-locked")
        self.tree(self.app, {"move/ahead": "", "move/peer": "web2"})
        self.refused("shop moves between this host and web2")
        values.remove_tree(self.app / "move")
        self.volume("pocketpaas-store.old", "store", self.fake.mounts / "x")
        self.refused("an earlier app store has left data on this host")
        del self.fake.volumes["pocketpaas-store.old"]
        self.fake.add("console", "run")
        self.refused("something of shop is at work beside its processes: a command of pocketpaas run")
        del self.fake.containers["console"]
        self.fake.volumes["pocketpaas-shop.data"]["Options"] = {"device": "nfs"}
        self.refused("was not made by PocketPaaS")

    def test_nobody_makes_an_app_of_either_name_meanwhile(self) -> None:
        renames.begin(self.paths, Rename("shop", "store"))
        for name in ("shop", "store"):
            with self.assertRaisesRegex(Refused, "just being renamed"):
                apps.create(self.paths, name, "ada")
        renames.exchange(self.paths, Rename("shop", "store"))
        renames.drop_link(self.paths, Rename("shop", "store"))
        with self.assertRaisesRegex(Refused, "just being renamed"):
            apps.create(self.paths, "shop", "ada")
        self.assertEqual(listing.apps(self.paths), ["shop-pr-1", "store"])
        self.assertIsNone(app_names.claimed(self.paths, "store", ["shop.example.com"]))


class NameTest(RenameCase):
    """What was done under the name before."""

    def setUp(self) -> None:
        super().setUp()
        self.rename()

    def ask(self, *words: str) -> int:
        return entry.serve(Request(self.paths, self.reporter, "ada", "rename", words, mock.Mock()))

    def test_the_command_again_has_nothing_to_do(self) -> None:
        self.assertEqual(self.ask("shop", "store"), 0)
        self.assertIn("+result\tunchanged\tshop is called store already", self.reporter.lines)
        with self.assertRaisesRegex(Refused, "there is no app shop"):
            self.ask("shop", "another")

    def test_who_uses_it_is_told_the_new_one(self) -> None:
        for key in ("ada", "ci"):
            with self.assertRaisesRegex(Refused, "shop is called store now") as refused:
                enter.checked(self.paths, self.reporter, (key, "deploy", "shop", "c" * 40))
            # The project may be that of another app, which had the name before the two were exchanged.
            self.assertIn("pocketpaas apps clone store shop, then deploy it", refused.exception.cure)
        with self.assertRaisesRegex(Refused, "shop is called store now"):
            admit.serve(Request(self.paths, self.reporter, "ada", "admit", ("shop", "push"), mock.Mock()))

    def test_a_new_app_of_that_name_has_nothing_of_it(self) -> None:
        apps.create(self.paths, "shop", "ada")
        self.assertEqual(renames.now(self.paths, "shop"), "shop")
        new = Link(self.db, "shop")
        new.claim()
        self.assertRegex(new.database, "app_shop_[0-9a-f]{6}")
        self.assertEqual(Link(self.db, "store").database, links.database_of("shop"))

    def test_nor_do_data_of_another_one_that_had_that_name_come_into_its_database(self) -> None:
        filled: list[tuple[str, str]] = []

        def restore(_engine: object, link: Link, running: str, *_rest: object) -> str:
            filled.append((link.app, link.database))
            return running

        self.patch(restoring.data, "restore", restore)
        self.patch(restoring.taking, "count", lambda *_: ())
        self.tree(self.paths.root / "dumps", {"shop.dump": "", "store.dump": ""})
        dumps = tuple(Dump(app, 1, "x", (), 0) for app in ("store", "shop"))
        restored = Content("db", "postgres", "17", "now", dumps)
        words = (self.operation.engine, self.reporter, self.db, "c0ffee", restored, self.paths.root / "dumps")
        for _ in range(2):
            self.assertEqual(restoring.fill(*words), "")
        self.assertEqual(filled[:2], filled[2:])
        self.assertEqual(filled[0], ("store", "app_shop"))
        self.assertRegex(filled[1][1], "app_shop_[0-9a-f]{6}")
        # What has its name from an app that was destroyed, and could not be removed then, goes before.
        values.write(Link(self.db, "shop").directory / "to-be-removed", "")
        self.asked.clear()
        restoring.fill(*words)
        self.assertIn(("drop-database", filled[1][1]), self.asked)
        self.assertFalse(Link(self.db, "shop").is_to_be_removed)
        self.assertNotIn(filled[-1][1], ("app_shop", filled[1][1]))

    def test_a_place_whose_removal_is_killed_is_nobodys(self) -> None:
        new = Link(self.db, "shop")
        new.claim()
        with mock.patch("pocketpaas.state.deep.remove_directory", side_effect=Killed), self.assertRaises(Killed):
            new.forget(data=True)
        self.assertEqual(self.db.users(), ("shop-pr-1", "store"))
        self.assertIn(".gone.shop", os.listdir(new.directory.parent))
        new.claim()
        new.forget(data=True)
        self.assertEqual(sorted(os.listdir(new.directory.parent)), ["shop-pr-1", "store"])

    def test_backups_of_before_are_its(self) -> None:
        mark = marks.ensure(self.paths.app("store"))
        made = Content("db", "postgres", "17", "now", (Dump("shop", 1, "x", (), 0), Dump("blog", 1, "x", (), 0)))
        facts = {"service": "db", "apps": "blog+shop", "marks": f"{'0' * 16}+{mark}"}
        stored = Snapshot("1a2b3c4d", now(), "web-1", facts)
        known = belonging.dumps_of_host(belonging.apps(self.paths), "web-1", stored, ["shop", "blog"])
        found = restoring.by_their_names(self.reporter, known, made)
        self.assertEqual([(one.app, one.file) for one in found.dumps], [("store", "shop.dump"), ("blog", "blog.dump")])
        alone = restoring.only_of(found, "store", "1a2b3c4d")
        self.assertEqual([(one.app, one.file) for one in alone.dumps], [("store", "shop.dump")])
        with self.assertRaisesRegex(Refused, "the backup 1a2b3c4d holds no data of shop") as refused:
            restoring.only_of(found, "shop", "1a2b3c4d")
        self.assertEqual(refused.exception.cure, "--app NAME, one of: store, blog")

    def test_a_key_that_is_for_it(self) -> None:
        self.assertTrue(keys.sees(self.paths, "ci", "store"))
        self.assertEqual(work.all_works(self.paths, "shop"), [])
