"""What was written is on the disk."""

from __future__ import annotations

from pocketpaas.state import durable
from host_fixture import HostCase


class DurableTest(HostCase):
    def test_a_directory(self) -> None:
        durable.flush(self.paths.root)

    def test_what_is_none_is_told(self) -> None:
        with self.assertRaises(FileNotFoundError):
            durable.flush(self.paths.root / "gone")
