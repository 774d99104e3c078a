"""Streams that are read in order, and one that leaves room on the disk for what it becomes there."""

from __future__ import annotations

import io

from pocketpaas.engine.client import Engine
from pocketpaas.engine.root import engine_directory
from pocketpaas.failure import Failed
from pocketpaas.state import disk

_CHUNK = 65536
#: So much of the disk stays free for what serves: a server that finds no room ends.
_SPARE_BYTES = 256 << 20
_LOOK_BYTES = 1 << 20


class Reader(io.RawIOBase):
    """A stream that is read in order."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # io gives no other buffer
        data = self.read1(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def read1(self, size: int = _CHUNK) -> bytes:
        """Up to so many bytes; none at its end."""
        raise NotImplementedError


class WithRoom(Reader):
    """A dump on its way into a server, which writes it to the engine's disk. It ends with `Failed` before that is full:
    how large it becomes there nobody can say before."""

    def __init__(self, engine: Engine, given: Reader) -> None:
        super().__init__()
        self._place, self._given = engine_directory(engine), given
        self._read, self._look_at = 0, 0

    def read1(self, size: int = _CHUNK) -> bytes:
        if self._read >= self._look_at:
            self.refuse_short()
            self._look_at = self._read + _LOOK_BYTES
        found = self._given.read1(size)
        self._read += len(found)
        if not found:
            # What the server makes of it when it has all of it, such as indexes, takes room, too.
            self.refuse_short()
        return found

    def refuse_short(self) -> None:
        """Raises `Failed` where the disk is nearly full."""
        if not self._place.is_dir():
            return
        free = disk.free_kilobytes(self._place) << 10
        if free < _SPARE_BYTES:
            raise Failed(
                "disk-full",
                f"the host's disk is nearly full ({free >> 20} MB free): there is no room for what the dump becomes",
                "make room on the host: pocketpaas prune",
            )
