"""The program of a unit: takes its lock, listens to SIGTERM, leaves a result, whatever ends it."""

from __future__ import annotations

import fcntl
import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import FrameType
from typing import NoReturn

from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, Cancelled, Failure
from pocketpaas.operation.audit import audit
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.held_back import ENDING
from pocketpaas.machine.locks import Holder
from pocketpaas.operation.unexpected import tell_unexpected
from pocketpaas.operation.work import Work
from pocketpaas.state import names, nodes, values
from pocketpaas.state.paths import HostPaths

#: With less than this free, a disk is full.
_FULL_KILOBYTES = 1024
#: The exit code of a release that is live, but not on every machine of the cluster yet.
PARTIAL = 7
#: The file of a work that is there from when nothing of it is taken back any more.
BEYOND = "beyond"
#: What is where an operation was cancelled that is no deploy.
_AS_IT_WAS = {
    "service": "everything is as it was",
    "backup": "what had not come yet is as it was",
}


@dataclass
class Operation:
    """What an operation works with. `stop_first`: the old release ends before the new one starts; `now`: what still
    drains is cut off."""

    paths: HostPaths
    reporter: Reporter
    engine: Engine
    work: Work
    app: str
    kind: str
    who: str
    stop_first: bool = False
    now: bool = False
    began: float = field(default_factory=time.monotonic)
    #: What has to be taken back when the operation fails before its switch, the last one first (see `undoing`).
    undo: list[Callable[[], None]] = field(default_factory=list)
    #: Whether the app stopped answering by what this operation did.
    down: bool = False
    #: Whether what is live now is not live on every machine of the cluster.
    partial: bool = False
    #: Whether reconcile leaves the other machines of the cluster alone: this operation has asked them already whether
    #: they are as they should be, or makes a release, which does.
    settled: bool = False
    #: The machines of the cluster that it goes on without, each named once (`cluster.missed`).
    away: set[str] = field(default_factory=set)
    #: Those of them that did not answer, and are not asked again; each with what was wrong.
    silent: dict[str, str] = field(default_factory=dict)
    #: What is kept open for as long as the operation lasts.
    at_end: ExitStack = field(default_factory=ExitStack)
    #: nginx's workers of before its last reload by this operation (see `routing.nginx.settle`).
    old_workers: set[int] = field(default_factory=set)

    def holder(self, doing: str = "") -> Holder:
        """For a lock."""
        return Holder(self.who, doing or self.kind, self.work.id)

    def cancelled_by(self) -> str:
        """Who has asked for the end of this operation; empty where nobody has."""
        return values.read_or(self.work.directory / "cancelled", "")

    def beyond_cancelling(self) -> None:
        """From here to its end no signal stops it any more: what it does now is not taken back, and whoever wants it
        stopped is told that it was too late. Who has said so before the signal stops it here. Raises `Cancelled`."""
        ignore_signals()
        if self.cancelled_by():
            raise Cancelled
        values.put(self.work.directory / BEYOND, "")

    def take_back(self) -> None:
        """Undoes what was tried, the last thing first; each is tried, whatever becomes of the others."""
        while self.undo:
            step = self.undo.pop()
            try:
                step()
            except Failure as failure:
                self.reporter.warn(failure.text)
            except OSError as error:
                self.reporter.warn(f"not everything could be taken back: {error}; the next command does it")

    def committed(self) -> None:
        """What was tried is live: nothing is taken back any more."""
        self.undo.clear()


def _raise_cancelled(_number: int, _frame: FrameType | None) -> None:
    # Once: cleaning up is not interrupted.
    ignore_signals()
    raise Cancelled


def ignore_signals() -> None:
    """What asks for an end is not heard any more."""
    if threading.current_thread() is threading.main_thread():
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)


def run_unit(
    do: Callable[[Operation], int],
    serving: Callable[[Operation], int],
    valid: Callable[[str], bool] = names.is_app,
) -> NoReturn:
    """The main program of a unit: `do` returns the exit code, or raises. `serving` tells what serves after a failure
    (`+result serving`), and is the exit code: 5 where an old release serves, 6 where nothing does. `valid` says whether
    what the operation is about has a name that it can have."""
    gc.enable()
    os.umask(0o077)
    paths = HostPaths.of_this_host()
    if len(sys.argv) != 2 or not names.is_work(sys.argv[1]):
        sys.exit(2)
    work = Work.of(paths, sys.argv[1])
    alive = os.open(work.directory / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    # Never closed by us: held as long as this program lives.
    fcntl.flock(alive, fcntl.LOCK_EX)
    values.put(work.directory / "pid", str(os.getpid()))
    reporter = Reporter()
    operation = Operation(paths, reporter, Engine(paths), work, work.app, work.kind, work.who)
    operation.engine.on_waiting = reporter.note
    for number in ENDING:
        signal.signal(number, _raise_cancelled)
    code = _outcome(operation, do, serving, valid)
    ignore_signals()
    _leave_result(operation, code)
    operation.at_end.close()
    if nodes.is_home(paths):
        # Loaded in a cluster alone.
        from pocketpaas.operation import mirroring

        mirroring.start(paths)
    sys.exit(code)


def _outcome(
    operation: Operation,
    do: Callable[[Operation], int],
    serving: Callable[[Operation], int],
    valid: Callable[[str], bool] = names.is_app,
) -> int:
    try:
        if not valid(operation.app):
            raise BadRequest("the operation names no app")
        code = do(operation)
        return PARTIAL if operation.partial and code == 0 else code
    except Failure as failure:
        operation.work.give_back_reserve()
        if not _disk_is_full(operation):
            operation.reporter.failed(failure)
        code = failure.code
    except Cancelled:
        ignore_signals()
        operation.work.give_back_reserve()
        _tell_cancelled(operation)
        code = 5
    except Exception as error:  # noqa: BLE001: the one place where what nobody foresaw becomes a line
        operation.work.give_back_reserve()
        if not _disk_is_full(operation):
            tell_unexpected(operation.paths, operation.reporter, error)
        code = 1
    ignore_signals()
    operation.take_back()
    return serving(operation) if code in (1, 5, 6) else code


def _disk_is_full(operation: Operation) -> bool:
    """A full disk is the cause of whatever has failed: it is told instead."""
    from pocketpaas.state.disk import free_kilobytes

    free = free_kilobytes(operation.paths.root)
    if free >= _FULL_KILOBYTES:
        return False
    operation.reporter.fail(
        "disk-full", f"the host's disk is full ({free} kB free where the state is); what was live is live"
    )
    operation.reporter.hint("make room on the host (df -h, docker system df), and run the command again")
    return True


def _tell_cancelled(operation: Operation) -> None:
    who = operation.cancelled_by()
    if who and operation.kind in _AS_IT_WAS:
        operation.reporter.fail("cancelled", f"cancelled by {who}; {_AS_IT_WAS[operation.kind]}")
    elif who:
        operation.reporter.fail("cancelled", f"cancelled by {who}; nothing was switched")
        operation.reporter.hint("to ship it after all: pocketpaas deploy")
    else:
        operation.reporter.fail("interrupted", "the work was stopped from outside; nothing was switched")


def _leave_result(operation: Operation, code: int) -> None:
    work = operation.work
    try:
        work.clean()
        audit(operation.paths, operation.who, operation.app, operation.kind, code)
        values.write(work.directory / "result", str(code))
    except (OSError, Failure) as error:
        # Those who wait say that it died.
        operation.reporter.warn(f"the result could not be kept: {error}")
