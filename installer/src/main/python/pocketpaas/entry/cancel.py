"""Stops the deploy of an app that is at work: what it tried is taken back, the old release serves on. Once the switch
is done it is too late.

Arguments: APP [ID] (ID: this one and no other). Refused where there is nothing to stop, or too late.
"""

from __future__ import annotations

import os
import signal
import time

from pocketpaas.machine.request import Request
from pocketpaas.failure import Refused
from pocketpaas.operation import deploys
from pocketpaas.operation.audit import audit
from pocketpaas.machine.process import run
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.state import names, values

_PATIENCE = 60.0
_RECONCILE_SECONDS = 600.0
_POLL = 0.05


def serve(request: Request) -> int:
    """See the module."""
    work = _the_deploy(request)
    # Before the signal: by it the work knows why it is stopped, and before its switch it looks for it.
    values.write(work.directory / "cancelled", request.key)
    request.reporter.note(f"stopping the {deploys.text(work)}")
    _stop(work)
    if not _ends_within(work, _PATIENCE):
        request.reporter.warn("it does not stop, so it is killed")
        run(["systemctl", "kill", "--signal=KILL", work.unit])
        _ends_within(work, _PATIENCE)
        if not run([str(request.paths.programs / "reconcile"), request.app], seconds=_RECONCILE_SECONDS).ok:
            request.reporter.warn("what it tried is removed by the next command")
    code = 1 if work.result is None else work.result
    audit(request.paths, request.key, request.app, "cancel", code)
    live = slots.live_release(request.paths, request.app)
    if code == 0:
        raise Refused("too-late", f"too late: v{live} is live", "to go back: pocketpaas rollback")
    request.reporter.result("cancelled", work.id)
    if live is not None:
        request.reporter.result("release", f"v{live}")
    return 0


def _the_deploy(request: Request) -> Work:
    work = deploys.last(request.paths, request.app)
    if work is None:
        raise _nothing(request, "")
    if len(request.arguments) > 1 and request.arguments[1] != work.id:
        raise _nothing(request, ": that one has ended")
    if not work.runs():
        raise _nothing(request, f": the last one, {deploys.text(work)}, has ended")
    return work


def _nothing(request: Request, why: str) -> Refused:
    return Refused(
        "no-deploy",
        f"there is no deploy of {request.app} to cancel{why}",
        'see "pocketpaas releases"; to go back: pocketpaas rollback',
    )


def _stop(work: Work) -> None:
    """SIGTERM to the program: it ends what it has started, and takes back what it tried."""
    pid = values.read_or(work.directory / "pid", "")
    if names.is_number(pid, 2):
        try:
            os.kill(int(pid), signal.SIGTERM)
        except ProcessLookupError:
            # It has just ended by itself.
            pass


def _ends_within(work: Work, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while work.runs():
        if time.monotonic() >= end:
            return False
        time.sleep(_POLL)
    return True
