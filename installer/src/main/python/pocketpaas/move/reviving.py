"""The host that an app was moved to is gone for good: the app serves again on the host that it left, with the data that
it had when it went. Where the lost one comes back all the same, it hears that the word is not its own any more, and
serves no longer (`watching`); what it has stays there."""

from __future__ import annotations

from pocketpaas.failure import Refused
from pocketpaas.machine import locks
from pocketpaas.move import asking, closing, store
from pocketpaas.operation.audit import audit
from pocketpaas.operation.move_watch import watch
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.state import moves


def refuse_answering(operation: Operation) -> None:
    """Raises `Refused` where the other host is there, `Damaged`."""
    paths, app = operation.paths, operation.app
    try:
        asking.has_arrived(paths, app)
    except asking.Silent as silent:
        operation.reporter.note(f"{moves.fact(paths, app, 'peer')} does not answer this host: {silent}")
        return
    peer = moves.fact(paths, app, "peer")
    raise Refused(
        "move-answers", f"{peer} is there, and answers this host", f"bring it back: pocketpaas apps move {peer} --abort"
    )


def revive(operation: Operation) -> int:
    """It serves here; its release. Raises `Refused` where the other host answers, and as `closing.open_again`."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    try:
        refuse_answering(operation)
        phase = moves.phase(paths, app)
        if phase not in (moves.PASSED, moves.RECLAIMING):
            moves.need(paths, app, moves.PASSED)
        # What was said before counts no more, also where the other host cannot ask.
        store.forget_taken(paths, app)
        store.turns(paths, app)
        watch(paths, app)
        moves.turn_open(paths, app, phase, moves.AHEAD)
        audit(paths, operation.who, app, "move taken back: the other host is lost", 0)
        closing.open_again(operation)
        peer = moves.fact(paths, app, "peer")
        operation.reporter.warn(
            f"{app} has the data that it had when it went to {peer}; what was written there is not in it"
        )
        return slots.live_release(paths, app) or 0
    finally:
        lock.release()
