"""The same for several things at once: the engine takes its time for each, and takes several at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")
_R = TypeVar("_R")
_MOST = 32


def each(do: Callable[[_T], _R], things: Iterable[_T]) -> list[_R]:
    """What `do` returns for each, in their order. All are tried; then the first exception is raised."""
    return [one.result() for one in _all(do, things)]


def tried(do: Callable[[_T], _R], things: Iterable[_T]) -> list[_R | Exception]:
    """The same, with the exceptions in the places of what they kept from being returned."""
    return [error if isinstance(error := one.exception(), Exception) else one.result() for one in _all(do, things)]


def _all(do: Callable[[_T], _R], things: Iterable[_T]) -> list[Future[_R]]:
    items = list(things)
    if not items:
        return []
    if len(items) == 1:
        return [_here(do, items[0])]
    with ThreadPoolExecutor(min(len(items), _MOST)) as pool:
        return [pool.submit(do, one) for one in items]


def _here(do: Callable[[_T], _R], thing: _T) -> Future[_R]:
    """For one thing no thread is needed."""
    done: Future[_R] = Future()
    try:
        done.set_result(do(thing))
    except Exception as error:  # noqa: BLE001: handed on, as by a thread
        done.set_exception(error)
    return done
