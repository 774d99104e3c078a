"""The release of an app by which it gets, or loses, the address of a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from pocketpaas.change import environment
from pocketpaas.failure import Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, bundle, drain, network, reconcile, slots
from pocketpaas.release.running import Running
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread
from pocketpaas.service import links
from pocketpaas.state import names


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
        yield AppChange(own, reconcile.reconcile(own), lock, slots.live_release(own.paths, app))
    finally:
        lock.release()


def make(change: AppChange, words: str, changed: Mapping[str, tuple[str, ...]]) -> int | None:
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
    release = bundle.open_release(operation, "service", words)
    bundle.from_release(operation, release, live, staged.given)
    bundle.takes_up(paths.release(app, release), staged.operator)
    if flags.is_stopped(paths, app):
        activate.store(operation, change.running, release)
    else:
        network.ensure(operation)
        activate.activate(operation, change.running, release)
    operation.reporter.result("previous", f"v{live}")
    return release


def await_old(change: AppChange) -> None:
    """Returns when nothing of the release before runs any more."""
    slot = slots.live_slot(change.operation.paths, change.app)
    if slot is None:
        return
    if change.running.serving:
        drain.await_end(change.operation, slots.other(slot), change.running.serving)
    if is_spread(change.operation.paths, change.app, slots.other(slot)):
        drain.await_services(change.operation, slots.other(slot))
