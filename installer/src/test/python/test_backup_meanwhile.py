"""What others do while an app comes back from a backup: what was decided at its beginning is decided again before
anything is put in its place."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from unittest import mock

from pocketpaas.backup import app_restoring, placing, subject
from pocketpaas.change import backups
from pocketpaas.failure import Busy, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.move import arriving
from pocketpaas.operation import clone as clones
from pocketpaas.operation import preview
from pocketpaas.operation.clone import Clone
from pocketpaas.release import slots
from pocketpaas.state import marks, moves, previews, values
from test_backup_restores import RestoreCase

OTHER = "feedfeedfeedfeed"


class MeanwhileCase(RestoreCase):
    def setUp(self) -> None:
        super().setUp()
        # The real ones.
        self.patch(placing.locks, "build_lock", BUILD_LOCK)
        self.take()

    def destroy(self) -> None:
        """With its volumes; the image stays."""
        shutil.rmtree(self.app)
        shutil.rmtree(self.mount.parent)
        self.fake.volumes.clear()

    def make(self, live: bool = True) -> None:
        """Another app of that name."""
        self.tree(self.app, {"created": "2026-01-01T00:00:00Z", "mark": OTHER, "operator/domains": "new.example.com"})
        self.tree(self.app, {"repo.git/HEAD": "ref", "releases/1/change": ""})
        if self.mount.is_dir():
            self.tree(self.mount, {"new.txt": "its own"})
        if live:
            self.live(1, {"settings/env/A": "another"})

    def when(self, what: str, do: Callable[[], None]) -> None:
        """Done once as soon as that has been fetched: the state, the image or the volume."""
        real, pending = self.repository.restore, [do]

        def restore(backup: str, target: Path, include: str = "", size: int = 0, holes: bool = False) -> None:
            real(backup, target, include, size, holes)
            kind = "state" if include.startswith("/app.") else "image" if not include else "volume"
            if kind == what and pending:
                pending.pop()()

        self.patch(self.repository, "restore", restore)

    def refused(self, text: str, confirmed: bool = False, into: str = "") -> None:
        with self.assertRaisesRegex(Refused, text):
            self.back(into, confirmed)

    def assert_other_stays(self) -> None:
        self.assertEqual(marks.of(self.app).text, OTHER)
        self.assertEqual(values.need(self.app / "operator/domains"), "new.example.com")
        self.assertTrue((self.app / "repo.git/HEAD").exists())
        self.assertEqual(self.activated, [])
        self.assertEqual([one for one in self.paths.apps.iterdir() if one.name.startswith(".")], [])


BUILD_LOCK = locks.build_lock


class OtherTest(MeanwhileCase):
    def test_an_app_that_was_made_meanwhile_stays_whenever_that_was(self) -> None:
        for what in ("state", "image", "volume"):
            for live in (True, False):
                for confirmed in (False, True):
                    with self.subTest(what=what, live=live, confirmed=confirmed):
                        shutil.rmtree(self.app, ignore_errors=True)
                        shutil.rmtree(self.mount.parent, ignore_errors=True)
                        self.fake.volumes.clear()
                        self.fake.images.clear()
                        self.when(what, lambda: self.make(live))
                        self.refused("another app shop was made here meanwhile: nothing was put", confirmed)
                        self.assert_other_stays()
                        self.assertEqual(slots.live_release(self.paths, "shop"), 1 if live else None)

    def test_one_that_is_made_in_the_last_moment(self) -> None:
        self.destroy()
        real = placing.refuse_other

        def look(paths: object, app: str, found: placing.Found) -> None:
            real(self.paths, app, found)
            if (self.paths.apps / ".new.restore.shop").exists() and not self.app.exists():
                self.make()

        self.patch(placing, "refuse_other", look)
        self.refused("another app shop was made here meanwhile")
        self.assert_other_stays()

    def test_files_that_it_has_left_are_not_replaced_either(self) -> None:
        self.destroy()

        def come_and_go() -> None:
            self.tree(self.mount, {"2.txt": "newer"})

        self.when("volume", come_and_go)
        self.refused("files of pocketpaas-shop.data", confirmed=True)
        self.assertEqual((self.mount / "2.txt").read_text(), "newer")
        self.assertFalse(self.app.exists())

    def test_what_is_there_at_the_beginning_is_replaced_only_when_that_is_confirmed(self) -> None:
        self.refused("there is already an app shop")
        shutil.rmtree(self.app)
        self.make(live=False)
        self.refused("there is already an app shop, of which nothing is live")
        self.assert_other_stays()
        self.assertEqual(self.back(), 3)
        self.assertNotEqual(marks.of(self.app).text, OTHER)

    def test_under_another_name_too(self) -> None:
        self.when("volume", lambda: self.tree(self.paths.app("copy"), {"created": "now", "mark": OTHER}) and None)
        self.refused("another app copy was made here meanwhile", into="copy")
        self.assertEqual(values.names(self.paths.app("copy")), ["created", "mark"])


class ConfirmedTest(MeanwhileCase):
    def test_what_is_confirmed_is_what_there_was_before_the_destination_answered(self) -> None:
        backup = self.repository.made[-1].id
        # Another one has the name when it answers.
        self.patch(self.repository, "open", lambda: (self.destroy(), self.make()) and None)
        with self.assertRaisesRegex(Refused, "another app shop was made here meanwhile"):
            backups._restore(self.operation_of(), self.repository, [backup, "-", "confirm=shop"])
        self.assert_other_stays()

    def test_one_that_is_destroyed_while_its_backup_is_fetched_does_not_come_back(self) -> None:
        self.when("state", self.destroy)
        self.refused("destroyed", confirmed=True)
        self.assertEqual((self.app.exists(), self.activated), (False, []))

    def test_one_that_takes_its_place_is_another_one(self) -> None:
        def replaced() -> None:
            self.destroy()
            self.make()

        self.when("state", replaced)
        self.refused("another app shop was made here meanwhile", confirmed=True)
        self.assert_other_stays()

    def test_one_that_goes_live_meanwhile_is_no_more_what_nothing_is_live_of(self) -> None:
        self.destroy()
        self.make(live=False)
        self.when("state", lambda: self.live(1, {}) and None)
        self.refused("shop went live meanwhile", confirmed=True)
        self.assert_other_stays()

    def test_nobody_deploys_what_is_about_to_be_replaced(self) -> None:
        self.destroy()
        self.make(live=False)
        seen: list[str] = []

        def deploy() -> None:
            try:
                locks.build_lock(self.paths, "shop", Holder("me", "deploy"), 0)
            except Busy as busy:
                seen.append(busy.text)

        self.when("volume", deploy)
        self.back()
        self.assertIn("shop is busy", seen[0])

    def test_nobody_else_has_the_lock_of_the_one_that_comes(self) -> None:
        self.destroy()
        seen: list[bool] = []
        self.patch(app_restoring.linking, "link_missing", lambda *_: seen.append(locks.is_held(self.app / "lock")))
        self.back()
        self.assertEqual((seen, locks.is_held(self.app / "lock")), ([True], False))


class SiblingsTest(MeanwhileCase):
    def test_a_clone_is_not_made_of_an_app_that_a_restore_has_brought(self) -> None:
        def restored(paths: object, app: str, key: str, fill: object) -> None:
            self.tree(self.paths.app("copy"), {"created": "now", "mark": OTHER})

        self.patch(clones.preview.volumes, "of_app", lambda *_: ())
        with mock.patch.object(clones.apps, "create", restored), self.assertRaisesRegex(
            Refused, "there is an app copy"
        ):
            clones.make(self.paths, Clone("copy", "shop", False), False, {}, "me")

    def test_a_move_takes_the_place_of_what_it_has_brought_alone(self) -> None:
        state = self.tree(self.paths.root / "state", {"created": "now", "mark": OTHER, "releases/1/change": ""})
        self.tree(self.paths.moves / "late", {"id": "1", "peer": "host"})
        operation = self.operation_of()
        operation.app = "late"
        there = placing.look(self.paths, "late")
        self.tree(self.paths.app("late"), {"created": "now", "mark": "0" * 16})
        with self.assertRaisesRegex(Refused, "another app late was made here meanwhile"):
            arriving._settle(operation, state, 1, there)
        self.assertEqual(marks.of(self.paths.app("late")).text, "0" * 16)
        with self.assertRaisesRegex(Refused, "is here already"):
            arriving._settle(operation, state, 1, placing.look(self.paths, "late"))
        shutil.rmtree(self.paths.app("late"))
        for _ in range(2):
            arriving._settle(operation, state, 1, placing.look(self.paths, "late"))
            self.assertEqual(moves.phase(self.paths, "late"), moves.ARRIVING)


class TakenNameTest(MeanwhileCase):
    """Another app has a domain of the backup now."""

    def setUp(self) -> None:
        super().setUp()
        self.live(4, {"settings/domains": "one.example.com", "settings/volumes": "data\t/app/data"})
        values.write(self.bundle.parent / "4" / "processes/web/command", "x")
        self.fake.images[0]["Id"] = values.need(self.app / "releases/4/image")

    def test_it_is_told_before_anything_is_stopped(self) -> None:
        stored = app_restoring.fetch

        def fetched(*words: object) -> object:
            made, state = stored(*words)  # type: ignore[arg-type]
            self.tree(state / "releases/3", {"settings/domains": "one.example.com", "processes/web/command": "x"})
            return made, state

        self.patch(app_restoring, "fetch", fetched)
        values.remove(self.app / "settings/domains")
        taker = self.tree(self.paths.app("taker"), {"created": "now", "settings/domains": "one.example.com"})
        (self.mount / "2.txt").write_text("newer")
        with mock.patch.object(app_restoring.app_swapping, "hold") as hold:
            self.refused("one.example.com belongs to the app taker now", confirmed=True)
        hold.assert_not_called()
        self.assertEqual((self.mount / "2.txt").read_text(), "newer")
        self.destroy()
        self.refused("one.example.com belongs to the app taker now", confirmed=True)
        self.assertFalse(self.app.exists())
        shutil.rmtree(taker)
        self.assertEqual(self.back(), 3)


class PreviewsTest(MeanwhileCase):
    def test_a_preview_is_not_an_app_that_a_restore_has_brought(self) -> None:
        self.patch(preview.apps, "create", lambda *words: None)
        self.patch(preview, "free_name", lambda paths, parent, label: "shop-x")
        with self.assertRaisesRegex(Refused, "there is an app shop-x"):
            preview.make(self.paths, "shop", "x", 3600, "me")
        self.assertFalse(previews.is_preview(self.paths, "shop-x"))

    def test_of_a_preview_there_is_no_backup(self) -> None:
        self.tree(self.app, {"preview/parent": "web", "preview/label": "x"})
        with self.assertRaisesRegex(Refused, "shop is a preview, and nothing of it is kept"):
            subject.named(self.paths, ["shop"])

    def test_one_of_which_nothing_is_live_does_not_become_an_app_without_an_end(self) -> None:
        self.destroy()
        self.make(live=False)
        self.tree(self.app, {"preview/parent": "web", "preview/label": "x"})
        self.refused("shop is a preview of which nothing is live", confirmed=True)
        self.assert_other_stays()
