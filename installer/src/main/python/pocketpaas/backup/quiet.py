"""An app that holds still while its volumes are copied: its processes are frozen, or stopped. What a killed program has
left so goes on by itself: a unit of systemd's has the app reconciled (`operation.heir`)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine import apart
from pocketpaas.machine.process import stream
from pocketpaas.operation import heir
from pocketpaas.operation.unit import Operation
from pocketpaas.release import ending, here, overlap, slots, still
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import values

LIVE, PAUSE, STOP = "live", "pause", "stop"
#: Visitors wait so long for a copy that is made while the app is frozen.
PAUSE_SECONDS = 30.0
_COPY_SECONDS = 86_400.0
#: cp waits for whoever writes to a pipe that an app has put in the place of a file.
_STALL_SECONDS, _TIME_OVER, _STALLED = 300.0, 124, 125
_COMPLAINS, _LAST = b"cp: ", 300


@dataclass
class Held:
    """How long the app has held still, in seconds; known afterwards."""

    seconds: float = 0.0


@contextmanager
def held(operation: Operation, app: str, bundle: Path, mode: str) -> Iterator[Held]:
    """The app's processes hold still in the block. Its lock is held. Raises `EngineError`, `Failed`, `Refused` for one
    that is stopped for it though it runs over a cluster."""
    found = Held()
    if mode == STOP and _is_spread(operation, app):
        raise Refused(
            "in-cluster",
            f"{app} runs over a cluster, whose managers would start again what is stopped for a backup",
            "in pocketpaas.yml: backup: pause, or a hook (docs/backups.md)",
        )
    if mode == LIVE:
        yield found
        return
    # Before anything is listed: what starts beside the lock is in the list then, or starts when the copy is made.
    with still.nothing_starts(operation, app):
        stopped, others = _those(operation, app, mode)
        if not stopped and not others:
            yield found
            return
        frozen: list[str] = []
        began = time.monotonic()
        heir.appoint(operation, app)
        try:
            values.touch(operation.paths.app(app) / still.MARK, 0o600)
            if stopped:
                flags.unavailable(operation.paths, app)
                ending.end(operation.paths, operation.engine, app, stopped)
            _freeze(operation, app, others, frozen, stopped)
            yield found
        finally:
            still.thaw(operation, frozen)
            _start(operation, stopped)
            if stopped:
                overlap.set_flags(operation, bundle)
            values.remove(operation.paths.app(app) / still.MARK)
            heir.dismiss(operation, app)
            found.seconds = time.monotonic() - began


def is_left(operation: Operation) -> bool:
    """Whether a program that was killed has left the app so. Its lock is held."""
    return (operation.paths.app(operation.app) / still.MARK).exists()


def _those(operation: Operation, app: str, mode: str) -> tuple[list[str], list[str]]:
    """What is stopped, and what is frozen. A run or a job that would be stopped is not begun again: beside processes
    that are stopped it is frozen."""
    found: Sequence[Container] = containers.listed(operation.engine, (f"{containers.APP}={app}",))
    slot = slots.live_slot(operation.paths, app)
    if _is_spread(operation, app):
        found = (*found, *here.in_slot(operation.paths, operation.engine, app, slot))
    processes = [one.id for one in containers.list_of_app(operation.engine, app)] if mode == STOP else []
    running = [one.id for one in found if one.runs]
    return [one for one in running if one in processes], [one for one in running if one not in processes]


def _is_spread(operation: Operation, app: str) -> bool:
    slot = slots.live_slot(operation.paths, app)
    return slot is not None and is_spread(operation.paths, app, slot)


def _freeze(operation: Operation, app: str, ids: Sequence[str], frozen: list[str], stopped: list[str]) -> None:
    """They are `frozen`. One that has ended, and that the engine is about to start again, cannot be, and would begin in
    the middle of the copy: it is `stopped`."""
    for one in ids:
        # Before it is: whatever ends this in between, it goes on.
        frozen.append(one)
        try:
            containers.pause(operation.engine, one)
        except EngineError as error:
            # It has ended meanwhile.
            if error.status not in (404, 409):
                raise
            frozen.remove(one)
            state = containers.state(operation.engine, one)
            if state is not None and state.status in ("running", "restarting"):
                stopped.append(one)
                ending.end(operation.paths, operation.engine, app, (one,))


def _start(operation: Operation, ids: Sequence[str]) -> None:
    for one in ids:
        try:
            containers.start(operation.engine, one)
        except EngineError as error:
            operation.reporter.warn(f"what was stopped for the copy does not start again: {error.text}")


def copy(source: Path, target: Path, mode: str) -> None:
    """A copy of the directory, all that a file has with it. Whoever writes to it meanwhile, no link leads out of it.
    Raises `Failed`."""
    seconds = PAUSE_SECONDS if mode == PAUSE else _COPY_SECONDS
    values.make_directory(target.parent)
    command = ["cp", "--archive", "--verbose", "--reflink=auto", "--no-target-directory", "--"]
    said = b""

    def hear(line: bytes) -> None:
        nonlocal said
        # Else it is a file that was copied: it gets on.
        if line.startswith((_COMPLAINS, apart.COMPLAINS)):
            said = line[-_LAST:]

    code = stream(
        apart.apart([*command, str(source), str(target)], directories=[source]),
        hear,
        seconds=seconds,
        stall=_STALL_SECONDS,
        talk_counts=True,
    )
    if code == _TIME_OVER:
        raise Failed(
            "too-slow",
            f"the app was frozen for {seconds:.0f} s, and its volumes were not copied by then; it goes on",
            "in pocketpaas.yml: backup: stop, backup: live, or a hook (docs/backups.md)",
        )
    if code == _STALLED:
        raise Failed("copy-failed", f"the volume could not be copied: nothing moved for {_STALL_SECONDS:.0f} s")
    if code != 0:
        why = said.decode("utf-8", "replace") or f"cp ended with {code}"
        cure = apart.CURE if code == apart.IMPOSSIBLE else ""
        raise Failed("copy-failed", f"the volume could not be copied: {why}", cure)
