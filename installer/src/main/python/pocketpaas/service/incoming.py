"""What comes as a dump, whichever way it was sent."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import BinaryIO

from pocketpaas.failure import Failed
from pocketpaas.service.reader import Reader

_CHUNK = 65536
#: What says what a stream is, in its beginning: tar says it last.
_HEAD, _TAR = 512, (257, b"ustar")


class Pieces(Reader):
    """What comes in pieces, each behind its length (4 bytes, the highest first); the end is one of length 0. A stream
    that ends without it was cut off, which raises `Failed`: of a connection that is lost nothing else tells."""

    def __init__(self, given: BinaryIO) -> None:
        super().__init__()
        self._given = given
        self._left = 0
        self._ended = False

    def read1(self, size: int = _CHUNK) -> bytes:
        if not self._left and not self._ended:
            self._left = int.from_bytes(self._exactly(4), "big")
            self._ended = not self._left
        if self._ended:
            return b""
        data = self._exactly(min(size, self._left))
        self._left -= len(data)
        return data

    def _exactly(self, size: int) -> bytes:
        data = self._given.read(size)
        if len(data) < size:
            raise Failed("dump-cut", "the dump ends too early: the connection ended before all of it had come")
        return data


class Peeked(Reader):
    """What a stream begins with is known (`head`) before it is read."""

    def __init__(self, given: BinaryIO | Reader) -> None:
        super().__init__()
        # Of the two kinds mypy makes one that cannot be called.
        self._read: Callable[[int], bytes] = getattr(given, "read1", None) or given.read  # type: ignore[assignment]
        self.head = b""
        while len(self.head) < _HEAD and (more := self._read(_CHUNK)):
            self.head += more
        self._first = self.head

    @property
    def is_tar(self) -> bool:
        """Whether it is an archive of tar."""
        place, mark = _TAR
        return self.head[place:].startswith(mark)

    def read1(self, size: int = _CHUNK) -> bytes:
        if self._first:
            data, self._first = self._first[:size], self._first[size:]
            return data
        return self._read(size)


class Unzipped(Reader):
    """What is in a gzip stream; one that is cut off raises `Failed`, so that a part never counts as the whole."""

    def __init__(self, given: Reader) -> None:
        super().__init__()
        self._given = given
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._rest = b""

    def read1(self, size: int = _CHUNK) -> bytes:
        while True:
            if self._inflate.eof and self._inflate.unused_data:
                # Several streams one after the other are one.
                self._rest = self._inflate.unused_data
                self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
            data = self._rest or self._given.read1(_CHUNK)
            self._rest = b""
            if not data:
                if self._inflate.eof:
                    return b""
                raise Failed("dump-cut", "the dump ends too early: its gzip stream was cut off")
            try:
                found = self._inflate.decompress(data, size)
            except zlib.error as error:
                raise Failed("dump-damaged", f"the dump is damaged: {error}") from error
            self._rest = self._inflate.unconsumed_tail
            if found:
                return found
