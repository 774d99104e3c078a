"""An eye on a command that somebody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Watch:
    """Ends a command that does not move for `silence` seconds; None: it may stand as long as it likes."""

    def __init__(self, silence: float | None, end: Callable[[], None]) -> None:
        self._silence, self._end = silence, end
        self._moved = time.monotonic()
        self._over = threading.Event()
        self.stalled = False

    def __enter__(self) -> Watch:
        if self._silence is not None:
            threading.Thread(target=self._look, args=(self._silence,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def moved(self) -> None:
        """It has printed or taken something just now."""
        self._moved = time.monotonic()

    def _look(self, silence: float) -> None:
        while (left := self._moved + silence - time.monotonic()) > 0:
            if self._over.wait(left):
                return
        self.stalled = True
        self._end()
