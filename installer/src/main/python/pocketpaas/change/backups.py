"""work/backup: makes, restores or drills backups, by the first argument of the operation. One at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pocketpaas.backup import drill as drills
from pocketpaas.backup import restoring, store, taking
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.store import Record
from pocketpaas.change import outcome
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, CannotWrite, Failed, Failure, Refused
from pocketpaas.machine.process import run
from pocketpaas.operation.unit import Operation
from pocketpaas.service import store as services
from pocketpaas.service.store import Service
from pocketpaas.state import names, values

#: What the operations say they are about: no app has such a name.
SUBJECT = "host.backups"
_NOTICES = "pocketpaas-notices.service"


def is_subject(text: str) -> bool:
    """Whether it is that."""
    return text == SUBJECT


def change(operation: Operation) -> int:
    """Does it; the exit code."""
    action, *arguments = values.lines(operation.work.directory / "args")
    if action not in _ACTIONS:
        raise BadRequest(f"there is no such thing as backup {action}")
    operation.engine.need()
    destination = store.need_destination(operation.paths)
    store.lock(operation.paths, operation.holder(f"backups {action}"))
    drills.sweep(operation.paths, operation.engine)
    code = _ACTIONS[action](operation, Repository(destination, operation.reporter), arguments)
    outcome.tell_seconds(operation)
    return code


def tell(operation: Operation) -> int:
    """After a failure: who has to know of it is told now, not with the next turn of the timer."""
    _look(operation)
    return 5


def _look(operation: Operation) -> None:
    ended = run(["systemctl", "start", "--no-block", _NOTICES])
    if not ended.ok:
        operation.reporter.warn(f"the host's look for problems does not start: {ended.complaint}")


# ---------------------------------------------------------------- what can be done


def _create(operation: Operation, repository: Repository, arguments: Sequence[str]) -> int:
    """[SERVICE…]: all that have data, where none is named."""
    wanted = _services(operation, arguments)
    keep = store.keep(operation.paths)
    troubled = {service.name for service in wanted if _is_troubled(service)}
    for service in wanted:
        Record.of(service).begin()
    _open(repository, wanted)
    failed: list[str] = []
    for service in wanted:
        try:
            backup = taking.take(operation, repository, service)
            operation.reporter.result("backup", f"{backup} {service.name}")
        except (Failure, EngineError) as error:
            operation.reporter.warn(f"{service.name}: {error.text}")
            failed.append(f"{service.name}: {error.text}")
            continue
        if service.name in troubled:
            _look(operation)
        try:
            repository.forget(service.name, keep)
        except Failure as failure:
            # What was just made is good; what should have gone stays until the next time.
            operation.reporter.warn(f"old backups of {service.name} could not be removed: {failure.text}")
    if failed:
        raise Failed("backup-failed", f"no backup was made: {'; '.join(failed)}", "older backups are as they were")
    return 0


def _is_troubled(service: Service) -> bool:
    record = Record.of(service)
    return bool(record.text("failed")) or record.begun.exists()


def _open(repository: Repository, wanted: Sequence[Service]) -> None:
    """The destination answers; where it does not, no service has got its backup. Raises `Failed`."""
    try:
        repository.open()
    except Failure as failure:
        for service in wanted:
            Record.of(service).fail(failure.text)
        raise


def _services(operation: Operation, named: Sequence[str]) -> list[Service]:
    if named:
        found = [services.need(operation.paths, name) for name in dict.fromkeys(named)]
        for service in found:
            if not service.apps():
                raise Refused("no-data", f"no app has data in {service.name} yet")
        return found
    found = []
    for service in services.all_of(operation.paths):
        if not service.apps():
            operation.reporter.note(f"{service.name} is empty: no app is linked to it")
        elif service.is_stopped:
            operation.reporter.note(f"{service.name} was stopped by somebody and is left out")
        else:
            found.append(service)
    if not found:
        raise Refused("no-data", "there is no service with data on this host", "pocketpaas services create")
    return found


def _restore(operation: Operation, repository: Repository, arguments: Sequence[str]) -> int:
    """ID INTO; `-`: the service that it is from."""
    if len(arguments) != 2 or not names.is_backup(arguments[0]):
        raise BadRequest("backup restore: ID INTO")
    repository.open()
    service = restoring.restore(operation, repository, arguments[0], "" if arguments[1] == "-" else arguments[1])
    operation.reporter.result("service", service.name)
    return 0


def _drill(operation: Operation, repository: Repository, arguments: Sequence[str]) -> int:
    """[SERVICE…]: all that have a backup, where none is named."""
    wanted = [services.need(operation.paths, name) for name in arguments] or [
        service for service in services.all_of(operation.paths) if Record.of(service).text("id")
    ]
    if not wanted:
        raise Refused("no-backup", "there is no backup yet", "pocketpaas backups create")
    try:
        repository.open()
    except Failure as failure:
        for service in wanted:
            Record.of(service).drilled(Record.of(service).text("id"), failure.text)
        raise
    failed: list[str] = []
    for service in wanted:
        try:
            proven = drills.drill(operation, repository, service)
            operation.reporter.result("proven", f"{proven.id} {service.name}")
        except (Failure, EngineError) as error:
            operation.reporter.warn(error.text)
            failed.append(f"{service.name}: {error.text}")
        except OSError as error:
            raise CannotWrite(operation.paths.backups) from error
    _look(operation)
    if failed:
        raise Failed("drill-failed", f"the drill failed: {'; '.join(failed)}")
    return 0


_ACTIONS: Mapping[str, Callable[[Operation, Repository, Sequence[str]], int]] = {
    "create": _create,
    "restore": _restore,
    "drill": _drill,
}
