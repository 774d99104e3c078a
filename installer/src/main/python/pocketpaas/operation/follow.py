"""Watching an operation: its log from the beginning, and its exit code. May be done by anybody, at any time, more than
once; nothing that happens to the watcher or to its output touches the work."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator
from typing import BinaryIO

from pocketpaas.machine.client import Client
from pocketpaas.machine.events import line
from pocketpaas.machine.watch import watched
from pocketpaas.operation.work import Work
from pocketpaas.state import values

#: What is written within that time is shown together; so often is looked where the kernel tells of nothing.
_POLL = 0.02
#: Whether work and client are still there is asked less often than whether there is something to show.
_ASK = 0.25
#: One whose output nobody takes for so long after the work has ended is watched by nobody.
_STUCK = 5.0
_CHUNK = 65536


def follow(work: Work, client: Client, output: int = 1) -> int:
    """Shows the log and returns the operation's exit code: when it has ended, and all of it was shown or cannot be; 1
    where the client is gone."""
    pending = b""
    moved, asked, over = time.monotonic(), 0.0, False
    result = os.fspath(work.directory / "result")
    with open(work.log, "rb") as log, watched(work.directory, _POLL) as wait:
        while True:
            asks = time.monotonic() - asked > _ASK
            if asks:
                asked = time.monotonic()
            over = over or os.path.exists(result) or (asks and not work.runs())
            if over:
                _tell_death(work)
            pending += log.read(_CHUNK)
            if pending:
                written = _write_some(output, pending)
                if written < 0:
                    return 1
                pending = pending[written:]
                if written:
                    moved = time.monotonic()
                elif over and time.monotonic() - moved > _STUCK:
                    return _code(work)
                elif not client.is_there():
                    return 1
            elif over:
                return _code(work)
            else:
                if asks and not client.is_there():
                    return 1
                # Cheap: who waits for a build must not take the processor from it.
                time.sleep(max(0.0, moved + _POLL - time.monotonic()))
                wait(_ASK)


def _code(work: Work) -> int:
    code = work.result
    return 1 if code is None else code


def _write_some(output: int, data: bytes) -> int:
    """How many bytes could be written within a moment; -1 where nobody reads any more."""
    try:
        _, ready, _ = select.select([], [output], [], _POLL)
        # A pipe that is ready takes PIPE_BUF without blocking.
        return os.write(output, data[: select.PIPE_BUF]) if ready else 0
    except (BrokenPipeError, ConnectionError):
        return -1


def _tell_death(work: Work) -> None:
    """Where it left no result, its log says so; once."""
    if work.ended or (work.directory / "died").exists():
        return
    work.give_back_reserve()
    values.touch(work.directory / "died", 0o600)
    with open(work.log, "rb+") as log:
        size = log.seek(0, os.SEEK_END)
        # It may have died in the middle of a line.
        unfinished = size > 0 and _last_byte(log, size) != b"\n"
        text = ["" if unfinished else None, *_death_lines()]
        log.seek(0, os.SEEK_END)
        log.write(values.encode("".join(f"{one}\n" for one in text if one is not None)))
    work.clean()


def _last_byte(log: BinaryIO, size: int) -> bytes:
    return os.pread(log.fileno(), 1, size - 1)


def _death_lines() -> Iterator[str]:
    yield line("fail", "died", "the work ended without a result: it was killed, or the machine was restarted")
    yield line("hint", "run the command again; it goes on from what is live")
