"""The files of a move's repository from host to host, by way of whoever drives the move. Restic names each but one by
its SHA-256 and never changes it, so only what the other side lacks goes over, and what comes is what was sent.

A parcel is a line `SIZE NAME` and the bytes; the last line is `0 .`."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from pocketpaas.backup import content
from pocketpaas.failure import BadRequest, CannotWrite, Failed
from pocketpaas.state import disk, values

_NAME = re.compile("config|(?:data/[0-9a-f]{2}|index|keys|snapshots)/[0-9a-f]{64}", re.ASCII)
_LINE = re.compile(rb"(0|[1-9][0-9]{0,14}) ([0-9a-z./]{1,80})\n")
#: In this order: a snapshot never comes before what it needs.
_ORDER = ("data", "index", "keys", "config", "snapshots")
_NEW = ".new."
_CHUNK = 1 << 20
_SPARE_KILOBYTES = 256 << 10


def listed(repository: Path) -> list[tuple[str, int]]:
    """The files with their sizes, in the order in which they have to go over."""
    found = []
    for parent, _, files in os.walk(repository):
        for one in files:
            path = Path(parent, one)
            name = str(path.relative_to(repository))
            if _NAME.fullmatch(name):
                found.append((name, path.stat().st_size))
    return sorted(found, key=lambda one: (_ORDER.index(one[0].partition("/")[0]), one[0]))


def send(repository: Path, wanted: Iterator[str], out: BinaryIO) -> None:
    """The files of these names. Raises `BadRequest` for what is none, OSError."""
    for name in wanted:
        if not _NAME.fullmatch(name):
            raise BadRequest("move: this is no file of a move")
        with open(repository / name, "rb") as file:
            out.write(f"{os.fstat(file.fileno()).st_size} {name}\n".encode())
            while piece := file.read(_CHUNK):
                out.write(piece)
    out.write(b"0 .\n")
    out.flush()


def receive(repository: Path, stream: BinaryIO) -> int:
    """Takes what comes; how many bytes. Each file is there whole or not at all. Raises `BadRequest` where it is cut off
    or not what its name says, `Failed` before the disk is full, `CannotWrite`."""
    values.make_directory(repository)
    _remove_left(repository)
    total = 0
    while True:
        line = stream.readline(128)
        found = _LINE.fullmatch(line)
        if found is None:
            raise BadRequest("move: what was sent is cut off")
        size, name = int(found[1]), found[2].decode("ascii")
        if name == ".":
            return total
        if not _NAME.fullmatch(name):
            raise BadRequest("move: this is no file of a move")
        _take(repository, name, size, stream)
        total += size


def remove_damaged(repository: Path) -> None:
    """What is not what its name says goes, and what has no such name: it is sent again. Raises OSError."""
    for name, _ in listed(repository):
        file = repository / name
        if name == "config" or content.digest(file) != file.name:
            values.remove(file)


def _remove_left(repository: Path) -> None:
    """What receivers that were killed have left."""
    for file in repository.glob(f"{_NEW}*"):
        if not Path("/proc", file.name.removeprefix(_NEW).partition(".")[0]).exists():
            values.remove(file)


def _take(repository: Path, name: str, size: int, stream: BinaryIO) -> None:
    if disk.free_kilobytes(repository) < _SPARE_KILOBYTES + size // 1024:
        cure = "make room there: pocketpaas prune --host HOST; then run the same command again"
        raise Failed("disk-full", "the disk of the host that receives is nearly full", cure)
    target, new = repository / name, ""
    digest, left = hashlib.sha256(), size
    try:
        values.make_directory(target.parent)
        # Somebody else may be receiving the same file.
        number, new = tempfile.mkstemp(prefix=f"{_NEW}{os.getpid()}.", dir=repository)
        with open(number, "wb") as file:
            while left:
                piece = stream.read(min(left, _CHUNK))
                if not piece:
                    raise BadRequest("move: what was sent is cut off")
                file.write(piece)
                digest.update(piece)
                left -= len(piece)
            file.flush()
            os.fsync(file.fileno())
        if name != "config" and digest.hexdigest() != target.name:
            raise BadRequest(f"move: {name} came damaged")
        os.rename(new, target)
        new = ""
    except OSError as error:
        raise CannotWrite(target, error) from error
    finally:
        if new:
            values.remove(Path(new))
