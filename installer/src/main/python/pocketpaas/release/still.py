"""An app that holds still for a copy of its volumes: what starts beside the app's lock, cron jobs and commands in
containers of their own, waits until it goes on. By a lock of the kernel: a killed backup keeps nothing waiting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import Busy, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.state.paths import HostPaths

#: In the app's directory; who finds it under the app's lock knows that nobody ends that.
MARK = "held"
_FILE = "starting.lock"
#: Making a container and starting it takes an engine that is busy a while.
_PATIENCE = 120.0


def starting(paths: HostPaths, app: str, patience: float) -> Lock:
    """From before a container is made until it is started, so that who copies finds it at work, or it starts
    afterwards. Raises `Busy` where the app holds still for longer, `Refused` where it is gone."""
    file = paths.app(app) / _FILE
    lock = locks.take_shared(file, patience)
    if lock is None:
        raise Busy(f"{app} holds still while its volumes are copied: {locks.holder_text(file)}")
    return lock


@contextmanager
def nothing_starts(operation: Operation, app: str) -> Iterator[None]:
    """In the block nothing of the app starts. Its lock is held. Raises `Busy`."""
    lock = locks.take(operation.paths.app(app) / _FILE, operation.holder(), _PATIENCE)
    if lock is None:
        raise Busy(f"a command or a cron job of {app} is just starting, and does not get on", "try again")
    try:
        yield
    finally:
        lock.release()


def thaw_left(operation: Operation) -> None:
    """What a backup that was killed has left frozen goes on, runs of jobs and commands too, which are in no slot. Its
    lock is held. Raises `NoEngine`, `Refused`."""
    paths, app = operation.paths, operation.app
    if not (paths.app(app) / MARK).exists():
        return
    operation.engine.need()
    try:
        frozen = containers.listed(operation.engine, (f"{containers.APP}={app}",), ("paused",))
    except EngineError as error:
        text = f"the Docker engine on the host does not tell what of {app} is frozen"
        raise Refused("no-engine", text, "run the command again") from error
    thaw(operation, [one.id for one in frozen])


def thaw(operation: Operation, ids: Sequence[str]) -> None:
    """They go on. One that does not is told, and reconcile tries again."""
    for one in ids:
        try:
            containers.unpause(operation.engine, one)
        except EngineError as error:
            if error.status not in (404, 409):
                operation.reporter.warn(f"a frozen process does not go on: {error.text}")
