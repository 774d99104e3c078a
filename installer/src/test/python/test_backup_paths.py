"""Names that apps choose: too long to be stored, no text, or a great many."""

from __future__ import annotations

import json
import os
import tracemalloc
from unittest import mock

from host_fixture import HostCase
from pocketpaas.backup import beneath, room, volumes
from pocketpaas.backup.storing import Heard
from pocketpaas.failure import Failed
from pocketpaas.state import values


class PathsTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.volume = self.paths.root / "volume"
        values.make_directory(self.volume)
        self.addCleanup(values.remove_tree, self.volume)
        self.notes = self.paths.root / "notes"

    def nest(self, levels: int) -> int:
        """The deepest of so many directories with long names, open."""
        at = os.open(self.volume, os.O_RDONLY)
        for _ in range(levels):
            os.mkdir("n" * 250, dir_fd=at)
            below = os.open("n" * 250, os.O_RDONLY, dir_fd=at)
            os.close(at)
            at = below
        self.addCleanup(os.close, at)
        return at

    def test_a_path_that_is_too_long_is_refused_before_anything_is_stored(self) -> None:
        for levels in (13, 40):
            with self.subTest(levels=levels):
                at = self.nest(levels)
                os.close(os.open("f" * 250, os.O_CREAT | os.O_WRONLY, dir_fd=at))
                with self.assertRaisesRegex(Failed, "longer than 3500 bytes.*n…") as failed:
                    volumes.note(self.volume, self.notes)
                self.assertLess(len(failed.exception.text), 300)
                values.remove_tree(self.volume / ("n" * 250))

    def test_one_that_is_just_short_enough_is_noted(self) -> None:
        at = self.nest(13)
        os.close(os.open("f" * 200, os.O_CREAT | os.O_WRONLY, dir_fd=at))
        self.assertEqual(volumes.note(self.volume, self.notes).files, 1)
        self.assertEqual(volumes.compare(self.volume, self.notes, True).wrong, "")
        os.unlink("f" * 200, dir_fd=at)
        wrong = volumes.compare(self.volume, self.notes, True).wrong
        self.assertLess(len(wrong), 300)

    def test_empty_directories_count_too(self) -> None:
        self.nest(14)
        self.assertRaises(Failed, volumes.note, self.volume, self.notes)

    def test_memory_is_that_of_names_and_not_of_paths(self) -> None:
        at = self.nest(13)
        for number in range(2000):
            os.close(os.open(f"f{number}", os.O_CREAT | os.O_WRONLY, dir_fd=at))
        tracemalloc.start()
        try:
            self.assertEqual(sum(1 for _ in beneath.walk(self.volume)), 2000)
            self.assertLess(tracemalloc.get_traced_memory()[1], 1_500_000)
        finally:
            tracemalloc.stop()

    def test_the_order_is_that_of_names_files_first(self) -> None:
        self.tree(self.volume, {"b/2": "", "b/1": "", "a/x/y": "", "a/z": "", "c": "", "d/1": ""})
        found = [one.path for one in beneath.walk(self.volume, with_directories=True)]
        self.assertEqual(found, ["c", "a", "a/z", "a/x", "a/x/y", "b", "b/1", "b/2", "d", "d/1"])

    def test_notes_leave_room_on_the_disk(self) -> None:
        self.tree(self.volume, {str(number): "" for number in range(20)})
        with mock.patch.object(room, "refuse_short", side_effect=Failed("disk-full", "no room")):
            with mock.patch.object(volumes, "_LOOK_BYTES", 100), self.assertRaisesRegex(Failed, "no room"):
                volumes.note(self.volume, self.notes)


class GoneTest(HostCase):
    def heard(self, item: str, why: str = "permission denied") -> Heard:
        told = Heard(lambda text: None)
        told.hear(json.dumps({"message_type": "error", "item": item, "error": {"message": why}}).encode())
        return told

    def test_a_path_that_is_too_long_is_not_gone(self) -> None:
        place = self.paths.root
        long = f"{place}/" + "/".join(["n" * 250] * 40)
        self.assertFalse(self.heard(long, "file name too long").has_gone([place]))
        self.assertTrue(self.heard(f"{place}/gone").has_gone([place]))

    def test_a_name_that_is_no_text_is_not_gone_because_the_tool_writes_another_one(self) -> None:
        place = self.paths.root
        with open(os.fsencode(place) + b"/a\xff", "wb"):
            pass
        self.assertFalse(self.heard(f"{place}/a\ufffd").has_gone([place]))
        self.assertTrue(self.heard(f"{place}/a\ufffd", "open x: no such file or directory").has_gone([place]))

    def test_what_is_told_is_short(self) -> None:
        self.assertLess(len(self.heard(f"/{'x' * 3000}").ended(3).err), 400)
        self.assertLess(len(self.heard(f"/{'x' * 3000}", "").ended(3).err), 400)
