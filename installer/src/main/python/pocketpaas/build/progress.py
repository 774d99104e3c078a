"""What BuildKit tells of a build (control.proto, StatusResponse), as lines for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

_MAX_LINE = 4000


class Progress:
    """Turns StatusResponse messages (control.proto: vertexes 1, logs 3) into lines."""

    def __init__(self, each_line: Callable[[bytes], None]) -> None:
        self._each_line = each_line
        self._numbers: dict[bytes, int] = {}
        self._names: dict[bytes, str] = {}
        self._ended: set[bytes] = set()
        self._parts: dict[bytes, bytes] = {}

    def show(self, message: bytes) -> None:
        """One message."""
        for number, value in fields(message):
            if number == 1 and isinstance(value, bytes):
                self._vertex(dict(fields(value)))
            elif number == 3 and isinstance(value, bytes):
                self._log(dict(fields(value)))

    def end(self) -> None:
        """Prints what has no end of line yet."""
        for digest, rest in self._parts.items():
            if rest:
                self._print(digest, rest)
        self._parts.clear()

    def _vertex(self, vertex: Mapping[int, Any]) -> None:
        digest, name = vertex.get(1, b""), vertex.get(3, b"").decode("utf-8", "replace")
        # What the engine does for itself is of interest only where it fails.
        if digest in self._ended or (7 not in vertex and (name.startswith("[internal]") or name == "copy /context /")):
            return
        if 5 not in vertex and 4 not in vertex and 7 not in vertex:
            return
        if digest not in self._numbers:
            self._numbers[digest] = len(self._numbers) + 1
            self._line(f"#{self._numbers[digest]} {name}")
        if 6 not in vertex and 4 not in vertex:
            return
        rest = self._parts.pop(digest, b"")
        if rest:
            self._print(digest, rest)
        self._ended.add(digest)
        if vertex.get(7):
            self._line(f"#{self._numbers[digest]} ERROR: {vertex[7].decode('utf-8', 'replace')}")
        elif vertex.get(4):
            self._line(f"#{self._numbers[digest]} CACHED")
        elif 5 in vertex:
            self._line(f"#{self._numbers[digest]} DONE {seconds(vertex[6]) - seconds(vertex[5]):.1f}s")

    def _log(self, log: Mapping[int, Any]) -> None:
        digest = log.get(1, b"")
        *whole, rest = (self._parts.get(digest, b"") + log.get(4, b"")).split(b"\n")
        for line in whole:
            self._print(digest, line)
        if len(rest) > _MAX_LINE:
            self._print(digest, rest)
            rest = b""
        self._parts[digest] = rest

    def _print(self, digest: bytes, line: bytes) -> None:
        self._line(f"#{self._numbers.get(digest, 0)} {line.decode('utf-8', 'replace')}")

    def _line(self, text: str) -> None:
        self._each_line(text.encode("utf-8", "replace"))


def fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """The fields of a protocol buffer: numbers as int, all else as bytes."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(message, at)
            yield key >> 3, value
            continue
        if kind == 2:
            size, at = varint(message, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise ValueError("a message of the engine cannot be read")
        yield key >> 3, message[at:at + size]
        at += size


def varint(message: bytes, at: int) -> tuple[int, int]:
    """A number of variable length at a place, and the place after it."""
    value = shift = 0
    while True:
        if at >= len(message):
            raise ValueError("a message of the engine ends early")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def seconds(timestamp: bytes) -> float:
    """A google.protobuf.Timestamp."""
    parts = dict(fields(timestamp))
    return float(parts.get(1, 0)) + float(parts.get(2, 0)) / 1e9
