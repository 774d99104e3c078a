"""What was written is on the disk."""

from __future__ import annotations

from unittest import mock

from pocketpaas.state import durable
from pocketpaas.state.durable import flush
from host_fixture import HostCase


class DurableTest(HostCase):
    def test_a_directory(self) -> None:
        flush(self.paths.root)

    def test_a_disk_that_fails_is_told(self) -> None:
        with mock.patch.object(durable.ctypes, "CDLL") as library, mock.patch.object(
            durable.ctypes, "get_errno", lambda: 5
        ):
            library.return_value.syncfs.return_value = -1
            with self.assertRaisesRegex(OSError, "Input/output error"):
                flush(self.paths.root)

    def test_what_is_none_is_told(self) -> None:
        with self.assertRaises(FileNotFoundError):
            flush(self.paths.root / "gone")
