"""work/backup: makes, restores or drills backups, by the first argument of the operation. One at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pocketpaas.backup import (
    app_restoring,
    app_taking,
    belonging,
    host_restoring,
    host_taking,
    image,
    placing,
    restoring,
    store,
    strangers,
    taking,
)
from pocketpaas.backup import drill as drills
from pocketpaas.backup import subject as subjects
from pocketpaas.backup.record import GONE
from pocketpaas.backup.refusal import NEW_PLACE
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.restore_progress import Wish
from pocketpaas.backup.store import Keep
from pocketpaas.backup.subject import Subject
from pocketpaas.change import outcome
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, CannotWrite, Failed, Failure, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.operation.unit import Operation
from pocketpaas.service import store as services
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: What the operations say they are about: no app has such a name.
SUBJECT = "host.backups"
CONFIRM = "confirm="
_NOTICES = "pocketpaas-notices.service"
#: Who it is that asks where nobody does.
BY_TIMER = "timer"
#: So long a move, or another backup, may take before that (s).
_PATIENCE = 7200.0


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
    # By the timer there is no other time for it before tomorrow.
    patience = _PATIENCE if operation.who == BY_TIMER else 0
    store.lock(operation.paths, operation.holder(f"backups {action}"), patience, operation.reporter.note)
    drills.sweep(operation.paths, operation.engine)
    strangers.settle_name(operation.paths, operation.reporter)
    with subjects.called_off(operation.paths, operation.cancelled_by):
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
    """[NAME…], each a service or an app: the host and all that has something to keep, where none is named."""
    paths, reporter = operation.paths, operation.reporter
    wanted = subjects.named(paths, arguments) if arguments else subjects.due(paths, reporter)
    keep = store.keep(paths)
    troubled = {one.tag for one in wanted if _is_troubled(one)}
    for one in wanted:
        if not one.is_gone:
            one.record.begin()
    _open(operation.paths, repository, wanted)
    suspects = {one.tag for one in wanted if one.record.is_suspect}
    if suspects:
        _mend(repository, reporter)
    _tell_stranger(operation)
    failed: list[str] = []
    cures: list[str] = []
    left_out: list[Subject] = []
    for one in wanted:
        if one.is_gone:
            left_out.append(one)
            continue
        try:
            backup = _take(operation, repository, one)
            if one.tag in suspects:
                # What was damaged may still be: only what can be restored is a backup.
                drills.drill(operation, repository, one)
            reporter.result("backup", f"{backup} {one.name or 'host'}")
        except (Failure, EngineError) as error:
            if one.is_gone:
                left_out.append(one)
                continue
            reporter.warn(f"{one.text}: {error.text}")
            failed.append(f"{one.text}: {error.text}")
            cures.append(_cure(error))
            continue
        if one.tag in troubled:
            _look(operation)
        if strangers.trouble(paths) is None and not one.is_gone:
            _forget(repository, one, keep, operation)
    _tell_gone(operation, left_out, arguments)
    if failed:
        cure = "; ".join(dict.fromkeys([*filter(None, cures), "older backups are as they were"]))
        raise Failed("backup-failed", f"not every backup was made: {'; '.join(failed)}", cure)
    return 0


def _tell_gone(operation: Operation, left_out: Sequence[Subject], asked: Sequence[str]) -> None:
    """What was destroyed before its turn, or in it, has no backup, and needs none. Raises `Refused` where somebody has
    asked for nothing else."""
    for one in left_out:
        operation.reporter.note(f"{one.text} is left out: {GONE}")
    if asked and len(left_out) == len(asked):
        raise Refused(
            "gone", f"{' and '.join(one.text for one in left_out)}: {GONE}", "see what there is: pocketpaas apps"
        )


def _cure(error: Failure | EngineError) -> str:
    """What helps where a backup could not be made. Data that are damaged are stored again with each: where that did not
    help, nothing does in that place."""
    if not isinstance(error, Failure):
        return ""
    return NEW_PLACE if error.cause == "backup-damaged" else error.cure


def _take(operation: Operation, repository: Repository, one: Subject) -> str:
    if one.kind == subjects.APP:
        return app_taking.take(operation, repository, one)
    if one.kind == subjects.HOST:
        return host_taking.take(operation, repository, one)
    return taking.take(operation, repository, services.need(operation.paths, one.name))


def _mend(repository: Repository, reporter: Reporter) -> None:
    try:
        repository.mend()
    except Failure as failure:
        reporter.warn(f"what is lost in the destination could not be looked for: {failure.text}")


def _forget(repository: Repository, one: Subject, keep: Keep, operation: Operation) -> None:
    """What was just made is good; what should have gone and could not stays until the next time. Where data are found
    lost by it, each backup is suspect until one was proven: the next ones store again what is lost."""
    reporter = operation.reporter
    try:
        repository.forget(one.owner(operation.paths), keep, one.record.spared)
        if one.kind == subjects.APP:
            image.forget_unneeded(repository)
    except Failure as failure:
        reporter.warn(f"old backups of {one.text} could not be removed: {failure.text}")
        if failure.cure:
            reporter.hint(failure.cure)
        if failure.cause == "backup-lost":
            for other in subjects.all_of(operation.paths):
                other.record.suspect(failure.text)


def _is_troubled(one: Subject) -> bool:
    return bool(one.record.text("failed")) or one.record.begun.exists()


def _tell_stranger(operation: Operation) -> None:
    """Why nothing is removed."""
    found = strangers.trouble(operation.paths)
    if found is not None:
        operation.reporter.warn(found.text)
        operation.reporter.hint(found.cure)


def _open(paths: HostPaths, repository: Repository, wanted: Sequence[Subject]) -> None:
    """The destination answers; where it does not, nothing has got its backup. Raises `Failed`."""
    try:
        repository.open()
        strangers.look(paths, repository)
    except Failure as failure:
        for one in wanted:
            one.record.fail(failure.text)
        raise


def _restore(operation: Operation, repository: Repository, arguments: Sequence[str]) -> int:
    """ID INTO [APP] [confirm=NAME]; INTO `-`: what it is from; APP: of a service the data of this app alone; NAME: the
    app whose volumes may be replaced."""
    arguments, confirmed = _confirmed(arguments)
    if len(arguments) not in (2, 3) or not names.is_backup(arguments[0]):
        raise BadRequest("backup restore: ID INTO [APP] [confirm=NAME]")
    only = arguments[2] if len(arguments) == 3 else ""
    into = "" if arguments[1] == "-" else arguments[1]
    # Before the destination is waited for: what was confirmed is what there was then.
    there = {name: placing.look(operation.paths, name) for name in (into, *confirmed) if names.is_app(name)}
    repository.open()
    found = repository.find(arguments[0])
    if found.kind == subjects.APP:
        called = belonging.app_now(belonging.apps(operation.paths), repository.destination.host, found)
        app = into or called
        if only not in ("", app):
            raise Refused("other-app", f"{found.id} is a backup of the app {found.name}", f"into {only}: --into {only}")
        yes = app in confirmed
        release = app_restoring.restore(operation, repository, found, called, into, confirmed=yes, there=there.get(app))
        operation.reporter.result("app", app)
        return outcome.released(replace(operation, app=app), release)
    if found.kind != subjects.SERVICE:
        raise Refused(
            "other-kind",
            f"{found.id} is a backup of {'a host' if found.kind == subjects.HOST else 'an image'}",
            "a whole host: pocketpaas host restore HOST --from DESTINATION",
        )
    service = restoring.restore(operation, repository, found, into, only)
    operation.reporter.result("service", service.name)
    return 0


def _confirmed(arguments: Sequence[str]) -> tuple[Sequence[str], list[str]]:
    """The other arguments, and the names that are confirmed."""
    found = [one.removeprefix(CONFIRM) for one in arguments if one.startswith(CONFIRM)]
    return [one for one in arguments if not one.startswith(CONFIRM)], found


def _restore_host(operation: Operation, repository: Repository, arguments: Sequence[str]) -> int:
    """[OF|-] [confirm=NAME…] [keep=NAME…]: the host of that name in the destination; else the only one there is."""
    wish = Wish.parse(arguments)
    repository.open()
    try:
        return host_restoring.restore(operation, repository, wish)
    finally:
        _look(operation)


def _drill(operation: Operation, repository: Repository, arguments: Sequence[str]) -> int:
    """[NAME…], each a service or an app: all that have a backup, where none is named."""
    everything = subjects.named(operation.paths, arguments) if arguments else subjects.all_of(operation.paths)
    wanted = [one for one in everything if arguments or (one.record.text("id") and not one.elsewhere)]
    if not wanted:
        raise Refused("no-backup", "there is no backup yet", "pocketpaas backups create")
    try:
        repository.open()
        strangers.look(operation.paths, repository)
        if stranger := strangers.trouble(operation.paths):
            raise stranger
    except Failure as failure:
        for one in wanted:
            one.record.drilled(one.record.text("id"), failure.text)
        raise
    failed: list[str] = []
    left_out: list[Subject] = []
    for one in wanted:
        if one.is_gone:
            left_out.append(one)
            continue
        try:
            proven = drills.drill(operation, repository, one)
            operation.reporter.result("proven", f"{proven.id} {one.name or 'host'}")
        except (Failure, EngineError) as error:
            if one.is_gone:
                left_out.append(one)
                continue
            operation.reporter.warn(error.text)
            failed.append(f"{one.text}: {error.text}")
        except OSError as error:
            raise CannotWrite(operation.paths.backups, error) from error
    _look(operation)
    _tell_gone(operation, left_out, arguments)
    if failed:
        raise Failed("drill-failed", f"the drill failed: {'; '.join(failed)}")
    return 0


_ACTIONS: Mapping[str, Callable[[Operation, Repository, Sequence[str]], int]] = {
    "create": _create,
    "restore": _restore,
    "restore-host": _restore_host,
    "drill": _drill,
}
