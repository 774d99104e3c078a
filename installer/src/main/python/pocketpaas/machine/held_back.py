"""Signals that ask for the end, held back while something is done that must not be left half-way."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType, TracebackType
from typing import Any

#: Signals that ask for the end.
ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class HeldBack:
    """From `begin` to the end of the block such a signal waits; then it does what it would have done. (Only the main
    thread hears signals: in another one there is nothing to hold back.)"""

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Any] = {}
        self._came: list[int] = []

    def begin(self) -> None:
        """What is done from here on is done to its end."""
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._keep) for number in ENDING}

    def _keep(self, number: int, _frame: FrameType | None) -> None:
        self._came.append(number)

    def __enter__(self) -> HeldBack:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if self._came:
            os.kill(os.getpid(), self._came[0])
