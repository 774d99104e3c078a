"""By the host's timer, with no laptop: certificates whose turn has come are asked for and put in use. nginx is reloaded
only where one changed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.change import certificates
from pocketpaas.cluster.challenge import everywhere
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.operation.audit import audit
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unexpected import tell_unexpected
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import reconcile, slots
from pocketpaas.routing import automatic, nginx
from pocketpaas.state import listing
from pocketpaas.state.paths import HostPaths

_WHO = "host"


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `certificates`: 0; a domain that fails is remembered, and tried again later."""
    # Without nginx no authority sees an answer; and who stopped it does not want it started by a timer.
    if not automatic.ready(paths) or nginx.master_process() is None:
        return 0
    with automatic.asking(paths, _WHO, 0) as our_turn:
        for app in listing.apps(paths) if our_turn else ():
            _look_after(paths, reporter, app)
    return 0


def _look_after(paths: HostPaths, reporter: Reporter, app: str) -> None:
    """What is wrong with one app does not stop the others."""
    import tempfile

    try:
        with tempfile.TemporaryDirectory(prefix="pocketpaas-certificates.") as directory:
            work = Work("", Path(directory))
            renew(Operation(paths, reporter, Engine(paths), work, app, "certificate", _WHO))
    except Failure as failure:
        reporter.failed(failure)
        reporter.warn(f"{app}: its certificates could not be looked after")
    except Exception as error:  # noqa: BLE001: the apps after this one are looked after all the same
        tell_unexpected(paths, reporter, error)


def renew(operation: Operation) -> None:
    """The app's domains that are due, each asked for without the app's lock, which a deploy may need meanwhile."""
    paths, reporter, app = operation.paths, operation.reporter, operation.app
    for domain in _due(paths, app):
        got = automatic.obtain(paths, reporter, app, domain, {}, everywhere)
        if got is None:
            continue
        lock = locks.app_lock(paths, app, operation.holder("a certificate"), reporter)
        try:
            reconcile.reconcile(operation)
            if certificates.install(operation, domain, got):
                reporter.note(f"{app}: {domain} has a new certificate")
                audit(paths, _WHO, app, f"certificate {domain}", 0)
        finally:
            lock.release()


def _due(paths: HostPaths, app: str) -> list[str]:
    release = slots.live_release(paths, app)
    if release is None:
        return []
    now = time.time()
    wanted = automatic.wanted(paths, app, paths.release(app, release))
    return [domain for domain in wanted if automatic.is_due(paths, app, domain, now)]
