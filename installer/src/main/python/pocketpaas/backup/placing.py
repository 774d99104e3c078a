"""An app that comes out of a backup, or from another host, is put into its place."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.backup.record import Record
from pocketpaas.failure import CannotWrite, Failure, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.locks import Lock, host_lock
from pocketpaas.operation import apps
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.routing import visitors
from pocketpaas.schedule import drains, forwarder
from pocketpaas.state import listing, marks, nodes, values
from pocketpaas.state.paths import HostPaths

#: Of a place where logs are sent what the forwarder of another host, or of another time, has counted.
COUNTED = ("lost", "seen", "queue")
#: The place is somebody else's by now.
_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR)


@dataclass(frozen=True)
class Found:
    """What there was of an app by a name when it was decided what becomes of that. What is brought takes minutes, in
    which others make, deploy and destroy apps: what is in its place then is not what was decided about. `mark` is empty
    where there was none."""

    mark: str = ""
    is_live: bool = False


def look(paths: HostPaths, app: str) -> Found:
    """What there is now. Raises `CannotWrite`."""
    directory = paths.app(app)
    if listing.is_rest(paths, app) or not directory.is_dir():
        return Found()
    return Found(marks.ensure(directory), slots.live_slot(paths, app) is not None)


def refuse_other(paths: HostPaths, app: str, found: Found) -> None:
    """Raises `Refused` where there is something else now than was `found`: nobody has said what becomes of that."""
    there = look(paths, app)
    if there == found:
        return
    if not there.mark:
        text = f"the app {app} was destroyed or renamed meanwhile"
    elif there.mark == found.mark:
        text = f"{app} went live meanwhile"
    else:
        text = f"another app {app} was made here meanwhile"
    cure = "it is as it was; run the same command again if its place is to be taken" if there.mark else ""
    raise Refused("app-other", f"{text}: nothing was put in its place", cure or "run the same command again")


@contextmanager
def held(operation: Operation, found: Found) -> Iterator[None]:
    """What was `found` of the app stays that, and nobody changes or deploys it; where there was none, there is none
    yet. Raises `Busy`, `Refused` where there is something else by now."""
    paths, app = operation.paths, operation.app
    if not found.mark:
        refuse_other(paths, app, found)
        yield
        return
    build = locks.build_lock(paths, app, operation.holder())
    try:
        lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
        try:
            refuse_other(paths, app, found)
            yield
        finally:
            lock.release()
    finally:
        build.release()


def place(operation: Operation, state: Path, found: Found) -> Lock:
    """With one rename there is the app, of which nothing is live yet, in the place of what was `found` and is `held`:
    of that nothing was ever live, either. The lock of the app, which nobody else has had. Raises `Refused` where there
    is something else by now."""
    paths, app = operation.paths, operation.app
    for name in ("live", "slots"):
        values.remove_tree(state / name)
    for number in values.names(state / "drains"):
        for name in COUNTED:
            values.remove(state / "drains" / number / name)
    new = paths.apps / f".new.restore.{app}"
    try:
        values.remove_tree(new)
        values.copy_tree(state, new)
        # The network of an earlier try: services may be in it.
        if (subnet := values.read(paths.app(app) / "network")) is not None:
            values.put(new / "network", subnet)
        os.chmod(new, 0o711)
        for name, mode in (("settings", 0o700), ("operator", 0o700), ("repo.git", 0o700)):
            values.make_directory(new / name, mode)
        os.chmod(new / "releases", 0o711)
        visitors.give(new / "visitors")
        apps.make_repository(new / "repo.git")
        Record(new / "backup").arrive()
        values.sync_tree(new)
        lock = locks.take(new / "lock", operation.holder())
        # Nobody knows of it yet.
        assert lock is not None
    except OSError as error:
        raise CannotWrite(paths.app(app), error) from error
    try:
        _exchange(paths, app, new, found)
        if drains.of_app(paths, app):
            send_logs(operation)
    except BaseException:
        # Else whoever called holds it.
        lock.release()
        raise
    return lock


def _exchange(paths: HostPaths, app: str, new: Path, found: Found) -> None:
    gone = paths.apps / f".gone.restore.{app}"
    try:
        values.remove_tree(gone)
        refuse_other(paths, app, found)
        if found.is_live:
            raise Refused("app-live", f"{app} is live, and nothing is put in its place", "run the same command again")
        if found.mark:
            os.rename(paths.app(app), gone)
        apps.clear_rest(paths, app)
        # Onto one that somebody has just made it does not go.
        os.rename(new, paths.app(app))
        values.sync(paths.apps)
        values.remove_tree(gone)
    except Refused:
        values.remove_tree(new)
        raise
    except OSError as error:
        values.remove_tree(new)
        if error.errno in _TAKEN:
            refuse_other(paths, app, Found())
        raise CannotWrite(paths.app(app), error) from error


def send_logs(operation: Operation) -> None:
    """Its logs are sent from here to where the app says. That they are not yet is told, and stops nobody."""
    paths, app = operation.paths, operation.app
    try:
        forwarder.need(operation.reporter)
        with host_lock(paths, operation.holder(f"sending the logs of {app}")):
            drains.apply(paths)
            if nodes.is_home(paths):
                # Loaded in a cluster alone.
                from pocketpaas.cluster import log_drains

                log_drains.settle(paths, operation.reporter)
    except Failure as failure:
        operation.reporter.warn(f"the logs of {app} are not sent to where they were yet: {failure.text}")
        operation.reporter.hint(f"remove the drain, and add it again: pocketpaas logs drain --app {app}")
