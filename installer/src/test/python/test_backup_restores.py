"""Apps and whole hosts that come back from their backups."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from backup_fixture import AppBackupCase
from pocketpaas.backup import (
    app_restoring,
    belonging,
    app_swapping,
    host_content,
    host_restoring,
    host_settling,
    host_taking,
    linking,
    placing,
    restoring,
    service_bringing,
    subject,
    timers,
    vanishing,
)
from pocketpaas.backup.content import Content, Dump
from pocketpaas.backup.restore_progress import Wish
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import Failed, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, layers, network, overlap, slots
from pocketpaas.service import store as services
from pocketpaas.service.links import Link, Login
from pocketpaas.state import keys, values
from pocketpaas.state.paths import HostPaths

ROWS = ("public.guests 2 41",)


class RestoreCase(AppBackupCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(network, "ensure", lambda operation: None)
        self.patch(placing.locks, "build_lock", lambda paths, app, holder: mock.Mock())
        self.patch(activate, "activate", self.put_live)
        self.patch(keys, "authorize", lambda paths: None)
        self.patch(placing.apps, "make_repository", lambda repository: None)
        self.fails = ""

    def put_live(self, operation: Operation, running: object, release: int) -> None:
        if self.fails:
            raise Failed("check-failed", self.fails)
        slot = slots.idle_slot(operation.paths, operation.app)
        slots.prepare(operation.paths, operation.app, slot, release)
        slots.switch(operation.paths, operation.app, slot)
        self.activated.append(release)
        operation.committed()

    def back(self, into: str = "", confirmed: bool = True) -> int:
        found = next(one for one in self.repository.made if one.kind == "app")
        called = belonging.app_now(belonging.apps(self.paths), self.repository.destination.host, found)
        return app_restoring.restore(self.operation_of(), self.repository, found, called, into, confirmed=confirmed)

    def gone(self) -> None:
        """The app, its volume and its image are not on the host any more."""
        shutil.rmtree(self.app)
        shutil.rmtree(self.mount.parent)
        self.fake.volumes.clear()
        self.fake.images.clear()


class AppTest(RestoreCase):
    def test_where_there_is_none_it_comes_with_volumes_and_image(self) -> None:
        self.tree(self.app, {"operator/domains": "shop.example.com", "certificates/shop.example.com/1/key.pem": "KEY"})
        self.take()
        self.gone()
        self.assertEqual(self.back(), 3)
        self.assertEqual(self.activated, [3])
        self.assertEqual(values.need(self.app / "operator/domains"), "shop.example.com")
        self.assertEqual(values.need(self.app / "certificates/shop.example.com/1/key.pem"), "KEY")
        self.assertTrue((self.app / "repo.git").is_dir())
        self.assertEqual((self.mount / "photos/1.jpg").read_text(), "a photo")
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])
        self.assertIn("pocketpaas-app-shop:x3", self.fake.images[0]["RepoTags"])
        self.assertEqual(oct(self.app.stat().st_mode & 0o777), "0o711")

    def test_in_another_kind_of_image_store_the_bundle_has_the_new_id(self) -> None:
        self.take()
        self.gone()
        other = "sha256:" + "e" * 64
        self.fake.loads[b"the layers of an image"]["Id"] = other
        self.back()
        bundle = self.app / "releases/3"
        self.assertEqual(values.need(bundle / "image"), other)
        self.assertFalse((bundle / "sums").exists())

    def test_in_the_place_of_one_that_is_there_it_is_a_new_release(self) -> None:
        self.take()
        self.live(4, {"settings/env/A": "newer"})
        (self.mount / "2.txt").write_text("newer")
        self.running = replace(self.running, serving=("c1",))
        self.assertEqual(self.back(), 5)
        bundle = self.app / "releases/5"
        self.assertEqual(values.need(bundle / "settings/env/A"), "b")
        self.assertEqual(values.need(bundle / "kind"), "restore")
        self.assertRegex(values.need(bundle / "change"), "backup 00000002 of ")
        self.assertEqual((self.mount / "2.txt").read_text(), "text")
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])
        self.assertEqual(len(self.fake.asked("c1/stop")), 1)

    def test_what_runs_beside_the_processes_does_not_go_on_with_files_that_are_gone(self) -> None:
        self.take()
        (self.mount / "2.txt").write_text("newer")
        self.running = replace(self.running, serving=("c1",))
        runs = [mock.Mock(id=one) for one in ("c1", "run1")]
        ended: list[tuple[tuple[str, ...], bool]] = []
        others = mock.Mock(side_effect=lambda operation, ids: ended.append((tuple(ids), self.swapped())))
        with (
            mock.patch.object(app_swapping.containers, "listed", side_effect=[runs, [*runs, mock.Mock(id="job")]]),
            mock.patch.object(app_swapping.ending, "end_and_remove", others),
        ):
            self.back()
        self.assertEqual(ended, [(("run1",), False), (("run1", "job"), True)])

    def swapped(self) -> bool:
        """Whether the volume has what was restored."""
        return (self.mount / "2.txt").read_text() == "text"

    def test_one_that_is_not_healthy_leaves_what_was_there(self) -> None:
        self.take()
        (self.mount / "2.txt").write_text("newer")
        self.running = replace(self.running, serving=("c1",))
        self.fails = "no answer"
        with mock.patch.object(overlap, "undo") as again, self.raises("no answer"):
            self.back()
        again.assert_called_once()
        self.assertEqual((self.mount / "2.txt").read_text(), "newer")
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])
        self.assertEqual(values.need(self.app / "releases/4/status"), "failed")
        self.assertEqual(slots.live_release(self.paths, "shop"), 3)

    def test_a_damaged_volume_stops_nothing(self) -> None:
        self.take()
        self.repository.file("00000002", "2.txt").write_text("texx")
        os.utime(self.repository.file("00000002", "2.txt"), ns=(0, (self.mount / "2.txt").stat().st_mtime_ns))
        with self.raises('"2.txt" is not what was stored'):
            self.back()
        self.assertEqual((self.fake.asked("stop"), self.activated), ([], []))
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])

    def test_a_copy_has_neither_the_domains_nor_the_certificates(self) -> None:
        self.tree(self.app, {"operator/domains": "shop.example.com", "certificates/shop.example.com/1/key.pem": "KEY"})
        self.take()
        self.back("copy")
        other = self.paths.app("copy")
        self.assertFalse((other / "operator/domains").exists() or (other / "certificates").exists())
        self.assertEqual((self.fake.mounts / "pocketpaas-copy.data/_data/2.txt").read_text(), "text")
        self.assertEqual(slots.live_release(self.paths, "shop"), 3)

    def test_its_logs_are_sent_where_they_were_and_those_of_a_copy_are_not(self) -> None:
        target = "syslog+tls://logs.example.com:6514"
        self.tree(self.app, {"drains/1/target": target, "drains/1/lost": "7", "drains/1/queue": "older_1"})
        url = {"target": "https://ada:secret@logs.example.com/in", "format": "json", "headers": "X-Key: k\n"}
        self.tree(self.app, {f"drains/2/{name}": text for name, text in url.items()})
        applied, installed = mock.Mock(), mock.Mock()
        self.patch(placing.drains, "apply", applied)
        self.patch(placing.forwarder, "need", installed)
        self.take()
        self.back("copy")
        self.assertFalse((self.paths.app("copy") / "drains").exists())
        applied.assert_not_called()
        self.gone()
        self.back()
        drain, posted = placing.drains.of_app(self.paths, "shop")
        self.assertEqual((drain.target, drain.lost, drain.name), (target, 0, "shop_1"))
        self.assertEqual({name: values.read(posted.directory / name) for name in url}, url)
        installed.assert_called_once()
        applied.assert_called_once()

    def test_a_forwarder_that_cannot_be_had_is_told(self) -> None:
        self.tree(self.app, {"drains/1/target": "syslog+tls://logs.example.com:6514"})
        self.patch(placing.forwarder, "need", mock.Mock(side_effect=Failed("packages", "no network")))
        self.take()
        self.gone()
        self.assertEqual(self.back(), 3)
        self.assertIn("logs of shop are not sent to where they were yet: no network", "\n".join(self.reporter.lines))

    def test_a_stopped_one_stays_so(self) -> None:
        values.write(self.app / "operator/stopped", "")
        self.take()
        self.gone()
        self.back()
        self.assertEqual((self.activated, slots.live_release(self.paths, "shop")), ([], 3))
        self.assertEqual(self.reconciled, 1)

    def test_it_needs_its_services(self) -> None:
        bundle = self.live(4, {"service/env/DATABASE_URL": "db", "service/env/READ_URL": "db"})
        self.assertEqual(linking.wanted(bundle), {"db": ("DATABASE_URL", "READ_URL")})
        with self.assertRaisesRegex(Refused, "needs the service db"):
            linking.link_missing(self.operation_of(), bundle)


class FullServiceTest(RestoreCase):
    """shop uses `cache`, which keeps no two apps apart, and `db`."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.services.parent, {})
        (self.paths.programs).mkdir(exist_ok=True)
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")
        facts = {"major": "7", "image": self.image, "generation": "1", "password": "old", "digest": "x"}
        for name, kind in (("cache", "redis"), ("db", "postgres")):
            self.tree(self.paths.service(name), {**facts, "type": kind, "reference": f"{kind}:7"})
        for name, variable in (("cache", "REDIS_URL"), ("db", "DATABASE_URL")):
            Link(services.need(self.paths, name), "shop").keep(Login("shop_1", "pw"), (variable,))
            values.make_directory(self.bundle / "settings/services")
            values.put(self.bundle / "settings/services" / name, variable)
            for part, text in (("env", name), ("env.json", f'"{variable}={name}"')):
                values.make_directory(self.bundle / "service" / part)
                values.put(self.bundle / "service" / part / variable, text)
        for name in ("identity", "sums"):
            values.remove(self.bundle / name)
        self.made: list[tuple[str, str, str]] = []
        self.linked: list[tuple[str, tuple[str, ...]]] = []
        self.patch(linking.creating, "make", self.make)
        self.patch(
            linking, "make", lambda operation, link, variables: self.linked.append((link.service.name, variables))
        )
        self.take()

    def make(self, _operation: Operation, wanted: Any) -> services.Service:
        self.made.append((wanted.name, wanted.kind, wanted.major))
        facts = {"type": wanted.kind, "major": wanted.major, "generation": "1", "image": self.image}
        self.tree(self.paths.service(wanted.name), {**facts, "password": "new"})
        return services.need(self.paths, wanted.name)

    def test_a_copy_has_one_of_its_own(self) -> None:
        self.back("copy")
        own = linking.creating.own_name("cache", "copy")
        self.assertEqual(self.made, [(own, "redis", "7")])
        self.assertEqual(self.linked, [("db", ("DATABASE_URL",)), (own, ("REDIS_URL",))])
        bundle = self.paths.app("copy") / "releases/3"
        self.assertIn(f"REDIS_URL={own}", layers.environment(bundle))
        self.assertIn("DATABASE_URL=db", layers.environment(bundle))
        self.assertEqual(values.names(bundle / "settings/services"), sorted((own, "db")))
        self.assertIn(f"cache holds the data of one app only: copy has the service {own}", self.told())

    def test_what_is_missing_or_full_is_said_before_anything_is_made(self) -> None:
        self.gone()
        aside = self.paths.root / "aside"
        self.paths.service("db").rename(aside)
        with self.assertRaisesRegex(Refused, "copy needs the service db"):
            self.back("copy")
        aside.rename(self.paths.service("db"))
        cache = services.need(self.paths, "cache")
        Link(cache, "shop").forget(data=True)
        Link(cache, "blog").keep(Login("blog_1", "pw"), ("REDIS_URL",))
        with self.assertRaisesRegex(Refused, "cache holds the data of blog"):
            self.back()
        self.assertFalse(self.paths.app("copy").exists() or self.paths.app("shop").exists())
        self.assertEqual((self.fake.volumes, self.fake.images, self.made, self.linked), ({}, [], [], []))

    def test_the_network_of_an_earlier_try_is_used_again(self) -> None:
        self.tree(self.paths.app("copy"), {"created": "now", "network": "10.213.9.0/24"})
        self.back("copy")
        self.assertEqual(values.need(self.paths.app("copy") / "network"), "10.213.9.0/24")


class HostRestoreTest(RestoreCase):
    """A host whose backups are there, and another one that is new: `self.second`."""

    def setUp(self) -> None:
        super().setUp()
        self.tree(self.paths.keys / "ada", {"role": "admin", "public": f"ssh-ed25519 {'A' * 68}", "fingerprint": "x"})
        self.tree(self.paths.keys / "ci", {"role": "deploy", "public": f"ssh-ed25519 {'C' * 68}", "apps": "shop"})
        self.tree(self.paths.root, {"registries/r.example.com/user": "bob", "shared/env/ZONE": "utc"})
        self.tree(self.paths.backups, {"schedule": "03:00", "keep": "7 4 6"})
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")
        service = {"type": "postgres", "major": "17", "image": self.image, "generation": "1", "password": "old"}
        service["created"] = "2020-01-01T00:00:00Z"
        self.tree(self.paths.service("db"), {**service, "reference": "postgres:17", "digest": "postgres:17"})
        Link(services.need(self.paths, "db"), "shop").keep(Login("shop_1", "pw"), ("DATABASE_URL",))
        self.tree(self.bundle, {"service/env/DATABASE_URL": "db", "service/env.json/DATABASE_URL": '"DATABASE_URL=db"'})
        for name in ("identity", "sums"):
            values.remove(self.bundle / name)
        self.take()
        self.host = host_taking.take(self.operation_of(), self.repository, subject.of_host(self.paths))
        self.old = self.paths
        self.second = HostPaths(self.paths.root.parent / "second", self.paths.log, self.paths.programs)
        self.tree(self.second.host, {"domain": "203-0-113-2.sslip.io", "address": "203.0.113.2", "stack": "mine"})
        self.tree(self.second.keys / "ada", {"role": "admin", "public": f"ssh-ed25519 {'A' * 68}", "fingerprint": "x"})
        self.tree(self.second.backups, {"destination": "/mnt/backups", "passphrase": "pass", "host": "web-2"})
        self.made: list[Any] = []
        self.applied: list[str] = []
        self.data: dict[str, tuple[str, ...]] = {}
        self.connected: list[str] = []
        self.damaged, self.differs = False, ""
        self.removed: list[str] = []
        self.patch(service_bringing.creating, "make", self.make)
        self.patch(service_bringing.making, "remove", self.remove)
        self.patch(service_bringing.container, "ensure", lambda paths, engine, service, reporter, holder: "id")
        connect = self.connected.append
        self.patch(service_bringing.container, "connect", lambda engine, service, running, app: connect(app))
        self.patch(service_bringing.access, "make", lambda engine, link, running, login: self.made.append(login))
        self.dropped: list[str] = []
        drop = self.dropped.append
        self.patch(service_bringing.access, "drop", lambda engine, link, running, login: drop(login.name))
        self.patch(service_bringing.scripts, "must", lambda engine, service, running, *words: "")
        self.patch(service_bringing.taking, "count", lambda engine, link, running, *_: self.data.get(link.app, ()))
        self.patch(service_bringing.restoring, "fetch", self.fetch)
        self.patch(service_bringing.restoring, "fill", self.fill)
        self.neighbour: Failed | None = None
        facts = {"kind": "service", "service": "db", "type": "postgres"}
        self.repository.made.append(Snapshot("dbdbdbdb", "2020-11-29T00:00:00Z", "web-1", facts))
        self.patch(timers, "apply", lambda paths, schedule: self.applied.append(schedule))
        self.patch(host_content, "OWN", self.paths.root.parent / "own")

    def make(self, operation: Operation, wanted: Any) -> services.Service:
        self.made.append(wanted)
        self.tree(operation.paths.service(wanted.name), {"type": wanted.kind, "major": wanted.major, "password": "new"})
        return services.need(operation.paths, wanted.name)

    def remove(self, paths: HostPaths, _engine: object, name: str) -> None:
        self.removed.append(name)
        shutil.rmtree(paths.service(name))

    def fetch(self, _reporter: object, _repository: object, _found: object, _directory: object) -> Content:
        if self.damaged:
            raise Failed("backup-damaged", "the backup is damaged")
        return Content("db", "postgres", "17", "", (Dump("shop", 9, "x", ROWS, 0),))

    def fill(
        self,
        _engine: object,
        _reporter: object,
        _service: object,
        _running: str,
        restored: Content,
        _place: object,
        note: Callable[[str], None],
    ) -> str:
        for dump in restored.dumps:
            self.data[dump.app] = dump.counts
            if not self.differs:
                note(dump.app)
        if self.neighbour:
            raise restoring.NotAll(["shop"], {"zed": self.neighbour}, "")
        return self.differs

    def on_second(self, of: str = "", *, confirmed: Sequence[str] = (), kept: Sequence[str] = ()) -> int:
        """Restores it; the volume of the first host is not there."""
        self.gone_from_engine()
        for name in ("apps", "works"):
            values.make_directory(getattr(self.second, name))
        self.repository.destination = replace(self.repository.destination, directory=self.second.backups)
        operation = replace(self.operation_of(), paths=self.second)
        return host_restoring.restore(operation, self.repository, Wish(of, confirmed, kept))

    def gone_from_engine(self) -> None:
        shutil.rmtree(self.mount.parent, ignore_errors=True)
        self.fake.volumes.clear()
        self.fake.images.clear()

    def test_all_of_it_is_there_again(self) -> None:
        self.tree(self.app, {"operator/domains": "shop.example.com"})
        self.take()
        self.assertEqual(self.on_second(), 0)
        second = self.second
        self.assertEqual(slots.live_release(second, "shop"), 3)
        self.assertEqual((self.mount / "2.txt").read_text(), "text")
        self.assertEqual([type(one).__name__ for one in self.made], ["Wanted", "Login"])
        link = Link(services.need(second, "db"), "shop")
        self.assertEqual((link.login, link.variables), (Login("shop_1", "pw"), ("DATABASE_URL",)))
        self.assertEqual(values.need(second.keys / "ci/apps"), "shop")
        self.assertEqual(values.need(second.root / "registries/r.example.com/user"), "bob")
        self.assertEqual(values.need(second.root / "shared/env/ZONE"), "utc")
        self.assertEqual((self.applied, values.need(second.backups / "schedule")), (["03:00"], "03:00"))
        self.assertIn("+result\tdns\tshop.example.com 203.0.113.2", self.reporter.lines)

    def test_what_belongs_to_the_machine_stays(self) -> None:
        self.on_second()
        host = self.second.host
        self.assertEqual(values.need(host / "address"), "203.0.113.2")
        self.assertEqual(values.need(host / "domain"), "203-0-113-2.sslip.io")
        self.assertEqual(values.need(host / "keep-releases"), "7")
        self.assertEqual(values.need(host / "stack"), "mine")

    def test_a_suffix_of_ones_own_comes_along(self) -> None:
        values.write(self.old.host / "domain", "apps.example.com")
        host_taking.take(self.operation_of(), self.repository, subject.of_host(self.old))
        self.on_second()
        self.assertEqual(values.need(self.second.host / "domain"), "apps.example.com")
        self.assertIn("+result\tdns\tshop.apps.example.com 203.0.113.2", self.reporter.lines)

    def test_after_a_cut_it_goes_on_and_at_its_end_there_is_nothing_to_do(self) -> None:
        self.fails = "no answer"
        with self.raises("not everything was restored: shop: no answer"):
            self.on_second()
        self.assertEqual(self.applied, [])
        self.fails = ""
        made = len(self.made)
        self.on_second()
        self.assertEqual((len(self.made), self.activated), (made, [3]))
        self.assertFalse((self.second.backups / "restoring").exists())

    def test_one_that_has_ended_is_over(self) -> None:
        self.on_second()
        values.write(self.second.keys / "ci/apps", "other")
        with self.assertRaisesRegex(Refused, "has apps or services already: shop, db"):
            self.on_second()
        self.assertEqual(values.need(self.second.keys / "ci/apps"), "other")
        # As an earlier version has left it at its end.
        self.tree(self.second.backups / "restoring", {"snapshot": self.host, "done/app.shop": ""})
        shutil.rmtree(self.second.app("shop"))
        with self.assertRaisesRegex(Refused, "has apps or services already: db"):
            self.on_second()
        self.assertFalse(self.second.app("shop").exists())

    def test_nothing_is_made_of_a_service_whose_backup_is_damaged_nor_of_an_app_that_needs_it(self) -> None:
        self.damaged = True
        with self.raises("db: the backup is damaged; shop: it is not started: db, which it needs, was not restored"):
            self.on_second()
        self.assertEqual((self.made, self.activated), ([], []))
        self.assertFalse(self.second.app("shop").exists() or (self.second.service("db") / "type").exists())
        self.damaged = False
        self.assertEqual(self.on_second(), 0)
        self.assertEqual((self.data, self.activated), ({"shop": ROWS}, [3]))

    def test_an_app_whose_data_cannot_be_restored_keeps_no_other_one_down(self) -> None:
        self.neighbour = Failed("restore-failed", "relation other does not exist", "the data of zed is as it was")
        why = r"the data of shop is now that of the backup; zed: relation other .* \(the data of zed is as it was\)"
        with self.raises(why) as failed:
            self.on_second()
        self.assertIn("to go on without the data of zed: --keep db", failed.exception.cure)
        self.assertEqual((self.data, self.activated), ({"shop": ROWS}, [3]))
        # What it has written since is not replaced by the next try.
        self.data["shop"] = ("public.guests 3 42",)
        self.neighbour = None
        self.assertEqual(self.on_second(), 0)
        self.assertEqual(self.data, {"shop": ("public.guests 3 42",)})

    def test_one_whose_own_data_did_not_come_is_started_without_them_when_somebody_says_so(self) -> None:
        self.differs = "shop: noted 2, restored 1"
        with self.raises("shop: it is not started: db, which it needs, was not restored") as failed:
            self.on_second()
        self.assertIn("to start it without its data in db: --keep db", failed.exception.cure)
        self.assertEqual(self.on_second(kept=["db"]), 0)
        self.assertEqual(self.activated, [3])

    def test_what_somebody_changes_between_two_runs_stays(self) -> None:
        self.fails = "no answer"
        with self.raises("no answer"):
            self.on_second()
        self.fails = ""
        values.write(self.second.host / "keep-releases", "3")
        shutil.rmtree(self.second.keys / "ci")
        values.write(self.second.backups / "schedule", "05:00")
        self.assertEqual(self.on_second(), 0)
        self.assertEqual(values.need(self.second.host / "keep-releases"), "3")
        self.assertFalse((self.second.keys / "ci").exists())
        self.assertEqual((self.applied, values.need(self.second.backups / "schedule")), ([], "05:00"))

    def test_a_backup_that_is_gone_meanwhile_is_not_needed_again(self) -> None:
        self.fails = "no answer"
        with self.raises("no answer"):
            self.on_second()
        self.repository.forget_these([self.host])
        self.fails = ""
        with self.assertRaisesRegex(Refused, "the host web-1 is being restored here"):
            self.on_second("web-7")
        self.assertEqual(self.on_second(), 0)
        self.assertEqual(self.activated, [3])

    def cut_before_the_data(self) -> None:
        self.patch(service_bringing.restoring, "fill", mock.Mock(side_effect=KeyboardInterrupt))
        with self.assertRaises(KeyboardInterrupt):
            self.on_second()
        self.patch(service_bringing.restoring, "fill", self.fill)

    def test_one_that_was_cut_while_it_was_filled_is_filled_and_never_removed(self) -> None:
        self.cut_before_the_data()
        made = len(self.made)
        self.assertEqual(self.on_second(), 0)
        self.assertEqual((self.data, self.removed), ({"shop": ROWS}, []))
        self.assertEqual((len(self.made), self.dropped), (made, []), "a login that is kept is not made again")

    def test_an_empty_database_that_is_told_of_is_filled_too(self) -> None:
        self.cut_before_the_data()
        # What PostgreSQL tells.
        beside = ("large objects", *(f"definitions of {one}" for one in ("functions", "rules", "triggers", "the rest")))
        self.data["shop"] = tuple(f"{name}|0|0" for name in beside)
        self.assertEqual(self.on_second(), 0)
        self.assertEqual((self.data, self.removed), ({"shop": ROWS}, []))

    def test_a_login_that_was_made_and_not_kept_is_made_again(self) -> None:
        with mock.patch.object(Link, "keep", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            self.on_second()
        self.assertEqual(self.on_second(), 0)
        self.assertEqual((self.dropped, self.removed), (["shop_1"], []))
        self.assertEqual(Link(services.need(self.second, "db"), "shop").login, Login("shop_1", "pw"))

    def test_one_that_was_cut_before_anything_was_in_it_is_made_again(self) -> None:
        self.patch(service_bringing.access, "make", mock.Mock(side_effect=KeyboardInterrupt))
        with self.assertRaises(KeyboardInterrupt):
            self.on_second()
        shutil.rmtree(self.second.service("db") / "apps")
        self.patch(service_bringing.access, "make", mock.Mock())
        self.assertEqual(self.on_second(), 0)
        self.assertEqual((self.data, self.removed), ({"shop": ROWS}, ["db"]))

    def test_data_that_are_not_those_of_the_backup_are_replaced_only_when_that_is_confirmed(self) -> None:
        self.cut_before_the_data()
        self.data["shop"] = ("public.guests 3 77",)
        with self.raises("the data of shop in db are not those of the backup") as refused:
            self.on_second()
        self.assertIn("--confirm db; to leave it as it is: --keep db", refused.exception.cure)
        self.assertEqual((self.data["shop"], self.activated), (("public.guests 3 77",), []))
        self.assertEqual(self.on_second(confirmed=["db"]), 0)
        self.assertEqual((self.data["shop"], self.removed, self.activated), (ROWS, [], [3]))

    def test_data_that_are_kept_are_the_app_s(self) -> None:
        self.cut_before_the_data()
        self.data["shop"] = ("public.guests 3 77",)
        self.assertEqual(self.on_second(kept=["db"]), 0)
        self.assertEqual((self.data["shop"], self.removed, self.activated), (("public.guests 3 77",), [], [3]))

    def test_an_empty_one_that_an_app_serves_with_is_left_alone(self) -> None:
        self.cut_before_the_data()
        self.tree(self.second.app("shop"), {"created": "now", "slots/blue/blue": "", "network": "10.213.9.0/24"})
        (self.second.app("shop") / "live").symlink_to("slots/blue")
        (self.second.app("shop") / "slots/blue/release").symlink_to("../../releases/1")
        with self.raises("the data of shop in db are not those of the backup"):
            self.on_second()
        self.assertEqual((self.data, self.activated), ({}, []))
        self.assertEqual(self.on_second(confirmed=["db"]), 0)
        self.assertEqual((self.data, self.connected), ({"shop": ROWS}, ["shop"]))

    def test_data_that_differ_from_what_was_noted_are_somebody_s_to_look_at(self) -> None:
        self.differs = "public.guests"
        with self.raises("shop: it is not started: db, which it needs, was not restored"):
            self.on_second()
        self.differs = ""
        self.data["shop"] = ("public.guests 4 1",)
        with self.raises("the data of shop in db are not those of the backup"):
            self.on_second()
        self.assertEqual(self.on_second(kept=["db"]), 0)

    def test_of_data_that_no_backup_holds_somebody_has_to_know(self) -> None:
        self.repository.forget_these(["dbdbdbdb"])
        with self.raises("db: there is no backup of the data of shop in db; shop: it is not started"):
            self.on_second()
        self.assertEqual(self.made, [])
        self.assertEqual(self.on_second(confirmed=["db"]), 0)
        self.assertEqual((self.data, self.activated), ({}, [3]))

    def test_an_app_whose_backup_is_lost_can_be_left_out(self) -> None:
        lost = next(one.id for one in self.repository.made if one.kind == "app")
        self.repository.forget_these([lost])
        with self.raises("there is no backup of the app shop"):
            self.on_second()
        with self.assertRaisesRegex(Refused, "there is no blog in the backup"):
            self.on_second(kept=["blog"])
        self.assertEqual(self.on_second(kept=["shop"]), 0)

    def test_a_part_that_was_destroyed_since_does_not_come_back(self) -> None:
        other = {"type": "redis", "major": "7", "image": self.image, "generation": "1", "reference": "redis:7"}
        self.tree(self.old.service("zebra"), other)
        host_taking.take(self.operation_of(), self.repository, subject.of_host(self.old))
        self.patch(service_bringing.creating, "make", self.make_no("zebra"))
        with self.raises("zebra: no room"):
            self.on_second()
        shutil.rmtree(self.second.app("shop"))
        values.write(self.mount / "2.txt", "newer")
        self.patch(service_bringing.creating, "make", self.make)
        self.gone_from_engine = lambda: None  # type: ignore[method-assign]
        self.assertEqual(self.on_second(), 0)
        self.assertFalse(self.second.app("shop").exists())
        self.assertEqual((self.mount / "2.txt").read_text(), "newer")
        self.assertIn("the app shop is not there any more, and stays so", self.told())

    def make_no(self, name: str) -> Any:
        def make(operation: Operation, wanted: Any) -> services.Service:
            if wanted.name == name:
                raise Failed("x", "no room")
            return self.make(operation, wanted)

        return make

    def test_files_of_an_app_that_was_destroyed_before_are_not_replaced_without_a_word(self) -> None:
        self.gone_from_engine = lambda: None  # type: ignore[method-assign]
        values.write(self.mount / "2.txt", "newer")
        with self.raises("there is already files in the volume pocketpaas-shop.data"):
            self.on_second()
        self.assertEqual((self.mount / "2.txt").read_text(), "newer")
        self.assertEqual(self.on_second(confirmed=["shop"]), 0)
        self.assertEqual((self.mount / "2.txt").read_text(), "text")

    def test_a_host_with_apps_of_its_own_is_left_alone(self) -> None:
        values.make_directory(self.second.app("blog") / "settings")
        with self.assertRaisesRegex(Refused, "has apps or services already: blog"):
            self.on_second()
        self.assertFalse((self.second.keys / "ci").exists())

    def test_of_several_hosts_one_has_to_be_named(self) -> None:
        self.repository.as_host = "web-9"
        host_taking.take(self.operation_of(), self.repository, subject.of_host(self.paths))
        with self.assertRaisesRegex(
            Refused, "no backup of the host nosuch in the destination, but of web-1, web-9"
        ) as no:
            self.on_second("nosuch")
        self.assertEqual(no.exception.cure, "name one of these: --of web-1")
        with self.assertRaisesRegex(Refused, "several hosts: web-1, web-9"):
            self.on_second()
        with self.assertRaisesRegex(Refused, "no backup of the host web-3"):
            self.on_second("web-3")
        self.assertEqual(self.on_second("web-1"), 0)

    def test_another_key_of_the_same_name_is_told(self) -> None:
        values.write(self.second.keys / "ada/public", f"ssh-ed25519 {'B' * 68}")
        self.on_second()
        self.assertEqual(values.need(self.second.keys / "ada/public"), f"ssh-ed25519 {'B' * 68}")
        self.assertIn("another key with the name ada", self.told())

    def taken_meanwhile(self, kind: str) -> str:
        """While the newest backup of that is read, the host that is still at work makes another one, and removes it."""
        old = [one for one in self.repository.made if one.kind == kind][-1]
        read, other = self.repository.restore, old.id[::-1]

        def restore(backup: str, *arguments: Any, **more: Any) -> None:
            if backup != old.id:
                return read(backup, *arguments, **more)
            if old in self.repository.made:
                shutil.copytree(self.repository.place / old.id, self.repository.place / other, symlinks=True)
                self.repository.made.append(replace(old, id=other, at="2026-11-29T01:00:00Z"))
                self.repository.forget_these([old.id])
            raise Failed(vanishing.CAUSE, f"the backup {old.id} has been removed", "")

        self.patch(self.repository, "restore", restore)
        return old.id

    def test_a_backup_that_is_removed_while_it_is_read_is_replaced_by_the_newest_one(self) -> None:
        for kind in (subject.HOST, subject.APP):
            gone = self.taken_meanwhile(kind)
        self.assertEqual(self.on_second(), 0)
        self.assertEqual((self.mount / "2.txt").read_text(), "text")
        self.assertIn(
            f"shop: the backup {gone} has been removed; the newest backup that is there is taken", self.told()
        )

    def test_where_no_other_one_is_there_it_is_told(self) -> None:
        gone = self.taken_meanwhile(subject.APP)
        self.patch(self.repository, "snapshots", lambda: [one for one in self.repository.made if one.id != gone[::-1]])
        with self.raises("shop: there is no backup of the app shop"):
            self.on_second()
        self.assertIn(f"the backup {gone} has been removed", self.told())

    def test_a_key_whose_app_was_left_out_is_told_and_is_for_no_app_of_that_name(self) -> None:
        self.assertEqual(self.on_second(kept=["shop"]), 0)
        self.tree(self.second.app("shop"), {"settings/x": "", "mark": "f" * 16})
        self.assertEqual(keys.apps(self.second, "ci"), ())
        self.assertIn("the key ci is for no app of this host, and may do nothing here", self.told())

    def test_what_no_host_can_be_is_refused(self) -> None:
        directory = self.repository.place / self.host / host_content.SPOOL
        host_content.read(directory)
        for file, text in (
            ("keys/ci/role", "root"),
            ("services/db/type", "oracle"),
            ("services/db/reference", "-v /:/"),
        ):
            before = values.need(directory / file)
            values.write(directory / file, text)
            with self.subTest(file), self.assertRaises(Failed):
                host_content.read(directory)
            values.write(directory / file, before)
        values.write(directory / host_content.FILE, "{}")
        with self.raises("host.json cannot be read"):
            host_taking.prove(self.operation_of(), self.repository, self.repository.made[-1])

    def test_settling_twice_is_settling_once(self) -> None:
        self.on_second()
        before = sorted(path for path in Path(self.second.root).rglob("*") if "restoring" not in str(path))
        made = host_content.read(self.repository.place / self.host / host_content.SPOOL)
        host_settling.settle(replace(self.operation_of(), paths=self.second), made)
        after = sorted(path for path in Path(self.second.root).rglob("*") if "restoring" not in str(path))
        self.assertEqual(before, after)
