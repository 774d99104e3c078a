"""The consoles and tunnels by which somebody is in the data of an app. Each is known before it begins, so that an app
that leaves this host, and an upgrade, can end all of them: services/<name>/sessions/<id>/ holds `app`, `pid`,
`execution` (what the engine calls the command in the container) and `lock`, which its program holds as long as it
runs."""

from __future__ import annotations

import os
import secrets
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.engine import exec_kill
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failed
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import values

_POLL = 0.05
#: A program that was asked to end is killed after so long (s), and what still runs then is a failure.
_PATIENCE, _END_SECONDS = 5.0, 20.0


@dataclass(frozen=True)
class Session:
    """One of them."""

    directory: Path

    def note(self, execution: str) -> None:
        """What it runs in the container, before that begins. Raises `CannotWrite`."""
        values.write(self.directory / "execution", execution, durable=False)

    def end_command(self, engine: Engine) -> None:
        """Nothing of it runs in the container."""
        execution = values.read_or(self.directory / "execution", "")
        if execution:
            exec_kill.kill(engine, execution)


@contextmanager
def known(engine: Engine, link: Link, holder: Holder) -> Iterator[Session]:
    """It is known in the block, and what it has begun in the container ends with it. Whether the app may be written to
    is asked within: who closes the app looks for sessions afterwards, so that one of the two sees the other. Raises
    `CannotWrite`."""
    place = _place(link.service) / secrets.token_hex(8)
    values.make_directory(place.parent)
    values.make_directory(place)
    values.write(place / "pid", str(os.getpid()), durable=False)
    # Without an app, which is written last, it is not looked at.
    lock, session = locks.take(place / "lock", holder), Session(place)
    values.write(place / "app", link.app, durable=False)
    try:
        yield session
    finally:
        session.end_command(engine)
        values.remove_tree(place)
        if lock is not None:
            lock.release()


def end(engine: Engine, link: Link) -> None:
    """None of the app's is left. Nobody begins another one: the app is closed. Raises `Failed`, OSError."""
    _end(engine, lambda: _of(link), link.app)


def end_all(engine: Engine, service: Service) -> None:
    """None of any app is left in the service. Nobody begins another one: it is being moved. Raises as `end`."""
    _end(engine, lambda: _all(service), service.name)


def _end(engine: Engine, known: Callable[[], list[Path]], whose: str) -> None:
    began, asked = time.monotonic(), set[Path]()
    while left := [place for place in known() if not _has_ended(engine, place)]:
        waited = time.monotonic() - began
        if waited > _END_SECONDS:
            raise Failed("service-session", f"a console or tunnel of {whose} does not end", "run the command again")
        for place in left:
            if waited > _PATIENCE:
                _tell(place, signal.SIGKILL)
            elif place not in asked:
                asked.add(place)
                _tell(place, signal.SIGTERM)
        time.sleep(_POLL)


def _has_ended(engine: Engine, place: Path) -> bool:
    if locks.is_held(place / "lock"):
        return False
    # Its program may have been killed: the engine lets the command go on.
    Session(place).end_command(engine)
    values.remove_tree(place)
    return True


def _tell(place: Path, number: signal.Signals) -> None:
    """Its program, which holds the lock, and so is the one whose number was noted."""
    pid = values.number(place / "pid", 0)
    if pid > 1 and locks.is_held(place / "lock"):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            # It has just ended.
            pass


def _of(link: Link) -> list[Path]:
    return [place for place in _all(link.service) if values.read_or(place / "app", "") == link.app]


def _all(service: Service) -> list[Path]:
    """Those that have an app: one without is about to ask whether it may begin."""
    found = (_place(service) / name for name in values.names(_place(service)))
    return [place for place in found if (place / "app").exists()]


def _place(service: Service) -> Path:
    return service.directory / "sessions"
