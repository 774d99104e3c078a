"""When the machine starts: every service as its state says, before the apps that need it; an upgrade that did not end
is ended, and so is an exchange of an app's data."""

from __future__ import annotations

from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failure
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.service import container, moving, settling, store
from pocketpaas.service.generations import Move
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths


def bring_up(paths: HostPaths, engine: Engine, reporter: Reporter) -> bool:
    """Whether all that are not stopped run. (The engine starts what ran before by itself.)"""
    good = True
    for name in values.names(paths.services):
        if names.is_service(name):
            try:
                _bring_up(paths, engine, reporter, name)
            except Failure as failure:
                reporter.failed(failure)
                good = False
    return good


def _bring_up(paths: HostPaths, engine: Engine, reporter: Reporter, name: str) -> None:
    found = store.find(paths, name)
    if found is None or found.is_going or (found.is_stopped and Move.of(found) is None):
        return
    holder = Holder("host", "starting")
    lock = store.lock(paths, name, holder, reporter)
    try:
        engine.need()
        moving.settle(paths, engine, found, reporter, holder)
        if not found.is_stopped:
            running = container.ensure(paths, engine, found, reporter, holder, renew=False)
            settling.at_boot(engine, found, running, reporter)
    finally:
        lock.release()
