"""What a layer is when it is unpacked: its digest, while it passes, as it is or packed with gzip
(https://github.com/opencontainers/image-spec/blob/main/config.md#layer-diffid)."""

from __future__ import annotations

import hashlib
import zlib

from pocketpaas.failure import BadRequest

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_WITH_GZIP_HEADER = 16 + zlib.MAX_WBITS
_PIECE = 1 << 20


class LayerDigest:
    """Takes the bytes of one layer as they come."""

    def __init__(self, most: int) -> None:
        """At most `most` bytes, unpacked."""
        self._most = most
        self._head = b""
        self._unpacking: zlib._Decompress | None = None
        self._is_begun = False
        self._sum = hashlib.sha256()
        self._size = 0

    def add(self, data: bytes) -> None:
        """The next bytes. Raises `BadRequest` for a layer that is packed otherwise, damaged or too large."""
        if self._is_begun:
            self._take(data)
            return
        self._head += data
        if len(self._head) >= len(_ZSTD):
            self._begin()

    def text(self) -> str:
        """`sha256:…` of all that came, unpacked. Raises `BadRequest` where the end is missing."""
        if not self._is_begun:
            self._begin()
        if self._unpacking is not None and not self._unpacking.eof:
            raise BadRequest("a layer of the image is damaged: its end is missing")
        return f"sha256:{self._sum.hexdigest()}"

    def _begin(self) -> None:
        self._is_begun = True
        if self._head.startswith(_ZSTD):
            raise BadRequest("a layer of the image is packed with zstd, which is not supported; send it with gzip")
        if self._head.startswith(_GZIP):
            self._unpacking = zlib.decompressobj(_WITH_GZIP_HEADER)
        head, self._head = self._head, b""
        self._take(head)

    def _take(self, data: bytes) -> None:
        if self._unpacking is None:
            self._count(data)
            return
        try:
            while data:
                if self._unpacking.eof:
                    # A file of gzip may have several parts.
                    self._unpacking = zlib.decompressobj(_WITH_GZIP_HEADER)
                self._count(self._unpacking.decompress(data, _PIECE))
                data = self._unpacking.unconsumed_tail or self._unpacking.unused_data
        except zlib.error as error:
            raise BadRequest(f"a layer of the image is damaged: {error}") from error

    def _count(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._most:
            raise BadRequest(f"a layer of the image has more than {self._most >> 20} MB, unpacked")
        self._sum.update(data)
