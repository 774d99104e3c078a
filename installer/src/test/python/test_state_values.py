"""Values: byte for byte, all or nothing, never guessed."""

from __future__ import annotations

import errno
import io
import os
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

from host_fixture import HostCase
from pocketpaas.failure import BadRequest, CannotWrite, Damaged, Refused
from pocketpaas.state import clock, disk, listing, names, tree, values

_FULL = OSError(errno.ENOSPC, "No space left on device")
EVERY_BYTE = bytes(range(1, 256))


def full(*_arguments: Any, **_options: Any) -> Any:
    """Any call on a full disk."""
    raise OSError(errno.ENOSPC, "No space left on device")


class ReadTest(HostCase):
    def test_a_value_comes_back_byte_for_byte(self) -> None:
        for data in (b"", b"a\n\n", b"\n", EVERY_BYTE, b"$(touch canary) `x` \"'\\ %s", b"x" * 1_000_000):
            values.write(self.paths.root / "v", values.decode(data))
            self.assertEqual((self.paths.root / "v").read_bytes(), data)
            self.assertEqual(values.encode(values.need(self.paths.root / "v")), data)

    def test_damaged_state_is_named_and_never_guessed(self) -> None:
        root = self.paths.root
        (root / "role").write_text("owner")
        (root / "nul").write_bytes(b"a\0b")
        (root / "directory").mkdir()
        for name in ("role", "nul", "missing", "directory"):
            with self.subTest(name), self.assertRaisesRegex(Damaged, f"the host's state is damaged: {root / name} "):
                values.need(root / name, lambda text: text in ("admin", "deploy"))

    def test_a_number_that_is_none_is_damage_and_not_ours(self) -> None:
        file = self.paths.host / "build-timeout"
        self.assertEqual(values.number(file, 900, 1, 86400), 900)
        for text, number in (("1200", 1200), ("1", 1), ("86400", 86400)):
            file.write_text(text)
            self.assertEqual(values.number(file, 900, 1, 86400), number)
            self.assertEqual(values.setting(file, 900, 1, 86400), number)
        file.write_text("")
        self.assertEqual(values.setting(file, 900, 1, 86400), 900)
        for text in ("", "0", "x", "90 0", "-1", "86401", "1.5", "\u0663", "9" * 40, "1\n", " 1"):
            file.write_text(text)
            with self.subTest(text), self.assertRaisesRegex(Damaged, "build-timeout does not hold a number"):
                values.number(file, 900, 1, 86400)

    def test_lines_names_and_defaults(self) -> None:
        directory = self.tree(self.paths.root / "d", {"b": "one\n\ntwo", "a": "", ".hidden": "x"})
        self.assertEqual(values.lines(directory / "b"), ("one", "two"))
        self.assertEqual(values.lines(directory / "nosuch"), ())
        self.assertEqual(values.names(directory), ["a", "b"])
        self.assertEqual(values.names(directory / "a"), [])
        self.assertEqual(values.read_or(directory / "nosuch", "default"), "default")

    def test_trees_are_the_same_when_every_value_is(self) -> None:
        def trees() -> tuple[Path, Path]:
            for side in ("a", "b"):
                values.remove_tree(self.paths.root / side)
                self.tree(self.paths.root / side, {"env/A": "x\n", "top": "y"})
                values.make_directory(self.paths.root / side / "empty")
            return self.paths.root / "a", self.paths.root / "b"

        self.assertTrue(values.same_tree(*trees()))
        a, b = trees()
        values.put(b / "env" / "A", "x")
        self.assertFalse(values.same_tree(a, b))
        a, b = trees()
        values.put(b / "env" / "B", "")
        self.assertFalse(values.same_tree(a, b))
        values.put(a / "env" / "B", "")
        self.assertTrue(values.same_tree(a, b))
        (b / "empty").rmdir()
        self.assertFalse(values.same_tree(a, b))
        a, b = trees()
        (b / "top").unlink()
        (b / "top").mkdir()
        self.assertFalse(values.same_tree(a, b))
        a, b = trees()
        (b / "top").unlink()
        (b / "top").symlink_to(a / "top")
        self.assertFalse(values.same_tree(a, b))
        values.remove_tree(b)
        self.assertFalse(values.same_tree(a, b))


class WriteTest(HostCase):
    """What is written is whole, private, and leaves nothing beside it."""

    def left(self) -> list[str]:
        return sorted(os.listdir(self.paths.root / "d"))

    def setUp(self) -> None:
        super().setUp()
        self.directory = self.tree(self.paths.root / "d", {"v": "old"})

    def test_modes(self) -> None:
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        values.write(self.directory / "v", "x")
        values.put(self.directory / "w", "x")
        values.make_directory(self.directory / "e" / "f")
        for name, mode in (("v", 0o600), ("w", 0o600), ("e/f", 0o700)):
            self.assertEqual(os.stat(self.directory / name).st_mode & 0o777, mode, name)
        os.umask(0o077)
        values.write(self.directory / "v", "x", 0o644)
        self.assertEqual(os.stat(self.directory / "v").st_mode & 0o777, 0o644)

    def test_on_a_full_disk_every_write_leaves_the_old_value(self) -> None:
        writes: tuple[Callable[[Path], None], ...] = (
            lambda path: values.write(path, "new"),
            lambda path: values.write(path, "new", durable=False),
            lambda path: values.write_lines(path, ["new"]),
        )
        cases = [(broken, write) for broken in ("open", "replace", "fsync", "fchmod", "fdopen") for write in writes]
        cases += [(broken, lambda path: values.link("new", path)) for broken in ("symlink", "replace")]
        for broken, write in cases:
            with self.subTest(broken):
                with mock.patch.object(os, broken, full):
                    try:
                        write(self.directory / "v")
                    except CannotWrite as error:
                        self.assertEqual(error.text, f"cannot write {self.directory / 'v'} (disk full?)")
                        self.assertEqual(values.read(self.directory / "v"), "old", broken)
                self.assertEqual(self.left(), ["v"], broken)
                values.remove(self.directory / "v")
                values.write(self.directory / "v", "old")

    def test_what_else_keeps_it_from_being_written_is_said(self) -> None:
        for number in (errno.EACCES, errno.EROFS, errno.EIO):
            broken = OSError(number, os.strerror(number))
            with self.subTest(broken), mock.patch.object(os, "replace", side_effect=broken):
                with self.assertRaises(CannotWrite) as refused:
                    values.write(self.directory / "v", "new")
                self.assertEqual(refused.exception.text, f"cannot write {self.directory / 'v'} ({broken.strerror})")
        with self.assertRaises(CannotWrite) as refused:
            values.copy_tree(self.directory / "nothing", self.directory / "copy")
        self.assertIn("(No such file or directory)", refused.exception.text)

    def test_a_file_that_may_not_grow_as_on_a_full_disk(self) -> None:
        import resource
        import signal

        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        heard = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        self.addCleanup(signal.signal, signal.SIGXFSZ, heard)
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
            for write in (values.write, values.put):
                with self.assertRaises(CannotWrite):
                    write(self.directory / ("v" if write is values.write else "w"), "x" * 100_000)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        self.assertEqual(values.read(self.directory / "v"), "old")

    def test_a_failed_replacement_of_a_tree_leaves_the_old_one(self) -> None:
        new = self.tree(self.paths.root / "new", {"v": "new", "w": "more"})
        import shutil

        with mock.patch.object(shutil, "copytree", full), self.assertRaises(CannotWrite):
            values.replace_tree(new, self.directory)
        self.assertEqual(values.read(self.directory / "v"), "old")
        values.replace_tree(new, self.directory)
        self.assertEqual((values.read(self.directory / "v"), self.left()), ("new", ["v", "w"]))
        self.assertEqual(sorted(os.listdir(self.paths.root))[:3], ["apps", "d", "host"])

    def test_nothing_is_replaced_by_what_is_not_there(self) -> None:
        values.replace_tree(self.paths.root / "nosuch", self.directory)
        values.replace_values(self.paths.root / "nosuch", self.directory)
        self.assertEqual(self.left(), ["v"])

    def test_only_values_that_differ_are_written(self) -> None:
        new = self.tree(self.paths.root / "new", {"v": "old", "w": "1"})
        values.put(self.directory / "gone", "x")
        at = os.stat(self.directory / "v").st_ino
        values.replace_values(new, self.directory)
        self.assertEqual((self.left(), os.stat(self.directory / "v").st_ino), (["v", "w"], at))

    def test_copies_links_and_removals(self) -> None:
        source = self.tree(self.paths.root / "s", {"a": "1", "sub/b": "2"})
        (source / "link").symlink_to("/etc/passwd")
        values.make_directory(self.paths.root / "t")
        values.copy_values(source, self.paths.root / "t")
        self.assertIn("a", os.listdir(self.paths.root / "t"))
        values.copy_tree(source, self.paths.root / "u")
        self.assertTrue((self.paths.root / "u" / "link").is_symlink())
        values.remove_tree(self.paths.root / "u" / "link")
        self.assertTrue(os.path.exists("/etc/passwd"))
        values.remove_tree(self.paths.root / "u")
        values.remove_tree(self.paths.root / "u")
        values.fresh_directory(source)
        self.assertEqual(os.listdir(source), [])
        values.touch(source / "flag")
        self.assertEqual((source / "flag").stat().st_size, 0)
        values.link("goal", source / "current")
        values.link("other", source / "current")
        self.assertEqual(os.readlink(source / "current"), "other")
        values.sync_tree(source)


class HostileTreeTest(HostCase):
    def test_hostile_bytes_come_back_as_they_were(self) -> None:
        given = {
            "env/EMPTY": "",
            "env/BYTES": values.decode(EVERY_BYTE),
            "env/NEWLINES": "\n\na\r\n\n",
            "env/SHELL": "$(touch canary) `touch canary` \"'\\ ${HOME} %s %n",
            "env/HUGE": "0123456789abcdef" * 4096,
            "me@laptop/role": "admin",
            "a.b-c_d": "x",
        }
        tree.receive(io.BytesIO(tree.text(given)), self.paths.root / "in")
        self.assertEqual((self.paths.root / "in/env/BYTES").read_bytes(), EVERY_BYTE)
        self.assertEqual(tree.of_files("", self.paths.root / "in"), dict(sorted(given.items())))
        self.assertEqual(os.stat(self.paths.root / "in/env").st_mode & 0o777, 0o700)

    def test_what_is_no_tree_leaves_nothing(self) -> None:
        for wire in (
            b"",
            b"a\0b\0",
            b"a\0b\0.\0",
            b"a\0b\0.\0end",
            b"a\0b\0.\0nearly\0",
            b"../a\0b\0.\0end\0",
            b"a/../../b\0c\0.\0end\0",
            b"/etc/passwd\0b\0.\0end\0",
            b"a//b\0b\0.\0end\0",
            b".ssh/x\0b\0.\0end\0",
            b"a b\0c\0.\0end\0",
            b"a\n\0c\0.\0end\0",
            b"a\xff\0c\0.\0end\0",
            b"\0c\0.\0end\0",
            b"a\0b\0a\0b\0.\0end\0",
            b"a\0b\0a/c\0b\0.\0end\0",
            b"a/c\0b\0a\0b\0.\0end\0",
            b"a" * 256 + b"\0c\0.\0end\0",
            b"/".join([b"ab"] * 400) + b"\0c\0.\0end\0",
        ):
            with self.subTest(wire[:60]), self.assertRaisesRegex(BadRequest, "request"):
                tree.receive(io.BytesIO(wire), self.paths.root / "in")
            self.assertFalse((self.paths.root / "in").exists())

    def test_a_full_disk_is_refused_and_leaves_nothing(self) -> None:
        count = 0

        def put(path: Path, text: str, mode: int = 0o600) -> None:
            nonlocal count
            count += 1
            if count == 2:
                raise CannotWrite(path) from _FULL
            path.write_text(text)

        with mock.patch.object(values, "put", put), self.assertRaisesRegex(Refused, "could not be stored") as caught:
            tree.store({"a/b": "1", "c": "2"}, self.paths.root / "in")
        self.assertEqual((caught.exception.cause, caught.exception.code), ("disk-full", 4))
        self.assertFalse((self.paths.root / "in").exists())

    def test_links_and_odd_names_are_no_values(self) -> None:
        directory = self.tree(self.paths.root / "d", {"a": "1", "b c": "2"})
        (directory / "link").symlink_to("/etc/passwd")
        (directory / "nul").write_bytes(b"a\0")
        self.assertEqual(tree.of_files("x", directory), {"x/a": "1"})


class HostNamesTest(unittest.TestCase):
    """The same candidates for each kind of name: those that are one, and no other."""

    CANDIDATES = (
        *("a", "shop", "my-shop", "shop-", "-shop", "Shop", "9shop", "a" * 40, "a" * 41, "shop\n", "a.b", "sh op"),
        *("$(id)", "`id`", "../x", "shöp", "web", "web_1", "w-1", "A" * 30, "A" * 31, "DATABASE_URL", "_x", "1X"),
        *("PATH", "LD_PRELOAD", "PORT", "POCKETPAAS_X", "DYNO", "X" * 128, "X" * 129, "me@laptop", "a.b_c-d@e"),
        *("@x", "k" * 64, "k" * 65, "shop.example.com", "*.example.com", "example", "a..b", "192.168.0.1"),
        *("-a.example", "a-.example", "x" * 63 + ".example", "x" * 64 + ".example", "a;b", "a/b", "a'b", 'a"b'),
        *("a\tb", "é", "", "\udcff", "\u0661", "a\0"),
    )

    def valid(self, check: Callable[[str], bool]) -> set[str]:
        return {text for text in self.CANDIDATES if check(text)}

    def test_each_kind(self) -> None:
        self.assertEqual(self.valid(names.is_app), {"a", "shop", "my-shop", "a" * 40, "web", "w-1", "example"})
        self.assertEqual(
            self.valid(names.is_domain), {"a.b", "shop.example.com", "*.example.com", "x" * 63 + ".example"}
        )
        types = self.valid(names.is_process_type)
        self.assertLessEqual({"a", "Shop", "web_1", "w-1", "A" * 30, "PORT", "shop-"}, types)
        self.assertFalse({"A" * 31, "_x", "1X", "a.b", "é", "", "shop\n"} & types)
        variables = self.valid(names.is_variable)
        self.assertLessEqual({"PATH", "LD_PRELOAD", "_x", "X" * 128}, variables)
        self.assertFalse({"PORT", "DYNO", "POCKETPAAS_X", "X" * 129, "1X", "w-1", "\udcff", "a\0"} & variables)
        keys = self.valid(names.is_key)
        self.assertLessEqual({"me@laptop", "a.b_c-d@e", "k" * 64, "9shop"}, keys)
        self.assertFalse({"@x", "k" * 65, "-shop", "", "a/b", "\u0661"} & keys)

    def test_numbers_and_ids(self) -> None:
        for text in ("0", "7", "999999999999999"):
            self.assertTrue(names.is_number(text))
        for text in ("", "00", "-1", "1.0", "1e3", "\u0661", "1" * 16, "1\n", " 1"):
            self.assertFalse(names.is_number(text), text)
        self.assertFalse(names.is_number("5", 6) or names.is_number("5", 0, 4))
        for check, good in (
            (names.is_sha256, "a" * 64),
            (names.is_image, "sha256:" + "0" * 64),
            (names.is_work, "20260131T120000Z-0123abcd"),
            (names.is_range, "203.0.113.0/24"),
            (names.is_range, "2001:db8::/32"),
        ):
            self.assertTrue(check(good))
            for bad in ("", good + "\n", good + "x" * 60, "$" + good):
                self.assertFalse(check(bad), bad)


class ClockTest(unittest.TestCase):
    def test_an_id_is_one_and_sorts_by_time(self) -> None:
        ids = [clock.new_id() for _ in range(50)]
        self.assertTrue(all(names.is_work(one) for one in ids))
        self.assertEqual([one[:20] for one in ids], sorted(one[:20] for one in ids))

    def test_times_of_ours_and_of_the_engine(self) -> None:
        for text, at in (
            ("1970-01-01T00:01:00Z", 60.0),
            ("1970-01-01T00:01:00.123456789Z", 60.123456),
            ("1970-01-01T02:01:00.5+02:00", 60.5),
            ("1970-01-01T00:01:00\n", 60.0),
        ):
            self.assertEqual(clock.seconds_of(text), at, text)
        for text in ("", "x", "1970-13-01T00:00:00Z", "0", "\u0661"):
            self.assertIsNone(clock.seconds_of(text), text)
        self.assertEqual(clock.ago(""), "a moment ago")
        self.assertRegex(clock.ago(clock.now()), r"[01] s ago")

    def test_how_long_ago(self) -> None:
        with mock.patch("time.time", lambda: 1_000_000.0):
            for seconds, text in (
                (-5, "0 s ago"),
                (119, "119 s ago"),
                (120, "2 min ago"),
                (7200, "2 h ago"),
                (172_800, "2 days ago"),
            ):
                self.assertEqual(clock.ago_seconds(1_000_000.0 - seconds), text)


class DiskTest(HostCase):
    def test_the_least_room_counts(self) -> None:
        free = {self.paths.root: 1048576, Path("/b"): 1048575}
        with (
            mock.patch.object(disk, "ENGINE_DIRECTORIES", (Path("/b"),)),
            mock.patch.object(Path, "is_dir", lambda path: True),
            mock.patch.object(disk, "free_kilobytes", lambda place: free[place]),
        ):
            room = disk.room(self.paths)
            self.assertTrue(room.is_short)
            self.assertEqual(
                room.text,
                "the host's disk has too little room: 1023 MB are free in /b, a deploy needs 1024 MB",
            )
            free[Path("/b")] = 1048576
            self.assertFalse(disk.room(self.paths).is_short)
            values.put(self.paths.host / "disk-needed", "17")
            self.assertEqual(disk.room(self.paths).needed, 17)

    def test_what_an_ordinary_program_may_write(self) -> None:
        self.assertGreater(disk.free_kilobytes(self.paths.root), 0)


class ListingTest(HostCase):
    def test_what_is_no_app_is_not_listed_whatever_its_name_is(self) -> None:
        self.tree(self.paths.app("shop"), {"settings/env/A": "b"})
        self.tree(self.paths.app("damaged"), {"created": "2026-01-01T00:00:00Z"})
        self.tree(self.paths.apps, {"config": "x", "keys/0a1b": "y", "Not An App/created": "z"})
        values.make_directory(self.paths.apps / "index")
        self.assertEqual(listing.apps(self.paths), ["damaged", "shop"])
        for name in ("config", "keys", "index", "missing", "../apps/shop"):
            with self.subTest(name):
                self.assertFalse(listing.is_there(self.paths, name))


if __name__ == "__main__":
    unittest.main()
