"""Reconciling an app outside of any operation: by hand, by the timer, at boot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release.reconcile import reconcile
from pocketpaas.release.running import Running
from pocketpaas.state import names
from pocketpaas.state.paths import HostPaths

_WHO = "host"


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `reconcile`: APP."""
    app = arguments[0] if len(arguments) == 1 else ""
    if not names.is_app(app) or not paths.app(app).is_dir():
        raise BadRequest(f'there is no app "{app}"')
    reconcile_app(paths, Engine(paths), reporter, app)
    return 0


def reconcile_app(paths: HostPaths, engine: Engine, reporter: Reporter, app: str) -> Running:
    """Makes what runs of the app equal to its state, under its lock. Raises as `reconcile` does, and `Busy`."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="pocketpaas-reconcile.") as directory:
        operation = Operation(paths, reporter, engine, Work("", Path(directory)), app, "reconcile", _WHO)
        lock = locks.app_lock(paths, app, operation.holder(), reporter)
        try:
            return reconcile(operation)
        finally:
            operation.at_end.close()
            lock.release()
