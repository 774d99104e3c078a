"""What a backup or a restore that was killed has left of an app: its files and its processes come back as they were."""

from __future__ import annotations

import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path
from unittest import mock

from pocketpaas.backup import app_taking, quiet, store, subject, swapping
from pocketpaas.backup.swapping import Fetched
from pocketpaas.change import destroy
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.machine.locks import Holder
from pocketpaas.notice import sweep
from pocketpaas.operation import heir
from pocketpaas.release import reconcile, slots, swapped
from pocketpaas.state import values
from test_backup_restores import RestoreCase


class SwappedTest(RestoreCase):
    """v3 is live, and a restore as v4 has put other files into two volumes when it was killed."""

    def setUp(self) -> None:
        super().setUp()
        self.other = self.fake.mounts / "pocketpaas-shop.more" / "_data"
        self.other.mkdir(parents=True)
        self.volumes = (self.mount, self.other)
        for mount in self.volumes:
            self.tree(mount, {"f": "NEW"})
        self.release(4)

    def restored(self, mount: Path) -> Fetched:
        """Files of a backup beside the volume."""
        files = self.tree(mount.parent / ".pocketpaas-new" / "srv" / "v", {"f": "OLD"})
        return Fetched(mount, files)

    def killed(self, swaps: int = 2) -> None:
        """After so many of the volumes."""
        swapped.note(self.paths, "shop", 4, self.volumes)
        for fetched in [self.restored(mount) for mount in self.volumes][:swaps]:
            swapping.swap(fetched)

    def settle(self) -> None:
        swapped.settle(self.operation_of("reconcile"))

    def assertFiles(self, text: str) -> None:
        for mount in self.volumes:
            self.assertEqual((mount / "f").read_text(), text)
            self.assertEqual(os.listdir(mount.parent), ["_data"])
        self.assertFalse(swapped.is_open(self.paths, "shop"))

    def test_the_old_files_come_back_in_all_volumes(self) -> None:
        for swaps in (1, 2):
            with self.subTest(swaps):
                self.killed(swaps)
                self.settle()
                self.assertFiles("NEW")

    def test_also_where_it_was_killed_between_two_renames(self) -> None:
        self.killed(1)
        shutil.rmtree(self.mount)
        self.settle()
        self.assertFiles("NEW")

    def test_what_is_killed_while_it_settles_can_be_settled(self) -> None:
        self.killed()
        for name in ("_stay_up", "_drop"):
            with mock.patch.object(swapped, name, side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
                self.settle()
            self.assertEqual((self.text(), (self.other / "f").read_text()), ("NEW", "NEW"))
        self.killed()
        self.settle()
        self.assertFiles("NEW")

    def test_once_the_release_is_live_the_old_files_go(self) -> None:
        self.killed()
        slots.prepare(self.paths, "shop", "green", 4)
        slots.switch(self.paths, "shop", "green")
        self.settle()
        self.assertFiles("OLD")

    def test_what_runs_with_files_that_go_ends_before_and_what_is_live_may_start_again(self) -> None:
        self.killed()
        ended: list[str] = []
        with mock.patch.object(swapped.ending, "end", lambda paths, engine, app, ids: ended.append(self.text())):
            self.settle()
        self.assertEqual(ended, ["OLD"])
        self.assertEqual(self.text(), "NEW")
        self.assertEqual(len(self.fake.asked("c1/update")), 1)

    def text(self) -> str:
        return (self.mount / "f").read_text()

    def test_nothing_is_started_before(self) -> None:
        self.killed()
        with (
            mock.patch.object(swapped.containers, "listed", side_effect=EngineError(500, "no")),
            mock.patch.object(reconcile.slots, "live_slot", side_effect=AssertionError),
            mock.patch.object(reconcile.slots, "live_release", return_value=3),
            self.assertRaises(Refused),
        ):
            self.really_reconcile()
        self.assertEqual((self.text(), swapped.is_open(self.paths, "shop")), ("OLD", True))

    def really_reconcile(self) -> None:
        mock.patch.stopall()
        reconcile.reconcile(self.operation_of("reconcile"))

    def test_a_backup_after_it_is_of_the_app_as_it_is(self) -> None:
        self.killed()
        with mock.patch.object(app_taking.reconcile, "reconcile", swapped.settle):
            backup = app_taking.take(self.operation_of(), self.repository, subject.of_app(self.paths, "shop"))
        self.assertEqual(self.repository.file(backup, "f").read_text(), "NEW")

    def test_an_app_that_is_destroyed_leaves_its_own_files(self) -> None:
        self.killed()
        with mock.patch.object(destroy, "_previews", side_effect=KeyError), self.assertRaises(KeyError):
            destroy.change(self.operation_of("destroy"), ())
        self.assertEqual(self.text(), "NEW")


class TakenBackTest(RestoreCase):
    def test_one_whose_files_cannot_be_put_back_is_not_started_with_those_of_the_backup(self) -> None:
        self.take()
        (self.mount / "2.txt").write_text("newer")
        self.running = replace(self.running, serving=("c1",))
        self.fails = "no answer"
        with mock.patch.object(swapped, "_back", side_effect=CannotWrite("v", OSError(5, "bad"))), self.raises(
            "no answer"
        ):
            self.back()
        self.assertEqual(self.fake.asked("c1/start"), [])
        self.assertIn("could not be put back", self.told())
        self.assertEqual((self.mount.parent / ".pocketpaas-before/2.txt").read_text(), "newer")
        self.assertEqual(self.heirs, ["shop"])
        swapped.settle(self.operation_of())
        self.assertEqual((self.mount / "2.txt").read_text(), "newer")

    def test_somebody_takes_over_while_files_are_not_the_app_s(self) -> None:
        self.take()
        at_work: list[list[str]] = []
        real = swapping.swap
        with mock.patch.object(swapping, "swap", lambda one: (at_work.append(list(self.heirs)), real(one))):
            self.back()
        self.assertEqual((at_work, self.heirs), ([["shop"]], []))


class KeptTest(RestoreCase):
    """The app was destroyed, and its volume has stayed."""

    def setUp(self) -> None:
        super().setUp()
        self.take()
        shutil.rmtree(self.app)
        (self.mount / "2.txt").write_text("newer")

    def text(self) -> str:
        return (self.mount / "2.txt").read_text()

    def test_its_files_are_not_replaced_without_a_word(self) -> None:
        with self.assertRaisesRegex(Refused, "files of pocketpaas-shop.data") as refused:
            self.back(confirmed=False)
        self.assertIn("--confirm shop", refused.exception.cure)
        self.assertEqual((self.text(), self.app.exists(), self.activated), ("newer", False, []))

    def test_they_stay_until_it_is_healthy(self) -> None:
        self.fails = "no answer"
        with self.raises("no answer"):
            self.back()
        self.assertEqual(self.text(), "newer")
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])
        self.fails = ""
        self.back()
        self.assertEqual(self.text(), "text")
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])

    def test_the_new_files_are_on_the_disk_before_the_old_ones_go(self) -> None:
        looked: list[tuple[str, ...]] = []
        with mock.patch.object(swapping.durable, "flush", lambda files: looked.append((files.name, self.text()))):
            self.back()
        self.assertEqual([text for _, text in looked], ["newer"])
        self.assertEqual(self.text(), "text")

    def test_new_files_that_do_not_get_onto_the_disk_replace_nothing(self) -> None:
        broken = OSError(errno.EIO, "Input/output error")
        with mock.patch.object(swapping.durable, "flush", side_effect=broken), self.assertRaises(CannotWrite):
            self.back()
        self.assertEqual(self.text(), "newer")
        self.assertEqual(os.listdir(self.mount.parent), ["_data"])

    def test_what_an_earlier_restore_has_left_and_cannot_be_removed_is_named(self) -> None:
        self.tree(self.mount.parent / ".pocketpaas-before", {"kept": "immutable"})
        real = swapping.values.remove_tree

        def remove(path: Path) -> None:
            if path.name == ".pocketpaas-before":
                raise PermissionError(errno.EPERM, "Operation not permitted")
            real(path)

        with mock.patch.object(swapping.values, "remove_tree", remove):
            with self.raises("pocketpaas-before cannot be removed: Operation not permitted"):
                self.back()
        self.assertEqual(self.text(), "newer")

    def test_a_restore_that_was_killed_is_settled_by_the_next_one(self) -> None:
        self.fails = "no answer"
        with self.raises("no answer"):
            self.back()
        files = self.tree(self.mount.parent / ".pocketpaas-new" / "v", {"2.txt": "text"})
        swapped.note(self.paths, "shop", 3, [self.mount])
        swapping.swap(Fetched(self.mount, files))
        with self.raises("no answer"):
            self.back()
        self.assertEqual(self.text(), "newer")


class HeldTest(RestoreCase):
    def test_a_backup_after_one_that_was_killed_has_the_app_started(self) -> None:
        values.touch(self.app / "held")
        with mock.patch.object(app_taking.reconcile, "reconcile") as reconciled:
            self.take()
        self.assertGreater(reconciled.call_count, 0)

    def test_the_mark_goes_with_a_reconcile_and_with_the_copy(self) -> None:
        values.touch(self.app / "held")
        reconcile._remove_remains(self.paths, "shop")
        self.assertFalse((self.app / "held").exists())
        with quiet.held(self.operation_of(), "shop", self.bundle, quiet.STOP):
            self.assertTrue(quiet.is_left(self.operation_of()))
            self.assertEqual(self.heirs, ["shop"])
        self.assertFalse(quiet.is_left(self.operation_of()))
        self.assertEqual(self.heirs, [])

    def test_the_unit_waits_for_the_end_of_the_program(self) -> None:
        mock.patch.stopall()
        with mock.patch.object(heir, "run", return_value=mock.Mock(ok=True)) as run:
            heir.appoint(self.operation_of(), "shop")
        command = run.call_args.args[0]
        self.assertEqual(command[-1], "shop")
        self.assertTrue(command[-3].endswith("/alive"), command)
        self.assertIn("flock", command[-4])


class SpoolTest(RestoreCase):
    def test_the_copy_of_a_backup_that_was_killed_goes_and_not_that_of_one_that_is_at_work(self) -> None:
        spool = self.tree(self.paths.backups / "spool", {"volumes/data/f": "x"})
        lock = store.lock(self.paths, Holder("mia", "backups create"))
        sweep._end_spool(self.paths)
        self.assertTrue(spool.is_dir())
        lock.release()
        sweep._end_spool(self.paths)
        self.assertFalse(spool.exists())
        sweep._end_spool(self.paths)


class PartTest(RestoreCase):
    def test_what_was_stored_and_not_looked_at_goes_with_the_next_backup(self) -> None:
        record = subject.of_app(self.paths, "shop").record
        before = len(self.repository.made)
        with mock.patch.object(record.__class__, "fail"), self.assertRaises(KeyboardInterrupt):
            with mock.patch.object(app_taking, "_looked_again", side_effect=KeyboardInterrupt):
                self.take()
        (part,) = [one.id for one in self.repository.made[before:] if one.kind == "app"]
        self.assertEqual(record.part, part)
        taken = self.take()
        self.assertEqual([one.id for one in self.repository.made[before:] if one.kind == "app"], [taken])
        self.assertEqual((record.part, record.text("id")), ("", taken))
