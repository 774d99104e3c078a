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
    try:
        verdict = _hand_on(process.stdout, each_line, end, silence)
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


def _hand_on(out: IO[bytes], each_line: Callable[[bytes], None], end: float, silence: float | None) -> int | None:
    """Returns at the end of file with None, else why it was given up."""
    pending = b""
    with selectors.DefaultSelector() as selector:
        selector.register(out, selectors.EVENT_READ)
        while True:
            left = end - time.monotonic()
            if not selector.select(max(0.0, left if silence is None else min(left, silence))):
                return SILENT if silence is not None and left > silence else TIME_OVER
            data = os.read(out.fileno(), 65536)
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
