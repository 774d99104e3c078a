"""Previews whose time has come go, and those whose app has gone, with all that a killed program may have left of them.
By the host's timer, with no laptop."""

from __future__ import annotations

import time
from pathlib import Path

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.operation import work
from pocketpaas.service import access, container, making, store
from pocketpaas.service.links import Link
from pocketpaas.service.store import Service
from pocketpaas.state import names, previews, values
from pocketpaas.state.paths import HostPaths

#: Who does it, in the records.
_HOST = "host"
#: What is destroyed with its app, or is of one that is gone.
_OF_AN_APP = ("deploy", "destroy")
#: How long somebody may still look at how a destruction has ended.
_LOOKED_AT_SECONDS = 3600.0


def sweep(paths: HostPaths, engine: Engine) -> bool:
    """Begins the end of each that is over; whether all that is left of earlier ones could be removed. What could not is
    tried again by the next run."""
    forget_ended(paths)
    for one in previews.every(paths):
        if one.is_over(time.time()) or not paths.app(one.parent).is_dir():
            end(paths, one.app)
    return _end_links(paths, engine)


def end(paths: HostPaths, app: str) -> None:
    """Begins its destruction; nothing where that is at work. One that is being deployed stays until the next run."""
    if any(one.kind == "destroy" and one.runs() for one in work.all_works(paths, app)):
        return
    if locks.is_held(paths.app(app) / "build.lock") or locks.is_held(paths.app(app) / "lock"):
        return
    spool = work.create(paths, "destroy", app, _HOST)
    with work.spooling(spool):
        values.put(spool.directory / "args", "volumes")
    work.start(paths, spool, "change")


def forget_ended(paths: HostPaths) -> None:
    """Records of apps that are gone: nobody looks at those of what the timer has destroyed, or of what never began, and
    at others not for long. And what a killed destruction has put out of the way goes."""
    for one in work.all_works(paths):
        if one.kind not in _OF_AN_APP or paths.app(one.app).is_dir() or not (one.ended or one.dead()):
            continue
        never_began = not (one.ended or (one.directory / "pid").exists())
        if one.who == _HOST or never_began or _is_old(one.log):
            values.remove_tree(one.directory)
    if not any(one.kind == "destroy" and one.runs() for one in work.all_works(paths)):
        for gone in paths.apps.glob(".gone.*"):
            values.remove_tree(gone)


def _is_old(file: Path) -> bool:
    try:
        return time.time() - file.stat().st_mtime > _LOOKED_AT_SECONDS
    except FileNotFoundError:
        return False


def _end_links(paths: HostPaths, engine: Engine) -> bool:
    """Databases, logins and services of previews that are no more: a service that did not run when its preview went has
    kept them. Whether none is left."""
    good = True
    for service in store.readable(paths):
        for app in service.users():
            if (Link(service, app).directory / store.OF_PREVIEW).exists() and not paths.app(app).exists():
                good = _end_link(paths, engine, service, app) and good
    for name in values.names(paths.services):
        app = values.read_or(paths.service(name) / store.OF_PREVIEW, "")
        if names.is_service(name) and app and not paths.app(app).exists():
            good = _end_service(paths, engine, name) and good
    return good


def _end_link(paths: HostPaths, engine: Engine, service: Service, app: str) -> bool:
    lock = locks.take(service.directory / "lock", Holder(_HOST, f"dropping what {app} had"))
    if lock is None:
        return False
    try:
        found = container.find(engine, service)
        if found is None or not found.runs:
            # It holds the data as long as it stands still; there is nothing to warn of.
            return True
        link = Link(service, app)
        access.leave(engine, link, found.id, remove=True)
        link.forget(data=True)
    except (EngineError, Failure):
        return False
    finally:
        lock.release()
    return True


def _end_service(paths: HostPaths, engine: Engine, name: str) -> bool:
    lock = locks.take(paths.service(name) / "lock", Holder(_HOST, "removing what a preview had"))
    if lock is None:
        return False
    try:
        making.remove(paths, engine, name)
    except (EngineError, Failure):
        return False
    finally:
        lock.release()
    return True
