"""Ends a build that takes too long, or prints nothing for too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType

from pocketpaas.build.failure import BuildFailed, in_words

_LOOK = 0.5


class Watchdog:
    """Watches from the beginning to the end of the block; `stop` ends the build, from another thread, once."""

    def __init__(self, seconds: int, silence: int, stop: Callable[[], None]) -> None:
        self._seconds = seconds
        self._silence = silence
        self._stop = stop
        self._over = threading.Event()
        self._heard_at = time.monotonic()
        self._end = self._heard_at + seconds
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._verdict = ""

    def heard(self, each_line: Callable[[bytes], None]) -> Callable[[bytes], None]:
        """The same function, but what comes by is heard here, too."""

        def hear(line: bytes) -> None:
            self._heard_at = time.monotonic()
            each_line(line)

        return hear

    def refuse(self) -> None:
        """Raises `BuildFailed` where the build was ended here."""
        if self._verdict == "silent":
            text = f"the build printed nothing for {in_words(self._silence)} and was ended"
            raise BuildFailed("build-silent", text)
        if self._verdict:
            raise BuildFailed("build-timeout", f"the build took longer than {in_words(self._seconds)} and was ended")

    def __enter__(self) -> Watchdog:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(_LOOK):
            now = time.monotonic()
            if now >= self._end:
                self._verdict = "late"
            elif now - self._heard_at >= self._silence:
                self._verdict = "silent"
            if self._verdict:
                self._stop()
                return
