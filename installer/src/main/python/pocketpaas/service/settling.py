"""Of kinds with a script `settle`: an exchange of an app's data that was cut off is brought to its end as soon as the
server is there again, not only when somebody restores or dumps them next; and what a restore has brought that was not
taken goes. Whoever asks for it holds the service's lock, as whoever restores does: so nobody restores then."""

from __future__ import annotations

import time

from pocketpaas.engine import containers, volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.machine.events import Reporter
from pocketpaas.service import scripts
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service

#: Definitions of an app are made again one after the other.
_SECONDS = 3600.0
_POLL, _READY_SECONDS = 0.2, 120.0


def has_begun(engine: Engine, service: Service, running: str, reporter: Reporter) -> bool:
    """After its server has begun to take queries: whether nothing that was cut off is left. What could not be made
    again is told."""
    if not service.kind.has("settle"):
        return True
    try:
        if not may_be_left(engine, service):
            return True
        databases = [Link(service, app).database for app in service.apps()]
        ended = scripts.inside(engine, service, running, "settle", *databases, seconds=_SECONDS)
    except EngineError as error:
        reporter.warn(f"{service.name}: what a restore that was cut off has left is looked for later: {error.text}")
        return False
    for line in ended.out.splitlines():
        reporter.output(line)
    if not ended.ok:
        reporter.warn(
            f"{service.name}: what a restore that was cut off has left could not all be put right, and it is tried "
            f"again; where its exchange had begun the app's login stays locked until then: {ended.complaint}"
        )
    return ended.ok


def at_boot(engine: Engine, service: Service, running: str, reporter: Reporter) -> None:
    """The same of one that the engine has started by itself, before the apps that need it. Raises `EngineError`."""
    if not service.kind.has("settle") or not may_be_left(engine, service):
        return
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        if _is_ready(engine, service, running):
            has_begun(engine, service, running, reporter)
            return
        time.sleep(_POLL)
    reporter.warn(f"{service.name} takes no query yet: what a restore that was cut off has left is looked for later")


def clear(engine: Engine, service: Service, running: str, new: str) -> None:
    """What has come of a dump that is not taken goes from `new`. Where that takes long, as what a long transaction has
    written is undone first, or the server is away, the host's timer has `settle` do it."""
    try:
        scripts.inside(engine, service, running, "drop-database", new)
    except EngineError:
        # Why the dump is not taken is what counts.
        pass


def may_be_left(engine: Engine, service: Service) -> bool:
    """Whether something may be left: a kind that does not show it from outside is asked. Raises `EngineError`."""
    patterns = service.kind.data.get("cut")
    if not patterns:
        return True
    mount = volumes.mount_of(engine, service.volume)
    return mount is not None and any(True for pattern in patterns for _ in mount.glob(str(pattern)))


def _is_ready(engine: Engine, service: Service, running: str) -> bool:
    try:
        state = containers.state(engine, running)
        return state is not None and state.runs and scripts.inside(engine, service, running, "ready").ok
    except EngineError:
        # It has just ended, or is about to start.
        return False
