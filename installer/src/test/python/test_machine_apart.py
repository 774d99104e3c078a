"""What reads the directories of others: no link in them leads it out, whenever it was put there."""

from __future__ import annotations

import contextlib
import ctypes
import io
import os
import sys
import unittest
from pathlib import Path
from unittest import mock

from host_fixture import HostCase
from pocketpaas.backup import quiet
from pocketpaas.failure import Failed
from pocketpaas.machine import apart
from pocketpaas.machine.process import Ended, run


def may_mount() -> bool:
    """Root of a container may not everywhere."""
    return os.geteuid() == 0 and run(["unshare", "--mount", "true"]).ok


class CommandTest(HostCase):
    def test_the_command_comes_behind_the_directories(self) -> None:
        with mock.patch.object(os, "geteuid", lambda: 0):
            command = apart.apart(["restic", "backup"], "a-1", [Path("/a b"), Path("-c")])
            self.assertEqual(command[:3], [sys.executable, "-ISB", apart.__file__])
            self.assertEqual(command[3:], ["a-1", "2", "/a b", "-c", "restic", "backup"])
            self.assertEqual(apart.apart(["restic"]), ["restic"])

    def test_another_user_reads_nothing_of_roots_by_a_link(self) -> None:
        with mock.patch.object(os, "geteuid", lambda: 1000):
            self.assertEqual(apart.apart(["restic"], "a-1", [Path("/a")]), ["restic"])

    def test_names_of_mounts_are_read_as_the_kernel_writes_them(self) -> None:
        self.assertEqual(apart._unescaped(rb"/a\040b\134c\012"), "/a b\\c\n")

    def test_nothing_is_begun_where_the_kernel_follows_links_all_the_same(self) -> None:
        library = mock.Mock()
        library.unshare.return_value = library.mount.return_value = 0
        begun = mock.Mock()
        with mock.patch.object(ctypes, "CDLL", lambda *_, **__: library), mock.patch.object(os, "execvpe", begun):
            said = io.StringIO()
            with (
                mock.patch.object(apart, "_mounted", lambda directory: [directory]),
                contextlib.redirect_stderr(said),
            ):
                # It takes the flag, and nothing comes of it.
                self.assertEqual(apart.main(["", "1", str(self.paths.root), "true"]), apart.IMPOSSIBLE)
                library.unshare.return_value = -1
                self.assertEqual(apart.main(["", "1", str(self.paths.root), "true"]), apart.IMPOSSIBLE)
        begun.assert_not_called()
        self.assertIn("does not know the mount option nosymfollow", said.getvalue())


@unittest.skipUnless(may_mount(), "mounts are for root")
class NoFollowTest(HostCase):
    def setUp(self) -> None:
        super().setUp()
        self.host = self.tree(self.paths.root / "host", {"file": "canary"})
        self.volume = self.tree(self.paths.root / "with blank", {"own/file": "own"})
        (self.volume / "link").symlink_to(self.host)

    def read(self, *words: str) -> Ended:
        return run(apart.apart(words, directories=[self.volume]))

    def test_no_link_is_followed_and_all_else_is_as_it_was(self) -> None:
        self.assertIn("symbolic links", self.read("cat", str(self.volume / "link/file")).complaint)
        self.assertEqual(self.read("cat", str(self.volume / "own/file")).text, "own")
        self.assertEqual(self.read("readlink", str(self.volume / "link")).text, str(self.host))
        self.assertEqual(self.read("stat", "-c", "%d", str(self.volume)).text, str(self.volume.stat().st_dev))
        self.assertEqual((self.volume / "link/file").read_text(), "canary")

    def test_one_that_is_put_there_when_it_runs_already_is_not_followed_either(self) -> None:
        script = 'cat "$0/own/file" && mv "$1/own" "$1/moved" && ln -s "$2" "$1/own" && cat "$0/own/file"'
        # The same directory by another name, as the app has it.
        writable = run(["mktemp", "-d"]).text
        self.addCleanup(lambda: run(["sh", "-c", 'umount "$0"; rmdir "$0"', writable]))
        self.assertTrue(run(["mount", "--bind", str(self.volume), writable]).ok)
        ended = self.read("sh", "-c", script, str(self.volume), writable, str(self.host))
        self.assertEqual((ended.out, ended.ok), (b"own", False))
        self.assertEqual((self.volume / "own/file").read_text(), "canary")

    def test_what_is_mounted_below_is_read_in_the_same_way(self) -> None:
        inner = self.volume / "own"
        self.assertTrue(run(["mount", "-t", "tmpfs", "tmpfs", str(inner)]).ok)
        self.addCleanup(run, ["umount", str(inner)])
        (inner / "more").write_text("more")
        (inner / "link").symlink_to(self.host)
        self.assertEqual(self.read("cat", str(inner / "more")).text, "more")
        self.assertFalse(self.read("cat", str(inner / "link/file")).ok)

    def test_nothing_is_written_there_and_nothing_of_it_is_left_on_the_host(self) -> None:
        before = Path("/proc/self/mountinfo").read_text()
        self.assertIn("Read-only", self.read("touch", str(self.volume / "new")).complaint)
        self.assertEqual(Path("/proc/self/mountinfo").read_text(), before)

    def test_how_the_command_ends_is_told(self) -> None:
        self.assertEqual(self.read("sh", "-c", "exit 7").code, 7)
        self.assertEqual(self.read("no-such-program").code, 127)
        gone = run(apart.apart(["true"], directories=[self.volume / "gone"]))
        self.assertEqual(gone.code, apart.IMPOSSIBLE)
        self.assertIn("gone", gone.complaint)

    def test_a_copy_has_links_as_links(self) -> None:
        quiet.copy(self.volume, self.paths.root / "copy" / "v", quiet.LIVE)
        self.assertEqual(os.readlink(self.paths.root / "copy" / "v" / "link"), str(self.host))
        self.assertEqual((self.paths.root / "copy" / "v" / "own/file").read_text(), "own")
        with self.assertRaisesRegex(Failed, "could not be copied: .*gone"):
            quiet.copy(self.volume / "gone", self.paths.root / "copy" / "w", quiet.LIVE)


if __name__ == "__main__":
    unittest.main()
