"""The data of an app that goes to another host: all of its volumes, and no others are removed."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from unittest import mock

from backup_fixture import AppBackupCase
from pocketpaas.backup import beneath, content, own_backups, swapping, volumes
from pocketpaas.backup.app_content import StoredVolume
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.containers import APP
from pocketpaas.failure import Failed
from pocketpaas.move import arriving, dropping, look, operations, sending, store
from pocketpaas.operation.unit import Operation
from pocketpaas.state import moves, previews, values

SECRET = "0123456789abcdef" * 2


class MovedDataCase(AppBackupCase):
    """The app shop has the volumes `data`, which its live release mounts, and `old`, which it does not."""

    def setUp(self) -> None:
        super().setUp()
        self.fake.volumes["pocketpaas-shop.data"]["Labels"] = {APP: "shop"}
        self.old = self.volume("pocketpaas-shop.old")
        self.tree(self.old, {"kept": "for years"})
        store.write(self.paths, "shop", {"id": SECRET, "secret": SECRET, "passphrase": SECRET})
        self.operation = self.operate("move")

    def volume(self, name: str) -> Path:
        """A volume of the app."""
        engine_volumes.make(self.operation_of().engine, "shop", name)
        return Path(self.fake.volumes[name]["Mountpoint"])


class DamageTest(MovedDataCase):
    """The repository of a move fails, as restic says."""

    def told(self, action: str, failure: Failed) -> Failed:
        values.write(self.operation.work.directory / "args", action)

        def fail(_: Operation) -> None:
            raise failure

        with (
            mock.patch.dict(operations._ACTIONS, {action: fail}),
            mock.patch.object(store, "lock"),
            self.assertRaises(Failed) as raised,
        ):
            operations.change(self.operation)
        return raised.exception

    def test_what_came_over_damaged_goes_and_is_sent_again(self) -> None:
        place = self.tree(store.directory(self.paths, "shop") / "repository", {f"index/{'a' * 64}": "damaged"})
        text = "the backup 23fd7c45 is damaged where it is stored: /app.shop/backup.json cannot be read"

        told = self.told("bring", Failed("backup-damaged", text, "try an older one (pocketpaas backups)"))

        self.assertEqual(told.cause, "move-damaged")
        self.assertEqual(told.text, "what came over cannot be used: /app.shop/backup.json cannot be read")
        self.assertRegex(told.cure, "run the same command again: what is damaged is sent again.*move --abort")
        self.assertEqual(values.names(place / "index"), [])

    def test_nobody_reads_of_a_destination_of_backups(self) -> None:
        failure = Failed("backup-destination", "the backup destination: no key found", "check the passphrase", 6)
        for action in ("ahead", "halt", "take"):
            told = self.told(action, failure)
            self.assertNotIn("backup", told.text + told.cure)
            self.assertIn("no key found", told.text)
            self.assertEqual(told.code, 6)
        self.assertIs(self.told("ahead", other := Failed("no-volume", "gone")), other)


class PlaceTest(MovedDataCase):
    def test_what_is_noted_of_a_destination_has_its_place_beside_what_is_noted_of_the_move(self) -> None:
        place = store.directory(self.paths, "shop")
        for name in ("made", "volumes", "filled", "services"):
            self.tree(place, {f"{name}/db": "x"})
        destination = store.repository(self.paths, "shop", self.reporter).destination
        mark = own_backups.begin(destination)
        own_backups.settle(destination, is_other=True)
        self.assertEqual(values.names(place / "made"), ["db"])
        self.assertEqual(values.lines(place / "own"), (mark,))


class SettledTest(MovedDataCase):
    def test_the_app_keeps_by_which_move_it_came(self) -> None:
        moves.begin(self.paths, "shop", moves.ARRIVED)
        self.tree(store.directory(self.paths, "shop"), {"id": "0a1b"})
        with mock.patch.object(operations.arrival, "close"), mock.patch.object(operations, "unwatch"):
            operations._settle(self.operation)
        self.assertEqual((moves.phase(self.paths, "shop"), moves.came_with(self.paths, "shop")), ("", "0a1b"))
        self.assertFalse(store.directory(self.paths, "shop").exists())


class VolumesTest(MovedDataCase):
    #: A disk in memory has labels of users from Linux 6.6 on.
    in_memory = False

    def finish(self) -> None:
        moves.begin(self.paths, "shop", moves.PASSED)
        with mock.patch.object(operations.arrival, "close"):
            operations._finish(self.operation)

    def test_one_that_the_live_release_does_not_mount_goes_along(self) -> None:
        self.patch(sending.image, "ensure", mock.Mock())

        sending._app(self.operation, self.repository, still=True)

        (stored,) = self.repository.made
        self.assertEqual(self.repository.file(stored.id, "kept").read_text(), "for years")
        self.assertEqual(store.sent(self.paths, "shop"), ("pocketpaas-shop.data", "pocketpaas-shop.old"))

    def test_what_did_not_go_along_is_kept_and_named(self) -> None:
        store.note_sent(self.paths, "shop", ["data"])

        self.finish()

        self.assertEqual(sorted(self.fake.volumes), ["pocketpaas-shop.old"])
        self.assertIn("volumes kept: pocketpaas-shop.old", self.told())
        self.assertIn("docker volume rm", self.told())
        self.assertIn("volumes removed: pocketpaas-shop.data", self.told())

    def test_what_went_along_goes(self) -> None:
        store.note_sent(self.paths, "shop", ["data", "old"])
        self.finish()
        self.assertEqual(self.fake.volumes, {})

    def test_of_what_is_given_up_only_what_was_made_for_it_goes(self) -> None:
        came = StoredVolume("new", "/mount", True, 0, 0, 0, "")
        arriving._make_volumes(self.operation, self.bundle, (came,))
        self.assertIn("pocketpaas-shop.new", self.fake.volumes)
        values.remove_tree(self.app)

        with mock.patch.object(dropping, "unwatch"), mock.patch.object(dropping.arrival, "close"):
            dropping.drop(self.operation)

        self.assertEqual(sorted(self.fake.volumes), ["pocketpaas-shop.data", "pocketpaas-shop.old"])

    def send(self, still: bool) -> str:
        """The notes of `old` as they go over."""
        self.patch(sending.image, "ensure", mock.Mock())
        sending._app(self.operation, self.repository, still)
        return self.repository.file(self.repository.made[-1].id, "old.sums").read_text()

    def test_each_copy_reads_all_files(self) -> None:
        first = self.send(still=False)
        told = (self.old / "kept").stat()
        (self.old / "kept").write_text("by mmap  ")
        os.utime(self.old / "kept", ns=(told.st_atime_ns, told.st_mtime_ns))

        self.assertNotEqual(self.send(still=True), first)
        self.assertTrue(self.repository.read_all)

    def test_what_changes_nothing_in_the_content_of_a_file_goes_along_too(self) -> None:
        """That of a volume in which nothing else has changed is written again."""
        self.tree(self.old, {"below/one": "1", "below/two": "1"})
        link = self.old / "link"
        link.symlink_to("/etc/hostname")

        def join() -> None:
            os.unlink(self.old / "below/two")
            os.link(self.old / "below/one", self.old / "below/two")

        changes = (
            lambda: os.setxattr(self.old / "kept", "user.label", b"one"),
            lambda: os.setxattr(self.old / "kept", "user.label", b"two"),
            lambda: os.removexattr(self.old / "kept", "user.label"),
            lambda: os.setxattr(self.old / "below", "user.label", b"one"),
            lambda: os.setxattr(self.old, "user.label", b"one"),
            lambda: os.chmod(self.old / "kept", 0o640),
            join,
        )
        seen = [sending._rights(self.old)]
        for number, change in enumerate(changes):
            change()
            found = sending._rights(self.old)
            self.assertEqual(found, sending._rights(self.old))
            self.assertNotEqual(found, seen[-1], number)
            seen.append(found)
        # Where a link leads does not count.
        self.assertEqual(beneath.attributes_of(link), ())

    def test_the_list_of_who_may_use_a_file_and_what_vanishes(self) -> None:
        (entry,) = [one for one in beneath.walk(self.old) if one.path == "kept"]
        for name in ("system.posix_acl_access", "security.capability"):
            with (
                mock.patch.object(os, "listxattr", return_value=[name]),
                mock.patch.object(os, "getxattr", return_value=b"\x02"),
            ):
                self.assertEqual(entry.attributes(), ((name, b"\x02"),))
        for number, is_gone in ((errno.ENOENT, True), (errno.ENODATA, True), (errno.ENOTSUP, True), (errno.EIO, False)):
            with mock.patch.object(os, "listxattr", side_effect=OSError(number, "no")):
                if is_gone:
                    self.assertEqual(entry.attributes(), ())
                else:
                    with self.assertRaisesRegex(Failed, "the files of a volume cannot be read"):
                        sending._rights(self.old)

    def fetch(self, still: bool) -> swapping.Fetched:
        """Of a file that is written to, without another time, after it was noted."""
        directory = self.paths.root / "came"
        values.make_directory(directory)
        volumes.note(self.old, directory / "old.sums")
        told = (self.old / "kept").stat()
        (self.old / "kept").write_text((self.old / "kept").read_text().swapcase())
        os.utime(self.old / "kept", ns=(told.st_atime_ns, told.st_mtime_ns))
        backup = self.repository.store(directory, (), (self.old,))
        stored = StoredVolume("old", str(self.old), still, 1, 9, 9, content.digest(directory / "old.sums"))
        args = (self.operation.engine, self.reporter, self.repository, backup, "pocketpaas-shop.old", stored)
        return swapping.fetch(*args, directory / "old.sums", moved=True)

    def test_a_copy_ahead_may_differ_and_the_last_one_may_not(self) -> None:
        self.assertFalse(self.fetch(still=False).exact)
        with self.assertRaisesRegex(Failed, "what came over is not what was sent: volume old: .kept. is not"):
            self.fetch(still=True)

    def test_a_copy_with_a_file_that_was_not_noted_is_not_exact(self) -> None:
        directory = self.paths.root / "came"
        values.make_directory(directory)
        volumes.note(self.old, directory / "old.sums")
        self.tree(self.old, {"shop.db-journal": "hot"})
        backup = self.repository.store(directory, (), (self.old,))
        stored = StoredVolume("old", str(self.old), False, 1, 9, 9, content.digest(directory / "old.sums"))
        args = (self.operation.engine, self.reporter, self.repository, backup, "pocketpaas-shop.old", stored)
        self.assertFalse(swapping.fetch(*args, directory / "old.sums", moved=True).exact)

    def test_what_goes_over_and_what_stays_is_told(self) -> None:
        self.tree(self.bundle, {"shared/env/TOKEN": "a", "shared/env/URL": "b", "operator/env/URL": "c"})
        preview = previews.directory(self.paths, "shop-pr-1")
        values.make_directory(preview)
        values.make_directory(self.paths.app("shop-pr-1") / "settings")
        for name, text in previews.first_values("shop", "pr-1", 3600, 0.0).items():
            values.put(preview / name, text)

        told = look.of(self.operation)

        self.assertEqual((told["shared"], told["previews"]), ("TOKEN", "shop-pr-1"))
        self.assertEqual(int(told["volumes"]), volumes.size(self.mount) + volumes.size(self.old))

    def test_a_backup_says_what_is_not_in_it(self) -> None:
        self.take()
        self.assertIn("not in the backup, as v3 does not mount them: pocketpaas-shop.old", self.told())
