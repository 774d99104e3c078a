"""Holes of files: they read as zeros, and take nothing on the disk. A file of ten terabytes may take four kilobytes,
and to read it takes a day: whoever reads the files of an app passes over them."""

from __future__ import annotations

import errno
import hashlib
import os
from typing import BinaryIO

from pocketpaas.failure import Failed

#: restic reads them, for the more than two minutes that so many bytes take.
MOST = 64 << 30
#: What is less is no hole that matters: a disk gives whole blocks, and may keep the last bytes elsewhere.
_LEAST = 64 << 10
_BLOCK = 64 << 10
#: Of stat(2), whatever the disk has.
_UNIT = 512
_SHOWN = 200


def of(told: os.stat_result) -> int:
    """The bytes of the file that are in holes; 0 where those are few. What is compressed by the disk counts, too."""
    missing = told.st_size - told.st_blocks * _UNIT
    return missing if missing > _LEAST else 0


def on_disk(told: os.stat_result) -> int:
    """The other bytes of the file."""
    return told.st_size - of(told)


def refuse_more(found: int, own: int, path: str) -> None:
    """Raises `Failed` where so many bytes in holes are too many to be stored; the file there has its `own` of them."""
    if own and found > MOST:
        raise Failed(
            "too-many-holes",
            f'the file "{path[:_SHOWN]}" cannot be stored: it has {_text(own)} of holes, and an app may have '
            f"{_text(MOST)} "
            "in all: each byte of them has to be read",
            "have the app remove that file, or make it shorter",
        )


def _text(size: int) -> str:
    return f"{size >> 30} GB" if size >= 1 << 30 else f"{size >> 20} MB"


def digest_of(stream: BinaryIO, size: int) -> str:
    """The SHA-256 over the size, and over each block that holds anything but zeros with its place: it is the same
    wherever the disk has holes in the file. Raises OSError."""
    found, descriptor = hashlib.sha256(b"%d\0" % size), stream.fileno()
    at = 0
    while at < size and (data := _next(descriptor, at, os.SEEK_DATA)) is not None:
        # A block counts as a whole, and once.
        at = max(at, data - data % _BLOCK)
        hole = _next(descriptor, data, os.SEEK_HOLE)
        end = size if hole is None else min(hole, size)
        while at < end:
            block = os.pread(descriptor, min(_BLOCK, size - at), at)
            if block.count(0) < len(block):
                found.update(b"%d\0" % at + block)
            at += _BLOCK
    return found.hexdigest()


def _next(descriptor: int, at: int, what: int) -> int | None:
    """Where the next one begins; None where there is none before the end of the file."""
    try:
        return os.lseek(descriptor, at, what)
    except OSError as error:
        if error.errno == errno.ENXIO:
            return None
        raise
