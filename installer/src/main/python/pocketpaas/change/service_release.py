"""The release of an app by which it gets, or loses, the address of a service."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas.change import environment, link_changes
from pocketpaas.engine.client import Engine
from pocketpaas.engine.parallel import Task
from pocketpaas.failure import Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, drain, network, reconcile, slots
from pocketpaas.release.running import Running
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread
from pocketpaas.service import links
from pocketpaas.state import moves, names
from pocketpaas.state.paths import HostPaths

_PROC = Path("/proc")
_POLL = 0.01


@dataclass(frozen=True)
class AppChange:
    """The part of an operation that is about an app: its lock is held. `live` is None before its first release."""

    operation: Operation
    running: Running
    lock: Lock
    live: int | None

    @property
    def app(self) -> str:
        """The app."""
        return self.operation.app


@contextmanager
def of_app(operation: Operation, app: str) -> Iterator[AppChange]:
    """The app's lock, and what runs. Raises `Refused` where there is no such app."""
    if not names.is_app(app) or not operation.paths.app(app).is_dir():
        raise Refused("no-app", f"there is no app {app} on this host", "the first deploy makes it")
    # One list of what has to be taken back: the switch makes all of it final.
    own = replace(operation, app=app)
    lock = locks.app_lock(own.paths, app, own.holder(), own.reporter)
    try:
        moves.refuse(own.paths, app)
        yield AppChange(own, reconcile.reconcile(own), lock, slots.live_release(own.paths, app))
    finally:
        lock.release()


class Before:
    """The release before a change that waits until nothing of it runs any more. It ends in the change's own program:
    a unit, as others have it, would have to start first."""

    def __init__(self, change: AppChange) -> None:
        self._change = change
        self._ids: tuple[str, ...] = ()
        self._ending: Task[bool] | None = None
        #: The first processes of those that were asked to end.
        self._asked: dict[str, int] = {}

    def end(self, paths: HostPaths, app: str, _slot: str, ids: Sequence[str]) -> bool:
        """In the place of `drain.start`."""
        engine = self._change.operation.engine
        self._ids = tuple(ids)
        self._ending = Task(drain.finish, paths, engine, app, ids, self._asked.update)
        self._change.operation.at_end.callback(_tidy, self._ending, paths, engine, app)
        return True

    def await_end(self) -> None:
        """Returns when no process of it is left; says so of a wait that people notice. What the engine has to tidy
        after them goes on, until the operation has told how it ended."""
        if self._ending is not None and self._await_processes(self._ending):
            return
        operation, app, serving = self._change.operation, self._change.app, self._change.running.serving
        slot = slots.live_slot(operation.paths, app)
        if slot is None:
            return
        if serving:
            drain.await_end(operation, slots.other(slot), serving)
        if is_spread(operation.paths, app, slots.other(slot)):
            drain.await_services(operation, slots.other(slot))

    def _await_processes(self, task: Task[bool]) -> bool:
        """False where they could not be asked to end."""
        noticed = time.monotonic() + drain.NOTICED_SECONDS
        while not self._are_gone():
            if task.wait(_POLL):
                return False
            if time.monotonic() > noticed:
                operation = self._change.operation
                operation.reporter.note(drain.waiting(operation))
                noticed = math.inf
        return True

    def _are_gone(self) -> bool:
        """With its first process the kernel ends all of a container (pid_namespaces(7))."""
        asked = dict(self._asked)
        return all(one in asked and not (asked[one] and _PROC.joinpath(str(asked[one])).exists()) for one in self._ids)


def _tidy(ending: Task[bool], paths: HostPaths, engine: Engine, app: str) -> None:
    """When the operation has told how it ended. A container that the engine could not remove goes with the next
    reconcile of the app."""
    ending.wait()
    try:
        drain.collect(paths, engine, app)
    except Failure:
        # The next release does it.
        pass


def make(
    change: AppChange,
    words: str,
    changed: Mapping[str, tuple[str, ...]],
    end_old: activate.EndOld | None = None,
) -> int | None:
    """A release with the app's links, of which some have other variables than are kept; its number. None before the
    first one. What has been tried is then final. Raises as `activate` does."""
    operation, live = change.operation, change.live
    paths, app = operation.paths, operation.app
    if live is None:
        operation.reporter.note("kept for the first deploy")
        operation.committed()
        return None
    staged = environment.stage(operation)
    links.write_layer(paths, app, staged.service, changed)
    link_changes.note(operation, staged, live)
    release = bundle.open_release(operation, "service", words)
    bundle.from_release(operation, release, live, staged.given)
    bundle.takes_up(paths.release(app, release), staged.operator)
    if flags.is_stopped(paths, app):
        activate.store(operation, change.running, release)
    else:
        network.ensure(operation)
        activate.activate(operation, change.running, release, end_old)
    operation.reporter.result("previous", f"v{live}")
    return release
