"""What every change works with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.failure import BadRequest
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release.running import Running
from pocketpaas.state import values


@dataclass(frozen=True)
class Changing:
    """The operation, what runs of the app (after reconcile), and the app's lock, which is held."""

    operation: Operation
    running: Running
    lock: Lock

    @property
    def operator(self) -> Path:
        """What commands have set of the app."""
        return self.operation.paths.app(self.operation.app) / "operator"

    @property
    def sent(self) -> Path:
        """The values that came with the request."""
        return self.operation.work.directory / "values"

    def lines(self, name: str) -> tuple[str, ...]:
        """A list that came with the request."""
        return values.lines(self.sent / name)


#: A change: what it works with, its arguments; its exit code.
Change = Callable[[Changing, Sequence[str]], int]


def no_arguments(arguments: Sequence[str]) -> None:
    """Raises `BadRequest` where there are some."""
    if arguments:
        raise BadRequest(f'"{arguments[0]}" is not expected here')
