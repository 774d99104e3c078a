"""Apps that are destroyed while backups are made, and what takes their names then."""

from __future__ import annotations

import os
import shutil
from typing import Any

from backup_fixture import AppBackupCase
from pocketpaas.backup import app_taking, drill, host_taking, placing, strangers, subject
from pocketpaas.backup.record import Record
from pocketpaas.change import backups
from pocketpaas.failure import CannotWrite, Failure, Refused
from pocketpaas.notice import sweep
from pocketpaas.operation import apps
from pocketpaas.release import background
from pocketpaas.state import listing, marks, values


class DestroyedTest(AppBackupCase):
    def setUp(self) -> None:
        super().setUp()
        self.patch(strangers, "look", lambda paths, repository: None)
        self.patch(strangers, "trouble", lambda paths: None)
        self.patch(backups, "_look", lambda operation: None)

    def patch(self, place: Any, name: str, value: Any) -> None:
        before = getattr(place, name)
        setattr(place, name, value)
        self.addCleanup(setattr, place, name, before)

    def destroy(self, *_: Any) -> None:
        shutil.rmtree(self.app)

    def all(self, action: str, *arguments: str) -> int:
        return backups._ACTIONS[action](self.operation_of(), self.repository, arguments)

    def test_one_that_goes_before_its_turn_is_left_out_and_its_name_is_free(self) -> None:
        real = host_taking.take

        def take(*words: Any) -> str:
            self.destroy()
            return real(*words)

        self.patch(host_taking, "take", take)
        self.assertEqual(self.all("create"), 0)
        self.assertIn("the app shop is left out: it was destroyed", self.told())
        self.assertNotIn("shop: ", self.told())
        self.assertFalse(os.path.lexists(self.app))

    def test_one_that_goes_while_its_backup_is_made(self) -> None:
        for where in ("_gathered", "_looked_again"):
            with self.subTest(where=where):
                real = getattr(app_taking, where)

                def gone(*words: Any, real: Any = real) -> Any:
                    self.destroy()
                    return real(*words)

                self.patch(app_taking, where, gone)
                code = self.all("create")
                self.assertEqual((code, os.path.lexists(self.app)), (0, False))
                self.patch(app_taking, where, real)
                self.setUpApp()

    def setUpApp(self) -> None:
        self.tree(self.app, {"created": "2020-01-01T00:00:00Z"})
        self.live(3, {"settings/volumes": "data\t/app/data", "settings/env/A": "b"})

    def test_who_has_asked_for_it_alone_is_refused(self) -> None:
        self.patch(backups, "_take", lambda *words: (self.destroy(), backups.services.need(self.paths, "shop")))
        with self.assertRaisesRegex(Refused, "the app shop: it was destroyed"):
            self.all("create", "shop")
        self.assertFalse(os.path.lexists(self.app))

    def test_one_that_goes_in_its_drill(self) -> None:
        self.take()
        Record.of_host(self.paths).begin()
        self.patch(drill, "_prove", lambda *words: self.destroy() or "wrong")
        self.assertEqual(self.all("drill"), 0)
        self.assertIn("the app shop is left out: it was destroyed", self.told())
        self.assertFalse(os.path.lexists(self.app))

    def test_another_one_of_its_name_is_another_one(self) -> None:
        marks.ensure(self.app)
        one = subject.of_app(self.paths, "shop")
        self.assertFalse(one.is_gone)
        values.write(self.app / "mark", "feedfeedfeedfeed")
        self.assertTrue(one.is_gone)

    def test_nothing_is_kept_of_what_is_gone(self) -> None:
        record = Record.of_app(self.paths, "other")
        self.assertRaises(Refused, record.begin)
        record.fail("why")
        record.suspect("why")
        record.drilled("id", "ok")
        record.note_part("id")
        record.note_part("")
        record.arrive()
        record.succeed("id", 1, "2026-01-01T00:00:00Z")
        self.assertFalse(os.path.lexists(self.paths.app("other")))
        with self.assertRaisesRegex(Refused, "destroyed"):
            background.start_job(self.paths, "other", None, 1, "timer")  # type: ignore[arg-type]
        self.assertFalse(os.path.lexists(self.paths.app("other")))


class RestTest(AppBackupCase):
    """A directory in the place of an app that is none."""

    def setUp(self) -> None:
        super().setUp()
        # The git user is not on every machine.
        before = apps.make_repository
        self.addCleanup(setattr, apps, "make_repository", before)
        apps.make_repository = lambda repository: values.put(repository / "HEAD", "ref")
        self.rest = self.paths.app("other")
        self.tree(self.rest, {"lock": "", "backup/failed": "why"})

    def test_the_app_is_made_in_its_place(self) -> None:
        self.assertFalse(listing.is_there(self.paths, "other"))
        apps.create(self.paths, "other", "boss")
        self.assertTrue((self.rest / "repo.git/HEAD").is_file())
        self.assertFalse((self.rest / "backup").exists())
        self.assertEqual([name for name in os.listdir(self.paths.apps) if name.startswith(".")], [])

    def test_it_is_no_app_for_a_restore(self) -> None:
        self.assertEqual(placing.look(self.paths, "other"), placing.Found())
        self.assertFalse((self.rest / "mark").exists())

    def test_it_goes_by_itself(self) -> None:
        sweep._end_rests(self.paths)
        self.assertEqual((os.path.lexists(self.rest), self.app.is_dir()), (False, True))

    def test_what_is_remembered_of_a_certificate_is_nobodys(self) -> None:
        self.tree(self.rest, {"automatic/shop.example.org/error": "no answer"})
        self.assertTrue(listing.is_rest(self.paths, "other"))

    def test_what_is_nobodys_stays_and_is_told(self) -> None:
        self.tree(self.rest, {"of somebody": "data"})
        with self.assertRaisesRegex(Failure, "what is in its place is no app"):
            apps.create(self.paths, "other", "boss")
        sweep._end_rests(self.paths)
        self.assertEqual(values.need(self.rest / "of somebody"), "data")

    def test_an_app_that_is_there_stays(self) -> None:
        apps.create(self.paths, "shop", "boss")
        self.assertEqual(values.need(self.app / "created"), "2020-01-01T00:00:00Z")
        apps.clear_rest(self.paths, "shop")
        self.assertTrue(self.app.is_dir())


class InsideTest(AppBackupCase):
    def test_a_directory_that_is_made_in_no_other(self) -> None:
        self.assertTrue(values.make_inside(self.paths.root / "a"))
        self.assertTrue(values.make_inside(self.paths.root / "a"))
        self.assertFalse(values.make_inside(self.paths.root / "b/c"))
        with self.assertRaises(CannotWrite):
            values.make_inside(self.paths.root / ("x" * 300))
