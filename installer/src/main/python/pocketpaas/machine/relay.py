"""Handing on the lines of another program to somebody who may have stopped reading."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable, Iterable

#: A reader that takes nothing for so long after the last line is no reader.
_STUCK = 5.0
_CHUNK = 65536


def relay(
    source: int, sink: int, transform: Callable[[bytes], Iterable[bytes]], ending: Callable[[], Iterable[bytes]]
) -> None:
    """Reads `source` to its end of file and writes what `transform` makes of each line, then the `ending`. Never waits
    for a reader that is gone, and goes on reading for one that is."""
    pending, rest, over, broken = b"", b"", False, False
    moved = time.monotonic()
    while not over or (pending and not broken):
        readable, writable, _ = select.select(
            [] if over or len(pending) > _CHUNK else [source], [sink] if pending and not broken else [], [], _STUCK
        )
        if readable:
            data = os.read(source, _CHUNK)
            *lines, rest = (rest + data).split(b"\n")
            if not data:
                over, lines = True, [rest] if rest else []
            shown = [part for one in lines for part in transform(one)] + (list(ending()) if over else [])
            pending += b"".join(one + b"\n" for one in shown)
            moved = time.monotonic()
        if writable:
            try:
                # A pipe that is ready takes PIPE_BUF without blocking.
                pending = pending[os.write(sink, pending[: select.PIPE_BUF]) :]
                moved = time.monotonic()
            except OSError:
                broken, pending = True, b""
        if broken:
            pending = b""
        if over and time.monotonic() - moved >= _STUCK:
            return
        if not readable and not writable and len(pending) > _CHUNK and time.monotonic() - moved >= _STUCK:
            # Nobody reads: the rest is not kept, so that the sender can come to its end.
            broken, pending = True, b""
