"""Directories that are nested deeper than a program may call itself."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

from host_fixture import HostCase
from pocketpaas.query import prune
from pocketpaas.state import deep, values

_LEVELS = 3000


def nest(directory: Path, levels: int = _LEVELS) -> None:
    """A tree of so many levels, with a file and an empty directory in each."""
    values.make_directory(directory)
    at = os.open(directory, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("e", dir_fd=at)
        os.close(os.open("f", os.O_WRONLY | os.O_CREAT, dir_fd=at))
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)


class DeepTest(HostCase):
    """A tree as an app makes it."""

    def setUp(self) -> None:
        super().setUp()
        self.nested = self.paths.root / "tree"
        nest(self.nested)
        self.addCleanup(values.remove_tree, self.nested)

    def test_it_goes_however_few_descriptors_there_may_be(self) -> None:
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        opened = len(os.listdir("/proc/self/fd"))
        resource.setrlimit(resource.RLIMIT_NOFILE, (opened + 70, before[1]))
        try:
            values.remove_tree(self.nested)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        self.assertFalse(os.path.lexists(self.nested))
        self.assertEqual(len(os.listdir("/proc/self/fd")), opened)

    def test_it_goes_for_a_fresh_directory(self) -> None:
        values.fresh_directory(self.nested)
        self.assertEqual(os.listdir(self.nested), [])

    def test_it_is_looked_through(self) -> None:
        self.assertGreater(sum(1 for _ in deep.walk(self.nested)), 1900)
        self.assertGreaterEqual(prune.size_on_disk(self.nested), 0)


class LinksTest(HostCase):
    """What leads elsewhere stays there."""

    def test_no_link_is_followed_and_what_it_leads_to_stays(self) -> None:
        kept = self.paths.root / "kept"
        values.make_directory(kept)
        values.put(kept / "file", "x")
        tree = self.paths.root / "tree"
        nest(tree, 70)
        for name in ("link", "d/link", "/".join(["d"] * 65) + "/link"):
            (tree / name).symlink_to(kept)
        os.mkfifo(tree / "pipe")
        (tree / "closed").mkdir(mode=0o000)
        values.remove_tree(tree)
        self.assertEqual((os.path.lexists(tree), os.listdir(kept)), (False, ["file"]))
        tree.symlink_to(kept)
        values.remove_tree(tree)
        self.assertEqual((os.path.lexists(tree), os.listdir(kept)), (False, ["file"]))
        self.assertRaises(NotADirectoryError, deep.remove_directory, kept / "file")

    def test_directories_that_others_exchange_for_links_meanwhile(self) -> None:
        kept = self.paths.root / "kept"
        values.make_directory(kept)
        for number in range(50):
            values.put(kept / str(number), "x")
        over = threading.Event()
        tree = self.paths.root / "tree"

        def exchange() -> None:
            while not over.is_set():
                try:
                    os.rename(tree / "d", self.paths.root / "aside")
                    os.symlink(kept, tree / "d")
                    os.unlink(tree / "d")
                    os.rename(self.paths.root / "aside", tree / "d")
                except OSError:
                    pass
                values.remove_tree(self.paths.root / "aside")

        other = threading.Thread(target=exchange)
        other.start()
        try:
            for _ in range(100):
                nest(tree, 5)
                try:
                    values.remove_tree(tree)
                except OSError:
                    # Something was put there again and again.
                    pass
        except (FileNotFoundError, FileExistsError):
            # Of `nest`, whose directory was taken away, or that has come to `kept` for a second time.
            pass
        finally:
            over.set()
            other.join()
        values.remove_tree(tree)
        # What is made here may get there, but nothing that was there goes.
        self.assertLessEqual({str(number) for number in range(50)}, set(os.listdir(kept)))
