"""How a move between two generations of a service ends, whether it went well, failed or was killed: by what is on the
disk, so that whoever comes next can do it, as often as it takes. The generation in use serves, the apps are out of
maintenance, and of the other one stays what is worth keeping."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.failure import BadRequest, Busy, Failed, Failure
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder
from pocketpaas.routing import flags
from pocketpaas.service import container, generations, scripts, store
from pocketpaas.service.generations import TRIAL, UNDO, UPGRADE, Kept, Move
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: Whoever was killed gives its lock back at once; whoever ends things by themselves may be at it already.
_PATIENCE = 20.0


def settle(paths: HostPaths, engine: Engine, service: Service, reporter: Reporter, holder: Holder) -> None:
    """For who holds the service's lock: nothing is under way any more. Nothing to do where nothing is. Raises `Failed`,
    `EngineError`, `CannotWrite`; then it can be tried again. The apps are out of maintenance even then. A server in use
    that does not run keeps nobody from the one that is kept."""
    move = Move.of(service)
    if move is None:
        return
    failed: Failure | None = None
    try:
        if not service.is_stopped:
            container.ensure(paths, engine, service, reporter, holder, renew=False)
    except EngineAway:
        raise
    except (Failed, EngineError) as failure:
        failed = failure
    open_again(paths, move)
    if failed is not None and not _leaves_a_way_back(service, move):
        raise failed
    _END[move.kind](engine, service, move)
    move.end()
    if failed is not None:
        reporter.warn(f"{service.name} does not run: {failed.text}{service.way_back}")


def _leaves_a_way_back(service: Service, move: Move) -> bool:
    """Whether the other server stays when the move ends; else it is the only one that may still run."""
    return move.has_taken_place(service) == (move.kind == UPGRADE) and move.kind != TRIAL


def answers(engine: Engine, service: Service) -> str:
    """The id of the container, where its server takes queries just now; else empty. Raises `EngineError` where it is
    the engine that does not answer."""
    found = container.find(engine, service)
    if found is None or not found.runs:
        return ""
    try:
        return found.id if scripts.inside(engine, service, found.id, "ready").ok else ""
    except EngineError:
        # It has just ended, or does not get on.
        engine.need()
        return ""


def open_again(paths: HostPaths, move: Move) -> None:
    """The apps that are in maintenance for the move are not any more. Raises `CannotWrite`, OSError."""
    for app in move.maintained:
        if paths.app(app).is_dir():
            flags.maintain(paths, app, False)
    move.maintain(())


def _upgrade(engine: Engine, service: Service, move: Move) -> None:
    if not move.has_taken_place(service):
        _trial(engine, service, move)
        return
    generations.rest(engine, service, move.source)
    generations.adopt(engine, service, move)


def _trial(engine: Engine, service: Service, move: Move) -> None:
    generations.drop(engine, service, move.target)
    drop_reader(engine, service, move)


def _undo(engine: Engine, service: Service, move: Move) -> None:
    if not move.has_taken_place(service):
        generations.rest(engine, service, move.target)
        return
    kept = Kept.of(service)
    if kept is not None:
        kept.forget()
    generations.drop(engine, service, move.source)


_END = {UPGRADE: _upgrade, TRIAL: _trial, UNDO: _undo}


def drop_reader(engine: Engine, service: Service, move: Move) -> None:
    """The login that was made in the server in use for the move goes. Raises `Failed`, `EngineError`, `CannotWrite`."""
    found, apps = container.find(engine, service), service.apps()
    if move.reader and apps and found is not None and found.runs:
        database = Link(service, apps[0]).database
        scripts.must(engine, service, found.id, "drop-login", database, move.reader)
        move.keep_reader("")


def refuse_moving(service: Service) -> None:
    """Raises `Busy` while the service is being moved, when what is written might be lost."""
    move = Move.of(service)
    lock = service.directory / "lock"
    if move is not None and move.kind != TRIAL and locks.is_held(lock):
        raise Busy(f"{service.name} is being upgraded: {locks.holder_text(lock)}")


# ---------------------------------------------------------------- when nobody does it


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `settle`: NAME. After the work of a move, however that has ended."""
    name = arguments[0] if len(arguments) == 1 else ""
    if not names.is_service(name):
        raise BadRequest("settle: NAME")
    service = store.find(paths, name)
    if service is not None:
        settle_alone(paths, Engine(paths), service, reporter, _PATIENCE)
    return 0


def sweep(paths: HostPaths, engine: Engine, reporter: Reporter) -> bool:
    """By the host's timer: ends what was killed, and drops generations that were kept long enough. Whether all went
    well; what did not is tried again."""
    good = True
    for name in values.names(paths.services):
        try:
            service = store.find(paths, name)
            if service is not None:
                settle_alone(paths, engine, service, reporter)
                _expire(paths, engine, service)
        except Failure as failure:
            reporter.warn(f"{name}: {failure.text}")
            good = False
    return good


def settle_alone(paths: HostPaths, engine: Engine, service: Service, reporter: Reporter, patience: float = 0) -> None:
    """For who does not hold the service's lock: the same, where nobody else does. Raises as `settle` does."""
    # One that is destroyed is never brought up again.
    if service.is_going or Move.of(service) is None:
        return
    holder = Holder("host", "ending an upgrade")
    lock = locks.take(service.directory / "lock", holder, patience)
    # Whoever holds it is at work, or does this first.
    if lock is not None:
        try:
            engine.need()
            settle(paths, engine, service, reporter, holder)
        finally:
            lock.release()


def _expire(paths: HostPaths, engine: Engine, service: Service) -> None:
    if not _is_over(Kept.of(service)):
        return
    lock = locks.take(
        service.directory / "lock", Holder("host", f"dropping {service.name} as it was before its upgrade")
    )
    if lock is not None:
        try:
            kept = Kept.of(service)
            # It may have been put back, or replaced, meanwhile. As long as the server in use does not run, it is the
            # only one that may.
            if kept is not None and _is_over(kept) and answers(engine, service):
                if kept.generation != service.generation:
                    generations.drop(engine, service, kept.generation)
                kept.forget()
        finally:
            lock.release()


def _is_over(kept: Kept | None) -> bool:
    return kept is not None and kept.until <= time.time()
