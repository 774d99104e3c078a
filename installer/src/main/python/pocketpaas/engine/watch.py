"""An eye on a command that somebody waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pocketpaas.engine.cgroup import Work

#: What was moved lets a command go on for longer: what is to be made of it, an index, say, is as large.
_BYTES_A_SECOND = 250_000
#: A container that does less than that only waits: parts of a processor, and bytes a second from and to the disk.
_CPU, _IO = 0.05, 100_000


@dataclass(frozen=True)
class Patience:
    """How long (s) a command may move nothing: `idle` where its container does nothing either, as what waits for a lock
    or sleeps; `most` and longer, by what was moved, where that works. An app may make it work on nothing."""

    idle: float
    most: float


class Watch:
    """Ends a command that does not move for so long; None: it may stand as long as it likes. `work` is what its
    container has done up to now; None where nobody knows, and then it may be at work."""

    def __init__(
        self,
        silence: Patience | float | None,
        end: Callable[[], None],
        work: Callable[[], Work | None] = lambda: None,
    ) -> None:
        self._patience = Patience(silence, silence) if isinstance(silence, (int, float)) else silence
        self._end, self._work = end, work
        self._moved = self._worked = time.monotonic()
        self._bytes = 0
        self._others, self._lock = 0, threading.Lock()
        self._over = threading.Event()
        self.stalled = False
        #: How long it had stood then.
        self.stood = 0.0

    def __enter__(self) -> Watch:
        if self._patience is not None:
            threading.Thread(target=self._look, args=(self._patience,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def moved(self, size: int = 0) -> None:
        """It has printed or taken something just now."""
        self._bytes += size
        self._moved = time.monotonic()

    @contextmanager
    def waits_for_others(self) -> Iterator[None]:
        """It waits for who reads what it prints, or for what it is given: that is not its fault."""
        with self._lock:
            self._others += 1
        try:
            yield
        finally:
            with self._lock:
                self._others -= 1
            self.moved()

    def _look(self, patience: Patience) -> None:
        looks = patience.idle < patience.most
        before, at = self._work() if looks else None, time.monotonic()
        while (left := self._left(patience, looks)) > 0:
            if self._over.wait(min(left, patience.idle / 8) if looks or self._others else left):
                return
            if self._others:
                self.moved()
            if looks:
                now, then = self._work(), time.monotonic()
                if now is None or before is None or now.is_more(before, (then - at) * _CPU, (then - at) * _IO):
                    self._worked = then
                before, at = now, then
        self.stalled, self.stood = True, time.monotonic() - self._moved
        self._end()

    def _left(self, patience: Patience, looks: bool) -> float:
        """How long it may still stand."""
        now = time.monotonic()
        left = self._moved + patience.most + (self._bytes / _BYTES_A_SECOND if looks else 0) - now
        return min(left, max(self._moved, self._worked) + patience.idle - now) if looks else left
