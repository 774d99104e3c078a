"""Backups of apps and their volumes: what is stored, how an app holds still meanwhile, and what a drill finds."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from backup_fixture import ARCHIVE, AppBackupCase
from host_fixture import HostCase
from pocketpaas.backup import (
    app_content,
    app_drill,
    app_taking,
    app_volumes,
    beneath,
    content,
    drill,
    hook,
    image,
    quiet,
    subject,
    volumes,
)
from pocketpaas.backup.record import Record
from pocketpaas.change import backups, settings
from pocketpaas.engine import execs
from pocketpaas.engine.containers import Container
from pocketpaas.failure import BadRequest, Failed
from pocketpaas.machine import locks, streaming
from pocketpaas.machine.locks import Holder, app_lock
from pocketpaas.move import sending
from pocketpaas.release import reconcile
from pocketpaas.state import values

SQLITE = "SQLite format 3\0" + "x" * 600


class VolumesTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.files = self.tree(self.paths.root / "v", {"a/b": "one", "with\nnewline": "two"})
        (self.files / "to").symlink_to("a/b")
        (self.files / "pipe").parent.mkdir(exist_ok=True)
        os.mkfifo(self.files / "pipe")
        self.notes = self.paths.root / "notes"
        self.sums = volumes.note(self.files, self.notes)

    def compare(self, still: bool = True) -> volumes.Compared:
        return volumes.compare(self.files, self.notes, still)

    def test_files_and_links_are_noted_whatever_they_are_called(self) -> None:
        self.assertEqual((self.sums.files, self.sums.bytes), (3, 6 + len("a/b")))
        self.assertEqual(self.compare(), volumes.Compared(3, 0, ""))

    def test_one_that_is_missing_or_another_is_named(self) -> None:
        (self.files / "a/b").write_text("two")
        self.assertEqual(self.compare().wrong, '"a/b" is not what was stored')
        (self.files / "a/b").unlink()
        self.assertEqual(self.compare().wrong, '"a/b" is missing')

    def test_what_was_written_to_meanwhile_is_not_compared_and_a_flipped_bit_is(self) -> None:
        (self.files / "a/b").write_text("longer")
        (self.files / "to").unlink()
        self.assertEqual(self.compare(still=False), volumes.Compared(3, 2, ""))
        told = (self.files / "with\nnewline").stat()
        (self.files / "with\nnewline").write_text("twp")
        os.utime(self.files / "with\nnewline", ns=(told.st_atime_ns, told.st_mtime_ns))
        self.assertIn("is not what was stored", self.compare(still=False).wrong)

    def write_through(self, name: str, text: str) -> None:
        """As through a mapping: the time stays."""
        told = (self.files / name).stat()
        (self.files / name).write_text(text)
        os.utime(self.files / name, ns=(told.st_atime_ns, told.st_mtime_ns))

    def test_what_is_copied_once_more_may_differ(self) -> None:
        self.write_through("a/b", "two")
        self.assertEqual(volumes.compare(self.files, self.notes, False, ahead=True), volumes.Compared(3, 1, ""))

    def test_a_second_look_finds_what_was_written_to_while_it_was_stored(self) -> None:
        self.assertFalse(volumes.look_again(self.files, self.notes))
        self.write_through("a/b", "two")
        self.assertTrue(volumes.look_again(self.files, self.notes))
        self.assertFalse(volumes.look_again(self.files, self.notes))
        self.assertEqual(self.compare(still=False), volumes.Compared(3, 1, ""))
        self.write_through("with\nnewline", "twp")
        self.assertIn("is not what was stored", self.compare(still=False).wrong)

    def test_what_nobody_has_touched_for_long_is_not_read_again(self) -> None:
        with mock.patch.object(volumes, "_RECENT_SECONDS", -60.0), mock.patch.object(volumes, "_digest") as digest:
            self.assertFalse(volumes.look_again(self.files, self.notes))
        digest.assert_not_called()

    def test_notes_that_are_cut_off(self) -> None:
        self.notes.write_bytes(self.notes.read_bytes()[:-9])
        with self.assertRaisesRegex(Failed, "notes cannot be read"):
            self.compare()

    def sparse(self, text: bytes, at: int, size: int) -> Path:
        """A file with holes."""
        file = self.files / "hole"
        with open(file, "wb") as stream:
            stream.truncate(size)
            stream.seek(at)
            stream.write(text)
        return file

    def test_holes_are_not_read(self) -> None:
        file = self.sparse(b"text", 3 << 30, 60 << 30)
        before = time.monotonic()
        self.sums = volumes.note(self.files, self.notes)
        self.assertEqual(self.compare(), volumes.Compared(4, 0, ""))
        self.assertFalse(volumes.look_again(self.files, self.notes))
        # To read as many bytes takes minutes.
        self.assertLess(time.monotonic() - before, 20)
        self.assertEqual(self.sums.bytes, (60 << 30) + 6 + len("a/b"))
        self.assertLess(self.sums.on_disk, 1 << 20)
        self.assertLess(volumes.size(self.files), 1 << 20)
        os.truncate(file, (60 << 30) - 1)
        self.assertIn("is not what was stored", self.compare().wrong)

    def test_what_was_a_hole_may_be_zeros_and_nothing_else(self) -> None:
        file = self.sparse(b"text", 200_001, 1_000_001)
        volumes.note(self.files, self.notes)
        whole = file.read_bytes()
        file.unlink()
        file.write_bytes(whole)
        self.assertEqual(self.compare(), volumes.Compared(4, 0, ""))
        for place in (0, 200_000, 1_000_000):
            file.write_bytes(whole[:place] + b"x" + whole[place + 1 :])
            self.assertIn("is not what was stored", self.compare().wrong)
        file.write_bytes(whole[1:] + b"\0")
        self.assertIn("is not what was stored", self.compare().wrong)

    def test_holes_that_nobody_can_read_are_refused_at_once(self) -> None:
        self.sparse(b"text", 0, 10 << 40)
        with self.assertRaisesRegex(Failed, '"hole" cannot be stored: it has 102[0-9]+ GB of holes.* 64 GB in all'):
            volumes.note(self.files, self.notes)
        self.sparse(b"text", 0, 60 << 30)
        with self.assertRaisesRegex(Failed, '"hole" cannot be stored'):
            volumes.note(self.files, self.notes, before=5 << 30)

    def test_a_file_that_grows_is_read_to_where_it_ended(self) -> None:
        with beneath.found(self.files, "a/b") as entry:
            for size in (9, 10 << 40):
                os.truncate(self.files / "a/b", size)
                self.assertEqual(volumes._digest(entry, "f"), hashlib.sha256(b"one").hexdigest())

    def test_databases_of_sqlite_are_recognised(self) -> None:
        self.tree(self.files, {"db/shop.sqlite3": SQLITE, "db/short": "SQLite format 3"})
        self.assertEqual(volumes.databases(self.files), ("db/shop.sqlite3",))


class BeneathTest(HostCase):
    """What an app does to its volume while root reads it."""

    def setUp(self) -> None:
        super().setUp()
        self.files = self.tree(self.paths.root / "v", {"a/b": "one" * 300, "c": "two" * 300})
        self.secret = self.tree(self.paths.root / "secret", {"b": "key" * 300})

    def swap(self, replace: Callable[[], None], when: str) -> list[str]:
        """Done when that one was found, and before it is opened; what could be read."""
        read = []
        for entry in beneath.walk(self.files):
            if entry.path == when:
                replace()
            try:
                with entry.opened() as stream:
                    read.append(stream.read().decode()[:3])
            except OSError:
                continue
        return read

    def test_a_pipe_in_the_place_of_a_file_keeps_nobody_waiting(self) -> None:
        def pipe() -> None:
            (self.files / "c").unlink()
            os.mkfifo(self.files / "c")

        self.assertEqual(self.swap(pipe, "c"), ["one"])
        notes = self.paths.root / "notes"
        self.assertEqual(volumes.note(self.files, notes).files, 1)
        with mock.patch.object(beneath, "walk", lambda directory: iter([self.stale(directory)])):
            self.assertEqual(volumes.databases(self.files), ())
            self.assertEqual(volumes.note(self.files, notes).files, 0)

    def stale(self, directory: Path) -> beneath.Entry:
        """The pipe, of which is told what there was before."""
        above = os.open(directory, os.O_RDONLY)
        self.addCleanup(os.close, above)
        return beneath.Entry("", "c", (directory / "a/b").stat(), above)

    def test_a_second_look_does_not_wait_for_one_either(self) -> None:
        notes = self.paths.root / "notes"
        volumes.note(self.files, notes)
        (self.files / "c").unlink()
        os.mkfifo(self.files / "c")
        self.assertFalse(volumes.look_again(self.files, notes))
        self.assertIn("missing", volumes.compare(self.files, notes, True).wrong)

    def test_a_link_in_the_place_of_a_file_or_of_a_directory_leads_nowhere(self) -> None:
        def link() -> None:
            (self.files / "c").unlink()
            (self.files / "c").symlink_to(self.secret / "b")
            (self.files / "a").rename(self.files / "moved")
            (self.files / "a").symlink_to(self.secret)

        self.assertEqual(self.swap(link, "c"), [])
        with self.assertRaises(OSError), beneath.found(self.files, "a/b"):
            pass

    def test_a_directory_that_is_exchanged_while_it_is_open_stays_what_it_was(self) -> None:
        def exchange() -> None:
            (self.files / "a").rename(self.files / "moved")
            (self.files / "a").symlink_to(self.secret)

        self.assertEqual(self.swap(exchange, "a/b"), ["two", "one"])

    def test_directories_that_are_nested_without_end_are_named(self) -> None:
        with mock.patch.object(beneath, "_DEEPEST", 3), self.assertRaisesRegex(Failed, "more than 3 deep"):
            self.tree(self.files, {"a/b2/c/d/e": ""})
            volumes.size(self.files)
        self.assertLess(len(os.listdir("/proc/self/fd")), 100)

    def test_directories_are_told_before_what_is_in_them_where_they_are_asked_for(self) -> None:
        found = [entry.path for entry in beneath.walk(self.files, with_directories=True)]
        self.assertEqual(found, ["c", "a", "a/b"])
        before = sending._rights(self.files)
        self.assertEqual(sending._rights(self.files), before)
        (self.files / "a").chmod(0o711)
        self.assertNotEqual(sending._rights(self.files), before)

    def test_everything_is_closed(self) -> None:
        before = len(os.listdir("/proc/self/fd"))
        volumes.note(self.files, self.paths.root / "notes")
        next(beneath.walk(self.files))
        volumes.compare(self.files, self.paths.root / "notes", True)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)


class QuietTest(AppBackupCase):
    def test_frozen_while_it_is_copied_and_on_again_whatever_happens(self) -> None:
        with self.assertRaises(KeyError), quiet.held(self.operation_of(), "shop", self.bundle, quiet.PAUSE):
            self.assertEqual(self.fake.containers["c1"]["State"]["Status"], "paused")
            raise KeyError
        self.assertEqual(self.fake.asked("pause"), ["POST /containers/c1/pause", "POST /containers/c1/unpause"])

    def test_stopped_with_its_own_grace_and_started_again(self) -> None:
        with quiet.held(self.operation_of(), "shop", self.bundle, quiet.STOP) as held:
            self.assertTrue((self.app / "unavailable").exists())
        self.assertEqual(len(self.fake.asked("c1/stop|c1/start")), 2)
        self.assertFalse((self.app / "unavailable").exists())
        self.assertGreater(held.seconds, 0)

    def test_nothing_is_asked_of_one_that_goes_on(self) -> None:
        with quiet.held(self.operation_of(), "shop", self.bundle, quiet.LIVE):
            pass
        self.assertEqual(self.fake.asked("pause|stop"), [])

    def test_a_copy_that_takes_too_long_lets_the_app_go_on(self) -> None:
        with mock.patch.object(quiet, "stream", lambda command, hear, **more: 124):
            with self.raises("frozen for 30 s"):
                quiet.copy(Path("/a"), self.paths.root / "b", quiet.PAUSE)

    def test_a_copy_that_waits_for_a_pipe_is_given_up(self) -> None:
        target, pipe = self.paths.root / "b", self.paths.root / "pipe"
        os.mkfifo(pipe)
        with mock.patch.object(quiet, "_STALL_SECONDS", 0.3), mock.patch.object(streaming, "_LOOK_SECONDS", 0.05):
            with mock.patch.object(quiet.apart, "apart", lambda *_, **__: ["cat", str(pipe)]):
                with self.raises("nothing moved for"):
                    quiet.copy(Path("/a"), target, quiet.LIVE)

    def test_what_a_killed_backup_left_frozen_goes_on_with_the_next_reconcile(self) -> None:
        self.fake.containers["c1"]["State"]["Status"] = "paused"
        found = reconcile._Found()
        one = Container("c1", "shop", 3, "web", "blue", 1, "paused")
        self.assertTrue(reconcile._runs(self.operation_of(), one, found))
        self.assertEqual(self.fake.containers["c1"]["State"]["Status"], "running")


class TakingTest(AppBackupCase):
    def content_of(self, backup: str) -> app_content.AppContent:
        return app_content.read(self.repository.place / backup / "app.shop")

    def test_state_volumes_and_image_are_in_it(self) -> None:
        self.tree(self.app, {"certificates/a.example.com/1/key.pem": "KEY", "cache/secret": "no", "lock": ""})
        backup = self.take()
        made = self.content_of(backup)
        self.assertEqual((made.app, made.release, made.image, made.mode), ("shop", 3, self.image, "live"))
        state = self.repository.place / backup / "app.shop" / "state"
        self.assertEqual(values.need(state / "releases/3/settings/env/A"), "b")
        self.assertEqual(values.need(state / "certificates/a.example.com/1/key.pem"), "KEY")
        self.assertEqual(os.readlink(state / "live"), "slots/blue")
        for absent in ("cache", "lock", "repo.git", "network", "releases/2"):
            self.assertFalse((state / absent).exists(), absent)
        (volume,) = made.volumes
        self.assertEqual((volume.place, volume.still, volume.files), (str(self.mount), False, 3))
        record = subject.of_app(self.paths, "shop").record
        self.assertEqual((record.text("id"), record.size), (backup, volume.size))

    def test_the_image_is_stored_once(self) -> None:
        self.take()
        self.take()
        self.assertEqual([one.kind for one in self.repository.made], ["image", "app", "app"])
        self.assertEqual(len(self.fake.asked("GET /images/get")), 1)
        self.assertEqual(self.repository.file("00000001", "image.tar").read_bytes(), ARCHIVE)

    def test_an_image_goes_with_the_last_backup_that_needs_it(self) -> None:
        backup = self.take()
        image.forget_unneeded(self.repository)
        self.assertEqual(len(self.repository.made), 2)
        self.repository.forget_these([backup])
        image.forget_unneeded(self.repository)
        self.assertEqual(self.repository.made, [])

    def test_one_whose_image_cannot_be_had_is_no_backup(self) -> None:
        self.fake.refusals["GET /images/get"] = (500, {"message": "layer is gone"})
        with self.raises("layer is gone"):
            self.take()
        self.assertEqual(self.repository.made, [])
        self.assertIn("layer is gone", subject.of_app(self.paths, "shop").record.text("failed"))
        self.assertEqual(sorted(os.listdir(self.paths.backups)), ["destination", "host", "passphrase"])

    def test_a_database_of_sqlite_has_the_app_frozen_unless_somebody_said_otherwise(self) -> None:
        self.tree(self.mount, {"shop.db": SQLITE})
        made = self.content_of(self.take())
        self.assertEqual((made.mode, made.volumes[0].still), ("pause", True))
        self.assertNotEqual(made.volumes[0].place, str(self.mount))
        self.assertEqual(len(self.fake.asked("/pause")), 1)
        self.assertRegex(self.told(), r"SQLite \(data: shop.db\).*hook")
        self.assertRegex(self.told(), r"frozen for [0-9.]+ s")

    def test_what_the_manifest_says_counts(self) -> None:
        self.bundle = self.live(4, {"settings/volumes": "data\t/app/data", "settings/backup/mode": "stop"})
        self.fake.images[0]["Id"] = values.need(self.bundle / "image")
        self.fake.saved[self.fake.images[0]["Id"]] = ARCHIVE
        self.fake.add("c1", "green", release="4")
        made = self.content_of(self.take())
        self.assertEqual((made.mode, made.volumes[0].still), ("stop", True))
        self.assertEqual(len(self.fake.asked("c1/stop|c1/start")), 2)

    def hook(self, *ended: Any) -> str:
        directory = {"settings/volumes": "data\t/app/data", "settings/backup/mode": "hook"}
        self.bundle = self.live(4, {**directory, "settings/backup/hook": "copy it"})
        self.fake.images[0]["Id"] = values.need(self.bundle / "image")
        self.fake.saved[self.fake.images[0]["Id"]] = ARCHIVE
        self.fake.add("c2", "green", release="4")
        with mock.patch.object(hook.execs, "run", side_effect=ended[0] if callable(ended[0]) else ended) as run:
            try:
                return self.take()
            finally:
                self.assertEqual(run.call_args.args[1:], ("c2", ("/bin/sh", "-c", "copy it")))
                self.assertEqual(run.call_args.kwargs, {"seconds": 600.0 + 11 / 20e6})

    def test_a_hook_runs_in_the_live_release_before(self) -> None:
        made = self.content_of(self.hook(execs.Ended(0, b"copied\n", b"")))
        self.assertEqual((made.mode, made.volumes[0].still), ("hook", False))
        self.assertEqual(self.fake.asked("pause|stop"), [])

    def test_no_backup_without_a_hook_that_succeeds(self) -> None:
        with self.raises("ended with 7: no such table"):
            self.hook(execs.Ended(7, b"", b"no such table\n"))
        self.assertEqual([one.kind for one in self.repository.made], ["image"])

    def test_nobody_waits_for_a_hook_but_backups(self) -> None:
        def changed(*_: object, **__: object) -> execs.Ended:
            app_lock(self.paths, "shop", Holder("ann", "restart"), self.reporter).release()
            return execs.Ended(0, b"", b"")

        with mock.patch.object(locks, "_APP_PATIENCE", 0.0):
            self.hook(changed)

    def test_a_hook_that_does_not_end_has_a_time(self) -> None:
        with self.raises("the hook of shop was ended: it has 10 min"):
            self.hook(execs.Overtime(600.0))
        sparse = self.tree(self.paths.root / "v", {"f": "x"})
        os.truncate(sparse / "f", 10 << 40)
        self.assertLess(hook.seconds([sparse]), 601)
        with mock.patch.object(volumes, "size", return_value=10 << 40):
            self.assertEqual(hook.seconds([sparse]), 3600)

    def test_a_hook_that_a_deploy_has_cut_off_runs_in_the_next_release(self) -> None:
        def cut(*_: object, **__: object) -> execs.Ended:
            self.bundle = self.live(5, {"settings/volumes": "data\t/app/data"})
            (self.bundle / "image").write_text(self.fake.images[0]["Id"])
            self.fake.add("c5", "green", release="5")
            return execs.Ended(137, b"", b"")

        made = self.content_of(self.hook(cut))
        self.assertEqual((made.release, made.mode), (5, "live"))

    def test_a_copy_that_does_not_fit_is_not_begun(self) -> None:
        self.tree(self.mount, {"shop.db": SQLITE})
        with mock.patch.object(app_taking.disk, "free_kilobytes", lambda place: 256 * 1024):
            with self.raises("no room for a copy"):
                app_taking._refuse_no_room(self.paths, [app_volumes.FoundVolume("data", self.mount)])

    def test_what_is_sent_is_looked_at(self) -> None:
        sent = self.tree(self.paths.root / "sent", {"backup/mode": "hook"})
        with self.assertRaisesRegex(BadRequest, "backup/hook is missing"):
            settings.check(sent)
        self.tree(sent, {"backup/hook": "copy it"})
        settings.check(sent)
        self.tree(sent, {"backup/mode": "frozen"})
        with self.assertRaisesRegex(BadRequest, "backup/mode"):
            settings.check(sent)


class DrillTest(AppBackupCase):
    def prove(self) -> str:
        found = next(one for one in self.repository.made if one.kind == "app")
        return app_drill.prove(self.operation_of(), self.repository, found)

    def test_all_of_it_is_as_noted(self) -> None:
        self.take()
        self.assertEqual(self.prove(), "")
        self.assertIn("3 files are as noted", self.told())
        self.assertFalse((self.paths.backups / "spool").exists())

    def test_what_is_written_to_while_it_is_stored_does_not_make_a_backup_damaged(self) -> None:
        store_all, written = self.repository.store, self.mount / "photos/1.jpg"

        def store_while_written(directory: Path, *more: Any, **how: Any) -> str:
            if directory.name == "app.shop" and self.repository.stored < 2:
                told = written.stat()
                written.write_text("another")
                os.utime(written, ns=(told.st_atime_ns, told.st_mtime_ns))
            return store_all(directory, *more, **how)

        with mock.patch.object(self.repository, "store", store_while_written):
            backup = self.take()

        self.assertEqual([one.id for one in self.repository.made], ["00000001", backup])
        self.assertEqual(self.prove(), "")
        self.assertIn("; 1 were being written to", self.told())

    def test_one_that_could_not_be_stored_again_is_none(self) -> None:
        store_all, written = self.repository.store, self.mount / "photos/1.jpg"

        def store_while_written(directory: Path, *more: Any, **how: Any) -> str:
            if directory.name == "app.shop":
                if self.repository.stored >= 2:
                    raise Failed("backup-store", "no room")
                told = written.stat()
                written.write_text("another")
                os.utime(written, ns=(told.st_atime_ns, told.st_mtime_ns))
            return store_all(directory, *more, **how)

        with mock.patch.object(self.repository, "store", store_while_written), self.raises("no room"):
            self.take()
        self.assertEqual([one.kind for one in self.repository.made], ["image"])

    def flip(self, name: str) -> None:
        file = self.repository.file("00000002", name)
        told = file.stat()
        file.write_text(file.read_text().replace("a", "b"))
        os.utime(file, ns=(told.st_atime_ns, told.st_mtime_ns))

    def test_a_file_that_differs_is_named(self) -> None:
        self.take()
        self.flip("1.jpg")
        self.assertEqual(self.prove(), 'volume data: "photos/1.jpg" is not what was stored')

    def test_a_bundle_that_differs(self) -> None:
        self.take()
        values.write(self.repository.place / "00000002/app.shop/state/releases/3/commit", "d" * 40)
        with self.raises("the bundle of v3 is not what was stored"):
            self.prove()

    def test_an_image_that_differs_or_is_gone(self) -> None:
        self.take()
        self.repository.file("00000001", "image.tar").write_bytes(b"other")
        with self.raises("of an image is damaged"):
            self.prove()
        self.repository.forget_these(["00000001"])
        with self.raises("is not in the destination"):
            self.prove()

    def test_what_no_app_can_be_is_refused(self) -> None:
        self.take()
        directory = self.repository.place / "00000002/app.shop"
        good = (directory / content.FILE).read_text()
        for old, new in (('"shop"', '"../x"'), (f'"{self.mount}"', '"/a/../b"'), ('"format": 1', '"format": 3')):
            values.write(directory / content.FILE, good.replace(old, new))
            with self.subTest(new), self.assertRaises(Failed):
                app_content.read(directory)


class DamagedImageTest(AppBackupCase):
    """The image of the app, 00000001, is not what was stored; a drill has found it."""

    def setUp(self) -> None:
        super().setUp()
        self.take()
        self.repository.damage("00000001")
        self.patch(backups.store, "keep", lambda paths: None)
        self.patch(backups, "_look", lambda operation: None)
        with self.raises("of an image is damaged"):
            drill.drill(self.operation_of(), self.repository, self.shop)
        self.assertTrue(self.shop.record.is_suspect)

    @property
    def shop(self) -> subject.Subject:
        return subject.of_app(self.paths, "shop")

    def create(self) -> int:
        return backups._create(self.operation_of(), self.repository, ["shop"])

    def images(self) -> list[str]:
        return [one.id for one in self.repository.made if one.kind == "image"]

    def test_the_next_backup_stores_it_again_and_is_proven(self) -> None:
        self.assertEqual(self.create(), 0)
        self.assertEqual((self.repository.mended, self.images()), (1, ["00000003"]))
        self.assertEqual((self.shop.record.is_suspect, self.shop.record.text("drill")), (False, "ok"))
        self.assertEqual((self.create(), self.repository.mended, self.images()), (0, 1, ["00000003"]))

    def test_what_keeps_the_damaged_data_goes_first(self) -> None:
        self.repository.bad = {"00000001"}
        other = replace(self.repository.made[0], id="0000000f", facts={"kind": "image", "image": "f" * 64})
        shutil.copytree(self.repository.place / "00000002", self.repository.place / other.id)
        strange = replace(other, id="0000000e", host="another-host")
        self.repository.made += [other, strange]
        self.assertEqual(self.create(), 0)
        # Neither that of another host nor the new one.
        self.assertEqual(len(self.images()), 2)
        self.assertIn("0000000e", self.images())
        self.assertFalse(self.shop.record.is_suspect)

    def test_it_is_no_backup_where_it_stays_damaged(self) -> None:
        self.repository.bad = {"00000002"}
        with self.assertRaisesRegex(Failed, "not every backup was made: .*cannot be stored again there") as failed:
            self.create()
        self.assertIn("use a new place: pocketpaas backups destination PLACE", failed.exception.cure)
        self.assertTrue(self.shop.record.is_suspect)
        self.assertIn("cannot be stored again there", self.shop.record.text("failed"))

    def test_where_old_data_keep_it_from_being_stored_and_cannot_go_the_way_out_is_told(self) -> None:
        damaged = Failed("backup-damaged", "data that are stored there are damaged: decrypting blob", "")
        store_one = self.repository.store

        def store(directory: Path, *more: Any) -> str:
            if directory.name == "image":
                raise damaged
            return store_one(directory, *more)

        with mock.patch.object(self.repository, "store", store), mock.patch.object(
            self.repository, "forget_these", mock.Mock(side_effect=damaged)
        ):
            with self.assertRaises(Failed) as failed:
                self.create()
        self.assertIn("cannot be stored again there: data that are stored there are damaged", failed.exception.text)
        self.assertIn("use a new place", failed.exception.cure)

    def test_data_that_are_found_lost_later_are_stored_again_too(self) -> None:
        self.repository.damage(self.images()[0])
        self.shop.record.drilled("00000002", "ok")
        self.assertFalse(self.shop.record.is_suspect)
        lost = Failed("backup-lost", "data are lost", "pocketpaas backups create")
        with mock.patch.object(self.repository, "forget", mock.Mock(side_effect=lost)):
            self.create()
        self.assertIn("+hint\tpocketpaas backups create", self.told())
        self.assertTrue(self.shop.record.is_suspect)
        self.assertEqual(self.create(), 0)
        self.assertFalse(self.shop.record.is_suspect)


class NoticeTest(AppBackupCase):
    def test_the_record_of_an_app_and_of_the_host(self) -> None:
        for one in (subject.of_app(self.paths, "shop"), subject.of_host(self.paths)):
            one.record.begin()
            one.record.fail("bucket gone")
            self.assertEqual(one.record.text("failed"), "bucket gone")
        self.assertEqual(subject.of_host(self.paths).word, "")
        self.assertEqual(subject.of_app(self.paths, "shop").text, "the app shop")
        self.assertTrue(Record.of_app(self.paths, "shop").directory.is_dir())
