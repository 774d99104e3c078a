"""Stops an operation that can be taken back: of a service, or of backups. A deploy is stopped by `entry.cancel`."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Collection
from pathlib import Path

from pocketpaas.failure import Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.process import run
from pocketpaas.machine.request import Request
from pocketpaas.operation import work
from pocketpaas.operation.audit import audit
from pocketpaas.operation.unit import BEYOND
from pocketpaas.operation.work import Work
from pocketpaas.state import names, values
from pocketpaas.state.clock import ago

#: A server that was being filled is ended, and one that was stopped starts again.
_PATIENCE, _POLL = 180.0, 0.05


def cancel(request: Request, subject: str, actions: Collection[str], what: str, lock: Path) -> int:
    """Stops what is at work on `subject`, where it is one of the `actions`; of several the first, for which the others
    wait. Whoever else holds the `lock` is named. Raises `Refused` where there is none, or where it was too late,
    `Failed`."""
    found = _at_work(request, subject, actions, what, lock)
    # Before the signal: by it the work knows why it is stopped, and before its switch it looks for it.
    values.write(found.directory / "cancelled", request.key)
    request.reporter.note(f"stopping: {_action(found)} by {found.who}, begun {ago(_began(found))}")
    _tell(found)
    if not _ends(found):
        request.reporter.warn("it does not stop, so it is killed")
        # What comes after the end of the unit puts right what is left.
        run(["systemctl", "kill", "--signal=KILL", found.unit])
        if not _ends(found):
            raise Failed("cancel-failed", "it does not end", "look at the host: systemctl status " + found.unit)
    if found.runs():
        raise Refused("too-late", f"too late: {_action(found)} is not taken back any more, and goes on to its end")
    code = 1 if found.result is None else found.result
    audit(request.paths, request.key, subject, "cancel", code)
    if code == 0 or (found.directory / BEYOND).exists():
        # Also where it has failed since: it tells itself with what.
        raise Refused("too-late", f"too late: {_action(found)} was done already")
    if found.result is None:
        raise Failed(
            "cancel-killed",
            f"{_action(found)} was killed: what it had done by then may have stayed",
            "look at what there is: pocketpaas doctor",
        )
    request.reporter.result("cancelled", found.id)
    return 0


def _at_work(request: Request, subject: str, actions: Collection[str], what: str, lock: Path) -> Work:
    running = [one for one in work.all_works(request.paths, subject) if one.runs()]
    found = next((one for one in running if _action(one) in actions), None)
    if found is None:
        other = f"; {_action(running[0])} is at work, which cannot be stopped" if running else ""
        if not running and locks.is_held(lock):
            other = f"; what is at work is stopped where it was begun: {locks.holder_text(lock)}"
        raise Refused("nothing-to-cancel", f"there is no {' or '.join(actions)} of {what} at work{other}")
    return found


def _action(one: Work) -> str:
    return next(iter(values.lines(one.directory / "args")), one.kind)


def _began(one: Work) -> str:
    return values.read_or(one.directory / "started", "")


def _tell(one: Work) -> None:
    pid = values.read_or(one.directory / "pid", "")
    if names.is_number(pid, 2) and one.runs():
        try:
            os.kill(int(pid), signal.SIGTERM)
        except ProcessLookupError:
            # It has just ended by itself.
            pass


def _ends(one: Work) -> bool:
    """Whether it has ended, or is not taken back any more."""
    end = time.monotonic() + _PATIENCE
    while one.runs() and not (one.directory / BEYOND).exists():
        if time.monotonic() >= end:
            return False
        time.sleep(_POLL)
    return True
