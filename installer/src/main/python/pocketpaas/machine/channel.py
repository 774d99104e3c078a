"""A verb whose standard streams are those of a program that it runs: the caller's terminal, and the caller's end."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from pocketpaas.failure import Cancelled
from pocketpaas.machine.client import Client
from pocketpaas.machine.held_back import ENDING

_LOOK = 0.5
_TERM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,39}", re.ASCII)
#: What a terminal's program is told when its terminal is gone.
HANGUP = 129


def standard_error(data: bytes) -> None:
    """Where a verb tells what is no part of its answer."""
    os.write(2, data)


def terminal_kind() -> str:
    """The kind of the caller's terminal, as sshd was told; empty for one that cannot be told on."""
    term = os.environ.get("TERM", "")
    return term if _TERM.fullmatch(term) else ""


def window() -> tuple[int, int]:
    """Rows and columns of the caller's terminal."""
    rows, columns, _, _ = struct.unpack("HHHH", fcntl.ioctl(0, termios.TIOCGWINSZ, b"\0" * 8))
    return rows, columns


@contextmanager
def raw_terminal() -> Iterator[None]:
    """Every byte as it is typed: the container's own terminal makes signals and lines of them."""
    import tty as terminals

    before = termios.tcgetattr(0)
    terminals.setraw(0)
    try:
        yield
    finally:
        try:
            termios.tcsetattr(0, termios.TCSADRAIN, before)
        except termios.error:
            # It is gone, with whoever sat there.
            pass


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """A signal that asks for the end raises `Cancelled`, once."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        raise Cancelled

    before = {number: signal.signal(number, end) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def watched(client: Client) -> Iterator[None]:
    """A client that goes away ends the command: one that is quiet writes nothing that could fail."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK):
            if not client.is_there():
                os.kill(os.getpid(), signal.SIGHUP)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        # Not waited for longer than one look takes.
        watcher.join(2 * _LOOK)
