"""A backup of the host itself, and its drill: it is fetched and read as a restore would read it."""

from __future__ import annotations

from pocketpaas.backup import host_content, taking
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.backup.subject import Subject
from pocketpaas.operation.unit import Operation
from pocketpaas.state.clock import now


def take(operation: Operation, repository: Repository, subject: Subject) -> str:
    """Makes a backup of the host's own settings; its id. A failure is kept for `notice.backups`. Raises `Failed`,
    `CannotWrite`."""
    record = subject.record
    record.begin()
    try:
        at = now()
        with taking.spool(operation.paths, host_content.SPOOL) as directory:
            operation.reporter.step("backup-state", "start", "the host's settings")
            tags = host_content.write(operation.paths, directory)
            size = host_content.size(directory)
            operation.reporter.step("backup-state", "done", "the host's settings")
            operation.reporter.step("backup-store", "start", "the host's settings")
            backup = repository.store(directory, tags)
            operation.reporter.step("backup-store", "done", f"{backup}, {size} bytes")
    except BaseException as error:
        record.fail(taking.why(error))
        raise
    record.succeed(backup, size, at, number=repository.number)
    return backup


def prove(operation: Operation, repository: Repository, found: Snapshot) -> str:
    """Reads the backup. What is wrong with it; raises `Failed`."""
    with taking.spool(operation.paths, host_content.SPOOL) as directory:
        operation.reporter.step("backup-fetch", "start", found.id)
        repository.restore(found.id, directory.parent)
        host_content.drop_links(directory)
        made = host_content.read(directory)
        operation.reporter.step("backup-fetch", "done", f"{len(made.apps)} apps, {len(made.services)} services")
    return ""
