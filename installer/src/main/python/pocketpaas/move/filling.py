"""The data of an app that is on the move, put into a service and compared."""

from __future__ import annotations

from dataclasses import replace

from pocketpaas.backup import content, restoring, taking
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.service import reading
from pocketpaas.service import store as services


def fill(operation: Operation, repository: Repository, found: Snapshot, service: services.Service, spool: str) -> None:
    """The app's data in `service` are those of the snapshot; `spool` is where they lie meanwhile. Raises `Failed`, also
    where they differ from what was noted, `EngineError`."""
    lock = services.lock(operation.paths, service.name, operation.holder(), operation.reporter)
    try:
        running = reading.fillable(operation.engine, service)
        with taking.spool(operation.paths, "restore", spool) as directory:
            repository.restore(found.id, directory)
            restored = content.read(directory / service.name)
            own = replace(restored, dumps=tuple(dump for dump in restored.dumps if dump.app == operation.app))
            args = (service, running, own, directory / service.name)
            wrong = restoring.fill(operation.engine, operation.reporter, *args)
    finally:
        lock.release()
    if wrong:
        raise Failed("restore-differs", f"what came over is not what was sent: {wrong}", "run the same command again")
