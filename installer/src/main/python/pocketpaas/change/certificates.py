"""Certificates by themselves, asked for at the end of an operation, or by the host's timer. Whatever happens in here
fails no operation."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from pocketpaas.cluster.challenge import everywhere
from pocketpaas.failure import Busy, Failure
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle, scale, slots, spread_push
from pocketpaas.routing import automatic, certificates, nginx
from pocketpaas.routing import names as app_names
from pocketpaas.routing.reach import Missed
from pocketpaas.routing.tried import NOTHING, Tried
from pocketpaas.state import values

#: How long it is waited while somebody else asks the authority, in seconds.
_PATIENCE = 30.0
_NOTHING_MISSED: Mapping[str, Missed] = {}


def after(operation: Operation, lock: Lock, missed: Mapping[str, Missed] = _NOTHING_MISSED) -> None:
    """At the end of an operation: asks for those whose turn it is, and that the app has not yet. The app's lock is
    given back for that. `missed` is what was just seen (and said) of names."""
    try:
        due = _missing(operation)
        if due:
            ask(operation, lock, due, missed)
    except (Failure, OSError):
        operation.reporter.warn("certificates could not be asked for; the host tries again by itself")


def _missing(operation: Operation) -> tuple[str, ...]:
    paths, app = operation.paths, operation.app
    release = slots.live_release(paths, app)
    if release is None or not automatic.ready(paths):
        return ()
    now = time.time()
    return tuple(
        domain
        for domain in automatic.wanted(paths, app, paths.release(app, release))
        if certificates.current(paths, app, domain) is None and automatic.is_due(paths, app, domain, now)
    )


def ask(
    operation: Operation, lock: Lock, domains: Sequence[str], missed: Mapping[str, Missed] = _NOTHING_MISSED
) -> tuple[str, ...]:
    """Asks for each and puts it in use; those that have one now. The app's lock is given back while the authority is
    asked: a rollback need not wait for it. Afterwards it is not held any more."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    reporter.step("certificate", "start", app_names.shown(domains))
    lock.release()
    done = []
    with automatic.asking(paths, operation.who, _PATIENCE) as our_turn:
        if not our_turn:
            reporter.warn("certificates are being asked for already; the host goes on by itself")
        for domain in domains if our_turn else ():
            got = automatic.obtain(paths, reporter, app, domain, missed, everywhere)
            if got is not None and _install_locked(operation, domain, got):
                done.append(domain)
    if done:
        reporter.step("certificate", "done", app_names.shown(done))
    else:
        reporter.step("certificate", "skip", "plain HTTP for now")
    return tuple(done)


def _install_locked(operation: Operation, domain: str, got: Path) -> bool:
    holder = operation.holder("a certificate")
    try:
        lock = locks.app_lock(operation.paths, operation.app, holder, operation.reporter)
    except Busy:
        operation.reporter.warn(f"{operation.app} is busy; the certificate follows by itself")
        return False
    try:
        return install(operation, domain, got)
    finally:
        lock.release()


def install(operation: Operation, domain: str, got: Path) -> bool:
    """Puts what the authority gave in use, on each machine of a cluster; False, remembered and said, where nginx does
    not take it. The app's lock is held. Raises `CannotWrite`, OSError."""
    paths, app = operation.paths, operation.app
    certificate = automatic.identity(got)
    stored = certificates.store(paths, app, domain, certificate, got)
    values.remove_tree(got)
    if not is_served(operation):
        return False
    try:
        serve(operation, Tried({domain: stored}))
    except Failure as failure:
        operation.reporter.warn(failure.text)
        automatic.failed(paths, operation.reporter, app, domain, None, "nginx does not take the certificate")
        return False
    certificates.use(paths, app, domain, certificate)
    spread_push.push_of(operation)
    return True


def is_served(operation: Operation) -> bool:
    """Whether something of the app is live, and answers."""
    release = slots.live_release(operation.paths, operation.app)
    return release is not None and bundle.has_web(operation.paths.release(operation.app, release))


def serve(operation: Operation, tried: Tried = NOTHING) -> None:
    """Makes nginx serve the live release, with what is tried; nothing where none is served. Raises as `nginx.apply`."""
    paths, app = operation.paths, operation.app
    release = slots.live_release(paths, app)
    if release is None or not is_served(operation):
        return
    directory = paths.release(app, release)
    names = app_names.names_of(paths, app, directory / "settings")
    nginx.apply(operation, app, scale.wanted(paths, app, directory, "web"), names, directory / "settings", tried)
