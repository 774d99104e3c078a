"""What operations that were killed have left goes, and their apps are as their state says. The next command of such an
app does the same, but may be days away, and what nobody watches any more takes memory. By the host's timer, with no
laptop."""

from __future__ import annotations

import os
import time
from pathlib import Path

from pocketpaas.build import local_image
from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.machine import locks
from pocketpaas.machine.process import run
from pocketpaas.operation import apps
from pocketpaas.operation.work import Work, all_works, deploy_at_work
from pocketpaas.schedule import runs
from pocketpaas.state import listing, names, values
from pocketpaas.state.paths import HostPaths

#: How long ago an operation must have said its last word: killed just after its switch, it has left an old release that
#: still answers what it was asked before.
_QUIET_SECONDS = 300.0
_RECONCILE_SECONDS = 1800.0


def sweep(paths: HostPaths, engine: Engine) -> bool:
    """Whether everything could be put right; what could not is tried again by the next run."""
    good = True
    for app, works in _dead(paths).items():
        if any(_spoke_lately(work) for work in works):
            continue
        if _put_right(paths, engine, app, works[0]):
            for work in works:
                work.clean()
                values.touch(work.directory / "swept", 0o600)
        else:
            good = False
    _end_spool(paths)
    _end_rests(paths)
    return _end_runs(paths, engine) and local_image.forget_abandoned(paths, engine) and good


def _end_spool(paths: HostPaths) -> None:
    """No copy of an app's files without the backup that it was made for. It is in the way of no other one."""
    spool = paths.backups / "spool"
    if not spool.is_dir():
        return
    lock = locks.take(paths.backups / "lock", locks.Holder("host", "sweeping"))
    if lock is None:
        return
    try:
        values.remove_tree(spool)
    except OSError:
        # The next backup empties it.
        pass
    finally:
        lock.release()


def _end_rests(paths: HostPaths) -> None:
    """No directory in the place of an app that is gone: nobody could have its name."""
    for app in values.names(paths.apps):
        try:
            apps.clear_rest(paths, app)
        except OSError:
            # The next run tries it again.
            continue


def _end_runs(paths: HostPaths, engine: Engine) -> bool:
    """No container of a run in the background without the unit that ends it. Whether none is left."""
    if not any(runs.directory(paths, app).is_dir() for app in listing.apps(paths)):
        return True
    try:
        listed = engine.list("/containers/json", {"label": [containers.RUN]}, all="1")
        for one in listed:
            labels = one.get("Labels") or {}
            app, run = str(labels.get(containers.APP, "")), str(labels.get(containers.RUN, ""))
            if not (names.is_app(app) and names.is_work(run)):
                continue
            if runs.of(paths, app, run).is_alive() and paths.app(app).is_dir():
                continue
            containers.remove(engine, (str(one["Id"]),))
    except EngineError:
        return False
    return True


def _dead(paths: HostPaths) -> dict[str, list[Work]]:
    """Operations that began and died, and were not swept yet, by their app."""
    found: dict[str, list[Work]] = {}
    for work in all_works(paths):
        if not (work.directory / "pid").exists() or (work.directory / "swept").exists() or not work.dead():
            continue
        if names.is_app(work.app) and paths.app(work.app).is_dir():
            found.setdefault(work.app, []).append(work)
    return found


def _spoke_lately(work: Work) -> bool:
    try:
        return time.time() - work.log.stat().st_mtime < _QUIET_SECONDS
    except FileNotFoundError:
        return False


def _put_right(paths: HostPaths, engine: Engine, app: str, work: Work) -> bool:
    if not run([str(paths.programs / "reconcile"), app], seconds=_RECONCILE_SECONDS).ok:
        return False
    try:
        return _end_builds(paths, engine, app) and _end_cache(paths, app, work.directory)
    except (EngineError, OSError):
        return False


def _end_builds(paths: HostPaths, engine: Engine, app: str) -> bool:
    """No build without a deploy. Whether none is left."""
    listed = engine.list("/containers/json", {"label": [f"pocketpaas.build={app}"]}, all="1")
    # Asked after that: what belongs to a deploy that is at work is removed at its beginning, or is its own.
    if listed and deploy_at_work(paths, app):
        return False
    for container in listed:
        try:
            engine.call("DELETE", f"/containers/{container['Id']}", {"force": "1", "v": "1"})
        except EngineError as error:
            if error.status not in (404, 409):
                raise
    return True


def _end_cache(paths: HostPaths, app: str, aside: Path) -> bool:
    """The same for the copy of its cache that a build works on, by way of `aside`: a deploy that begins waits for a
    rename, and not for more."""
    new = paths.app(app) / "cache" / "new"
    if not new.exists():
        return True
    lock = locks.take(paths.app(app) / "build.lock", locks.Holder("host", "sweeping"))
    if lock is None:
        return False
    try:
        os.rename(new, aside / "cache")
    finally:
        lock.release()
    values.remove_tree(aside / "cache")
    return True
