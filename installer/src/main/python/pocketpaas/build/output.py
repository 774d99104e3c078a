"""What a build prints, handed on within bounds."""

from __future__ import annotations

from pocketpaas.machine.events import Reporter

_MOST_BYTES = 5_000_000


class Output:
    """Hands on lines, and leaves the rest out when a build prints far too much."""

    def __init__(self, reporter: Reporter) -> None:
        self._reporter = reporter
        self._bytes = 0

    def line(self, data: bytes) -> None:
        """One line."""
        if self._bytes > _MOST_BYTES:
            return
        self._bytes += len(data) + 1
        if self._bytes > _MOST_BYTES:
            data = f"… the build prints more than {_MOST_BYTES // 1_000_000} MB; the rest is left out".encode()
        self._reporter.output(data)
