"""Logins that were replaced: each goes when nothing uses it any more. Processes of the app end with their release; cron
jobs and commands that somebody runs beside them may take hours, and keep the login that they began with."""

from __future__ import annotations

import time

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Holder
from pocketpaas.service import access, container, store
from pocketpaas.service.links import Link, Login
from pocketpaas.service.store import Service
from pocketpaas.state.paths import HostPaths

#: The slots of containers that run beside the processes of an app, for as long as they want.
_BESIDE = ("cron", "run")
#: A login is known before it is made, and its app is linked within that time.
_MAKING_SECONDS = 600.0
_ALIVE = ("created", "running", "restarting", "paused")


def retire(engine: Engine, link: Link, running: str, old: Login) -> int:
    """Drops a login that no process of the app uses any more; where something beside them may, it stays for `sweep`.
    How many those are. Raises `Failed`, `EngineError`, `CannotWrite`."""
    beside = containers.listed(engine, (f"{containers.APP}={link.app}",), _ALIVE)
    known = link.users(old)
    users = tuple(one.id for one in beside if one.slot in _BESIDE and (not known or one.id in known))
    if users:
        link.keep_users(old, users)
        return len(users)
    access.drop(engine, link, running, old)
    link.forget_old(old)
    return 0


def drop_left(engine: Engine, service: Service, running: str, seconds: float = 0) -> None:
    """Drops those of apps that are not linked any more, where they were replaced so many seconds ago: an app that left
    while the service did not run has a login there. So has one that could not leave, with its data. What cannot be
    dropped keeps no other from going. The service's lock is held. Raises `Failed`, `EngineError`, `CannotWrite`."""
    failed: list[Failure] = []
    for link in _to_be_removed(service):
        try:
            access.leave(engine, link, running, True)
            link.forget(True)
        except Failure as failure:
            failed.append(failure)
    for link, login in _left(service, seconds):
        try:
            access.drop(engine, link, running, login)
            link.forget_old(login)
        except Failure as failure:
            failed.append(failure)
    if failed:
        raise failed[0]


def sweep(paths: HostPaths, engine: Engine) -> bool:
    """By the host's timer: drops those that had to stay, where what used them has ended, and those of apps that are not
    linked any more, with the data that is to be removed. Whether all went well; what did not is tried again."""
    good = True
    for service in store.readable(paths):
        waiting = [link for link in _links(service) if _waits(link)]
        if (
            service.is_stopped
            or service.is_going
            or not (waiting or _left(service, _MAKING_SECONDS) or _to_be_removed(service))
        ):
            continue
        lock = locks.take(service.directory / "lock", Holder("host", "dropping old logins"))
        if lock is None:
            continue
        try:
            running = container.running(engine, service)
            for link in waiting:
                for old in filter(link.users, link.old_logins()):
                    retire(engine, link, running, old)
            drop_left(engine, service, running, _MAKING_SECONDS)
        except (Failure, EngineError):
            good = False
        finally:
            lock.release()
    return good


def _links(service: Service) -> list[Link]:
    """The apps' places in it, linked or not."""
    return [Link(service, app) for app in service.users()]


def _to_be_removed(service: Service) -> list[Link]:
    return [link for link in _links(service) if link.is_to_be_removed and not link.is_linked]


def _waits(link: Link) -> bool:
    return any(link.users(old) for old in link.old_logins())


def _left(service: Service, seconds: float) -> list[tuple[Link, Login]]:
    since = time.time() - seconds
    away = [link for link in _links(service) if not link.is_linked and not link.is_to_be_removed]
    return [(link, old) for link in away for old in link.old_logins() if link.set_aside_at(old) <= since]
