"""Several things at once: the engine takes its time for each, and takes several at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST = 32


class Task(Generic[_R]):
    """What a thread of its own does from now on. The end of the program does not wait for it."""

    def __init__(
        self, do: Callable[..., _R], *arguments: Any, when_over: Callable[[Task[_R]], None] | None = None
    ) -> None:
        self._when_over = when_over
        self._returned: list[_R] = []
        self._raised: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(do, arguments), daemon=True)
        self._thread.start()

    def _run(self, do: Callable[..., _R], arguments: tuple[Any, ...]) -> None:
        try:
            self._returned.append(do(*arguments))
        except BaseException as error:  # noqa: BLE001: handed on to who asks for the result
            self._raised = error
        if self._when_over is not None:
            self._when_over(self)

    def __enter__(self) -> Task[_R]:
        return self

    def __exit__(self, *_: object) -> None:
        self.wait()

    def wait(self, seconds: float | None = None) -> bool:
        """Returns when it is over, or (False) after that many seconds."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def result(self, seconds: float | None = None) -> _R:
        """What it returns, or raises; waits for it, and raises TimeoutError after that many seconds."""
        self._thread.join(seconds)
        if self._raised is not None:
            raise self._raised
        if not self._returned:
            raise TimeoutError
        return self._returned[0]


def each(do: Callable[[_T], _R], things: Iterable[_T]) -> list[_R]:
    """What `do` returns for each, in their order. All are tried; then the first exception is raised."""
    found = tried(do, things)
    for one in found:
        if isinstance(one, Exception):
            raise one
    return [one for one in found if not isinstance(one, Exception)]


def tried(do: Callable[[_T], _R], things: Iterable[_T]) -> list[_R | Exception]:
    """The same, with the exceptions in the places of what they kept from being returned."""
    items = list(things)
    found: list[_R | Exception] = [RuntimeError("not done")] * len(items)
    left = iter(range(len(items)))
    one_at_a_time = threading.Lock()

    def work() -> None:
        while True:
            with one_at_a_time:
                at = next(left, None)
            if at is None:
                return
            try:
                found[at] = do(items[at])
            except Exception as error:  # noqa: BLE001: handed on
                found[at] = error

    # This thread is one of them: for one thing no other is needed.
    with ExitStack() as others:
        for _ in range(min(len(items), _MOST) - 1):
            others.enter_context(Task(work))
        work()
    return found
