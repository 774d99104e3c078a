"""Whether the engine starts a service's container again when it ends, and how often it has done so."""

from __future__ import annotations

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.service import container, scripts, settling, store
from pocketpaas.service.store import Service
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: A container, and how often the engine had started it again when that was last our doing.
_RESTARTS = "restarts"


def note(engine: Engine, service: Service, running: str) -> None:
    """That the engine has started it again up to now was our doing. Raises `EngineError`, `CannotWrite`."""
    facts = containers.inspect(engine, running)
    if facts is not None:
        values.put(service.directory / _RESTARTS, f"{running} {facts.restarts}")


def is_loop(engine: Engine, service: Service, running: str) -> bool:
    """Whether it keeps ending by itself. Raises `EngineError`."""
    facts = containers.inspect(engine, running)
    if facts is None:
        return False
    of, _, count = values.read_or(service.directory / _RESTARTS, "").partition(" ")
    ours = int(count) if of == running and names.is_number(count) else 0
    return containers.is_crash_loop(facts.state, facts.restarts - ours, facts.started)


def sweep(paths: HostPaths, engine: Engine, reporter: Reporter) -> bool:
    """By the host's timer: what started a service may have been killed before the server took queries, and with it the
    promise that the engine starts it again; what restarted one, while it was down; what exchanged an app's data, in the
    middle. Whether all went well; what did not is tried again."""
    good = True
    for service in store.readable(paths):
        try:
            if service.is_restarting:
                _bring_back(paths, engine, service, reporter)
            if _cut_off(engine, service):
                _keep_up(engine, service)
            if "cut" in service.kind.data and settling.may_be_left(engine, service):
                _settle(engine, service, reporter)
        except (Failure, EngineError):
            good = False
    return good


def _bring_back(paths: HostPaths, engine: Engine, service: Service, reporter: Reporter) -> None:
    holder = Holder("host", "ending a restart that was cut off")
    lock = locks.take(service.directory / "lock", holder)
    if lock is None:
        return
    try:
        found = container.find(engine, service) if service.is_restarting else None
        if service.is_restarting:
            # One that runs was brought up by somebody else meanwhile, or had not ended yet.
            if found is None or not found.runs:
                container.ensure(paths, engine, service, reporter, holder)
            values.remove(service.directory / store.RESTARTING)
    finally:
        lock.release()


def _cut_off(engine: Engine, service: Service) -> str:
    """The container whose start was cut off; empty for none."""
    found = None if service.is_stopped or service.is_going else container.find(engine, service)
    return "" if found is None or not found.runs or container.is_kept_up(engine, found.id) else found.id


def _keep_up(engine: Engine, service: Service) -> None:
    lock = locks.take(service.directory / "lock", Holder("host", "ending a start that was cut off"))
    # Whoever holds it is about to do the same.
    if lock is None:
        return
    try:
        running = _cut_off(engine, service)
        if running and scripts.inside(engine, service, running, "ready").ok:
            containers.set_restart(engine, "unless-stopped", (running,))
    finally:
        lock.release()


def _settle(engine: Engine, service: Service, reporter: Reporter) -> None:
    lock = locks.take(service.directory / "lock", Holder("host", "ending an exchange of data that was cut off"))
    # Whoever restores holds it.
    if lock is None:
        return
    try:
        found = None if service.is_stopped or service.is_going else container.find(engine, service)
        if found is not None and found.runs and scripts.inside(engine, service, found.id, "ready").ok:
            settling.has_begun(engine, service, found.id, reporter)
    finally:
        lock.release()
