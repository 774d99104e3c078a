"""An app that comes out of a backup, or from another host, is put into its place."""

from __future__ import annotations

import os
from pathlib import Path

from pocketpaas.backup.record import Record
from pocketpaas.failure import CannotWrite, Failure
from pocketpaas.machine.locks import host_lock
from pocketpaas.operation import apps
from pocketpaas.operation.unit import Operation
from pocketpaas.routing import visitors
from pocketpaas.schedule import drains, forwarder
from pocketpaas.state import nodes, values

#: Of a place where logs are sent what the forwarder of another host, or of another time, has counted.
COUNTED = ("lost", "seen", "queue")


def place(operation: Operation, state: Path) -> None:
    """With one rename there is the app, of which nothing is live yet."""
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
        # What an earlier try has left: nothing of it was ever live.
        gone = paths.apps / f".gone.restore.{app}"
        values.remove_tree(gone)
        if paths.app(app).is_dir():
            os.rename(paths.app(app), gone)
        os.rename(new, paths.app(app))
        values.sync(paths.apps)
        values.remove_tree(gone)
    except OSError as error:
        raise CannotWrite(paths.app(app), error) from error
    if drains.of_app(paths, app):
        send_logs(operation)


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
