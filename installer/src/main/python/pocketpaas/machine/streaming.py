"""Reading the lines of a program while it runs, within bounds of time and silence."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_GRACE = 5.0
#: A line without an end is handed on in pieces: a program that never ends one must not fill the memory.
_MAX_PENDING = 64 * 1024
#: So little a program moves that only looks whether somebody answers.
_LEAST_MOVED = 64 * 1024
_LOOK_SECONDS = 5.0

TIME_OVER = 124
SILENT = 125


def stream_lines(
    command: Sequence[str],
    each_line: Callable[[bytes], None],
    seconds: float,
    silence: float | None,
    stdin: IO[bytes] | None,
    environment: Mapping[str, str],
    directory: Path | str,
    stall: float | None,
    talk_counts: bool = False,
) -> int:
    """See `process.stream`."""
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.DEVNULL if stdin is None else stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=dict(environment),
        cwd=directory,
        start_new_session=True,
    )
    assert process.stdout is not None
    end = time.monotonic() + seconds
    watch = None if stall is None else _Watch(process.pid, stall, talk_counts)
    try:
        verdict = _hand_on(process.stdout, each_line, end, silence, watch)
        if verdict is None:
            try:
                # It may have closed its output and live on.
                return process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                verdict = TIME_OVER
        end_group(process)
        return verdict
    except BaseException:
        end_group(process)
        raise
    finally:
        process.stdout.close()


class _Watch:
    """Whether a program moves bytes: reads files, writes to connections. What it prints does not count, unless
    `talk_counts`: each time that it prints is enough then."""

    def __init__(self, pid: int, seconds: float, talk_counts: bool) -> None:
        self._file = Path(f"/proc/{pid}/io")
        self._seconds = seconds
        self._talk_counts = talk_counts
        self._printed = 0
        self._mark = self._moved()
        self._looked = self._since = time.monotonic()

    def is_stalled(self) -> bool:
        """It has moved next to nothing for the time that it may, since it moved more the last time."""
        now = time.monotonic()
        if now - self._looked >= min(_LOOK_SECONDS, self._seconds):
            self._looked, moved = now, self._moved()
            if moved - self._mark >= _LEAST_MOVED:
                self._mark, self._since = moved, now
            return now - self._since >= self._seconds
        return False

    def _moved(self) -> int:
        try:
            lines = self._file.read_text(encoding="ascii").splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) for line in lines if line.startswith(("rchar:", "wchar:"))) - self._printed

    def hear(self, length: int) -> None:
        """It has printed so many bytes."""
        self._printed += length
        if self._talk_counts:
            self._since = time.monotonic()


def _hand_on(
    out: IO[bytes],
    each_line: Callable[[bytes], None],
    end: float,
    silence: float | None,
    watch: _Watch | None,
) -> int | None:
    """Returns at the end of file with None, else why it was given up."""
    pending = b""
    heard = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        while True:
            quiet_until = end if silence is None else min(end, heard + silence)
            wake = quiet_until if watch is None else min(quiet_until, time.monotonic() + _LOOK_SECONDS)
            ready = selector.select(max(0.0, wake - time.monotonic()))
            if watch is not None and watch.is_stalled():
                return SILENT
            if not ready:
                if time.monotonic() < quiet_until:
                    continue
                return SILENT if quiet_until < end else TIME_OVER
            data = os.read(out.fileno(), 65536)
            heard = time.monotonic()
            if watch is not None:
                watch.hear(len(data))
            if not data:
                if pending:
                    each_line(pending)
                return None
            *whole, pending = (pending + data).split(b"\n")
            for one in whole:
                each_line(one)
            if len(pending) > _MAX_PENDING:
                each_line(pending)
                pending = b""


def end_group(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the program's group, five seconds later SIGKILL. Returns when the program has ended."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        try:
            process.wait(_GRACE)
            return
        except subprocess.TimeoutExpired:
            continue
    process.wait()
