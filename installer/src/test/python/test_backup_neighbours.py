"""Backups of a service that several apps share, when the data of one of them cannot be dumped, or restored."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO
from unittest import mock

from backup_fixture import AppBackupCase
from pocketpaas.backup import content, restoring, room, service_bringing, taking
from pocketpaas.backup.host_content import StoredService
from pocketpaas.backup.record import Record
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Failed, Refused
from pocketpaas.service import store as services
from pocketpaas.service.links import Link
from pocketpaas.state import marks, values

APPS = ("alfa", "beta", "gamma")


class NeighboursCase(AppBackupCase):
    """`db` has data of three apps; `self.fails` says what keeps the dump of one from being made."""

    def setUp(self) -> None:
        super().setUp()
        (self.paths.programs / "services").symlink_to(Path(values.__file__).parents[2] / "services")
        facts = {"type": "postgres", "major": "17", "generation": "1", "created": "2020-01-01T00:00:00Z"}
        self.tree(self.paths.service("db"), facts)
        for app in APPS:
            self.tree(self.paths.app(app), {"created": "2020-01-01T00:00:00Z"})
            values.make_directory(self.paths.service("db") / "apps" / app)
        self.db = services.need(self.paths, "db")
        self.fails: dict[str, Failed | EngineError] = {}
        self.content = "1"
        self.ready: list[bool] = []
        for module, name, do in (
            (taking.container, "running", lambda *_: "c0ffee"),
            (taking.scripts, "inside", self.inside),
            (taking.data, "dump", self.dump),
            (taking, "count", lambda *_: ("public.guests 3 42",)),
            (taking, "_check", lambda *_: None),
        ):
            patcher = mock.patch.object(module, name, do)
            patcher.start()
            self.addCleanup(patcher.stop)

    def inside(self, *_: object) -> Any:
        self.ready.append(True)
        return mock.Mock(ok=len(self.ready) > 1)

    def dump(self, _engine: object, link: Any, _running: str, add: Any, _silence: float) -> None:
        add(f"half of {link.app}".encode())
        if link.app in self.fails:
            raise self.fails[link.app]
        add(f" {self.content}".encode())

    def take_service(self) -> str:
        return taking.take(self.operation_of(), self.repository, self.db)


class TakeTest(NeighboursCase):
    def test_the_others_have_theirs_and_it_has_not_ended_well(self) -> None:
        for failure in (Failed("dump-failed", "it was killed", "give it more"), EngineError(409, "it was killed")):
            with self.subTest(type(failure)):
                self.ready.clear()
                self.fails = {"beta": failure}
                with self.raises("the backup .* is without the data of beta: it was killed") as caught:
                    self.take_service()
                self.assertEqual(caught.exception.cure, failure.cure)
                made = self.repository.made[-1]
                self.assertEqual((made.apps, made.without), ({"alfa", "gamma"}, {"beta"}))
                self.assertEqual([made.mark_of(app) for app in APPS], [marks.of(self.paths.app(a)).text for a in APPS])
                self.assertEqual(made.data, {marks.of(self.paths.app(app)).text for app in ("alfa", "gamma")})
                record = Record.of(self.db)
                self.assertEqual((record.text("id"), record.begun.exists()), (made.id, False))
                self.assertIn("is without the data of beta", record.text("failed"))
                # The server had time to come up again.
                self.assertEqual(len(self.ready), 2)
                place = self.repository.place / made.id / "db"
                self.assertEqual(values.names(place), ["alfa.dump", "backup.json", "gamma.dump"])
                self.assertEqual([one.app for one in content.read(place).dumps], ["alfa", "gamma"])

    def test_with_the_next_good_one_it_is_over(self) -> None:
        self.fails = {"alfa": Failed("dump-failed", "it was killed")}
        with self.raises("without the data of alfa"):
            self.take_service()
        self.fails.clear()
        self.assertEqual(self.take_service(), self.repository.made[-1].id)
        self.assertEqual((Record.of(self.db).text("failed"), self.repository.made[-1].without), ("", frozenset()))

    def test_nothing_is_stored_where_none_could_be_dumped_or_the_disk_is_full(self) -> None:
        killed = Failed("dump-failed", "it was killed")
        for fails in (dict.fromkeys(APPS, killed), {"beta": Failed(room.CAUSE, "it was killed")}):
            with self.subTest(len(fails)):
                self.fails = fails
                with self.raises("^it was killed$"):
                    self.take_service()
                self.assertEqual(self.repository.made, [])
                self.assertEqual(Record.of(self.db).text("failed"), "it was killed")


class BringTest(NeighboursCase):
    """A service that is new on a host, from several backups."""

    def setUp(self) -> None:
        super().setUp()
        self.filled: dict[str, str] = {}
        self.stored = StoredService("db", self.paths.root / "stored", APPS)
        made = services.Service("db", self.paths.service("db"), self.db.kind)
        for module, name, do in (
            (service_bringing, "_there", lambda *_: (made, True)),
            (service_bringing.container, "ensure", lambda *_: "c0ffee"),
            (service_bringing, "_link", lambda *_: None),
            (service_bringing.links, "of_service", lambda _: []),
            (restoring, "fill", self.fill),
        ):
            patcher = mock.patch.object(module, name, do)
            patcher.start()
            self.addCleanup(patcher.stop)

    def fill(
        self, _e: object, _r: object, _s: object, _c: str, restored: content.Content, directory: Path, **_: object
    ) -> str:
        for dump in restored.dumps:
            self.filled[dump.app] = (directory / dump.file).read_text(encoding="utf-8")
        return ""

    def backup(self, text: str, *fails: str) -> None:
        self.content, self.fails = text, {app: Failed("dump-failed", "it was killed") for app in fails}
        try:
            self.take_service()
        except Failed:
            self.assertTrue(fails)

    def bring(self, **more: Any) -> None:
        found = [one for one in self.repository.made if one.kind == "service"]
        words = (self.repository, self.stored, found, self.paths.root / "mark")
        service_bringing.bring(self.operation_of(), *words, **more)

    def test_what_the_newest_is_without_comes_from_the_last_one_that_has_it(self) -> None:
        self.backup("1")
        self.backup("2", "gamma")
        self.backup("3", "beta", "gamma")
        self.bring(needs_all=True)
        self.assertEqual(self.filled, {"alfa": "half of alfa 3", "beta": "half of beta 2", "gamma": "half of gamma 1"})
        self.assertIn("the data of gamma are those of 2026-11-29T00:00:01Z: they could not be dumped", self.told())

    def test_by_the_names_that_apps_have_now(self) -> None:
        self.backup("1")
        self.backup("2", "beta")
        now = {"alfa": "alfa", "beta": "delta", "gamma": "gamma"}
        self.stored = StoredService("db", self.paths.root / "stored", ("alfa", "delta", "gamma"))
        self.bring(needs_all=True, names_now=lambda _, then: {app: now[app] for app in then})
        self.assertEqual(self.filled["delta"], "half of beta 1")

    def test_nothing_older_comes_of_what_was_elsewhere_meanwhile(self) -> None:
        self.backup("1")
        # It was moved away, and came back before the last backup.
        made = self.repository.made
        tags = [{**made[0].facts, "apps": "alfa+gamma"}, {**made[0].facts, "apps": "alfa+gamma", "without": "beta"}]
        self.backup("2", "beta")
        self.repository.made[1:] = [
            Snapshot("00000002", "2026-11-29T00:00:02Z", made[0].host, tags[0]),
            Snapshot("00000002", "2026-11-29T00:00:03Z", made[0].host, tags[1]),
        ]
        with self.raises("there is no backup of the data of beta in db"):
            self.bring(needs_all=True)
        self.assertEqual(self.filled, {})

    def test_a_damaged_older_one_is_told_before_anything_is_made(self) -> None:
        self.backup("1")
        self.backup("2", "beta")
        self.repository.file(self.repository.made[0].id, "beta.dump").write_bytes(b"other")
        with self.raises("beta.dump is not what was stored"):
            self.bring(needs_all=True)
        self.assertEqual(self.filled, {})


class FillTest(NeighboursCase):
    """Of three apps the data of one cannot be restored."""

    def setUp(self) -> None:
        super().setUp()
        self.place = self.tree(self.paths.root / "fetched" / "db", {f"{app}.dump": app for app in APPS})
        self.wrong: dict[str, Failed] = {}
        self.counted: dict[str, tuple[str, ...]] = {}
        self.restored: list[str] = []
        self.noted: list[str] = []
        for module, name, do in (
            (restoring.data, "restore", self.restore),
            (restoring.taking, "count", lambda engine, link, running, _silence: self.counted.get(link.app, ())),
            (restoring.container, "await_ready", lambda *_: None),
        ):
            patcher = mock.patch.object(module, name, do)
            patcher.start()
            self.addCleanup(patcher.stop)

    def restore(self, _engine: object, link: Link, running: str, given: BinaryIO, silence: object) -> str:
        # What one app's check or index calls may never end: the others wait for it.
        assert isinstance(silence, Patience)
        self.assertEqual(given.read().decode(), link.app)
        if link.app in self.wrong:
            raise self.wrong[link.app]
        self.restored.append(link.app)
        return running

    def fill(self, *apps: str) -> str:
        made = content.Content("db", "postgres", "17", "now", tuple(content.Dump(app, 1, "", (), 0) for app in apps))
        return restoring.fill(mock.Mock(), self.reporter, self.db, "1", made, self.place, note=self.noted.append)

    def test_the_others_have_theirs_and_it_is_said_whose_are_which(self) -> None:
        self.wrong["beta"] = Failed("restore-failed", "no relation", "the data of beta is as it was")
        with self.assertRaises(restoring.NotAll) as raised:
            self.fill(*APPS)
        self.assertEqual((self.restored, self.noted), (["alfa", "gamma"], ["alfa", "gamma"]))
        self.assertEqual(raised.exception.text, "beta: no relation (the data of beta is as it was)")
        told = (
            "the data of alfa and gamma are now that of the backup; beta: no relation (the data of beta is as it was)"
        )
        self.assertEqual(raised.exception.told, told)

    def test_what_differs_is_told_too(self) -> None:
        self.wrong["beta"] = Failed("backup-damaged", "no relation")
        self.counted["alfa"] = ("t 1 2",)
        with self.assertRaisesRegex(
            restoring.NotAll, "beta: no relation; it is not what was noted: alfa: noted"
        ) as told:
            self.fill(*APPS)
        self.assertEqual((self.noted, told.exception.cause), (["gamma"], "backup-damaged"))

    def test_of_one_alone_it_is_its_own_failure(self) -> None:
        self.wrong["beta"] = Failed("restore-failed", "no relation", "the data of beta is as it was")
        with self.assertRaises(Failed) as raised:
            self.fill("beta")
        self.assertIs(raised.exception, self.wrong["beta"])

    def test_a_restore_tells_how_one_alone_is_tried(self) -> None:
        found = Snapshot("1a2b3c4d", "", "web-1", {"service": "db", "type": "postgres"})
        made = content.Content("db", "postgres", "17", "now", tuple(content.Dump(app, 1, "", (), 0) for app in APPS))
        self.wrong["beta"] = Failed("restore-failed", "no relation")
        operation = self.operation_of()
        with (
            mock.patch.object(restoring, "fetch", lambda *_: made),
            mock.patch.object(restoring, "_place", lambda *_: self.place),
            mock.patch.object(restoring.reading, "fillable", lambda *_: "1"),
            self.assertRaisesRegex(Failed, "not all was restored: the data of alfa and gamma are now") as raised,
        ):
            restoring.restore(operation, self.repository, found, "")
        self.assertIn("pocketpaas backups restore 1a2b3c4d --app beta --confirm db", raised.exception.cure)

    def test_another_service_that_was_made_by_that_name_meanwhile_is_left_alone(self) -> None:
        found = Snapshot("1a2b3c4d", "", "web-1", {"service": "db", "type": "postgres"})
        values.write(self.db.directory / "mark", "0123456789abcdef")

        def fetch(*_: object) -> content.Content:
            values.write(self.db.directory / "mark", "fedcba9876543210")
            return content.Content("db", "postgres", "17", "now", (content.Dump("alfa", 1, "", (), 0),))

        operation = self.operation_of()
        with (
            mock.patch.object(restoring, "fetch", fetch),
            mock.patch.object(restoring.reading, "fillable", lambda *_: "1"),
            self.assertRaisesRegex(Refused, "there is another one of that name now"),
        ):
            restoring.restore(operation, self.repository, found, "")
        self.assertEqual(self.restored, [])
