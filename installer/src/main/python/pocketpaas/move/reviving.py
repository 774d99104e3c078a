"""The host that an app was moved to is gone for good: the app serves again on the host that it left, with the data that
it had when it went. Where the lost one comes back all the same, it hears that the word is not its own any more, and
serves no longer (`watching`); what it has stays there."""

from __future__ import annotations

from pocketpaas.failure import Refused
from pocketpaas.machine import locks
from pocketpaas.move import asking, closing, returning, store
from pocketpaas.operation.audit import audit
from pocketpaas.operation.move_watch import watch
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.state import moves


def refuse_answering(operation: Operation, ignore: bool) -> None:
    """Raises `Refused` where the other host is there, or something else is where it was, if that is not to be ignored;
    `Damaged`."""
    paths, app = operation.paths, operation.app
    peer = moves.fact(paths, app, "peer")
    try:
        asking.has_arrived(paths, app)
    except asking.Silent as silent:
        finish = f"if that is {peer}: pocketpaas apps move {peer} --finish --app {app}, or --abort"
        refuse_something(operation, silent, ignore, f"{peer} may serve {app} as its own", finish)
        return
    raise Refused(
        "move-answers", f"{peer} is there, and answers this host", f"bring it back: pocketpaas apps move {peer} --abort"
    )


def refuse_something(operation: Operation, silent: asking.Silent, ignore: bool, risk: str, cure: str) -> None:
    """Only where nothing answers at all the other host is gone. A host that has ended the move, or whose nginx is down,
    looks like another machine that was given its address. Raises `Refused`."""
    peer = moves.fact(operation.paths, operation.app, "peer")
    if silent.there and not ignore:
        raise Refused(
            "move-something",
            f"something is there where {peer} was, and does not know this move: {silent.there}. It may be {peer}: then "
            f"{risk}, and both hosts would run it",
            f"{cure}; if {peer} is gone for good, and another machine has its address: add --ignore-answer",
        )
    operation.reporter.note(f"{peer} does not answer this host: {silent}")


def recover(operation: Operation, word: str, other: str) -> None:
    """It serves here: the other host, which is the machine `other`, had nothing of it at the turn `word`. Raises
    `Refused` where that is not so, and as `closing.open_again`."""
    lock = locks.app_lock(operation.paths, operation.app, operation.holder(), operation.reporter)
    try:
        moves.need(operation.paths, operation.app, moves.RECLAIMING)
        returning.refuse_late(operation, word)
        _refuse_other(operation, other)
        store.forget_taken(operation.paths, operation.app)
        moves.turn_open(operation.paths, operation.app, moves.RECLAIMING, moves.AHEAD)
        closing.open_again(operation)
    finally:
        lock.release()


def _refuse_other(operation: Operation, other: str) -> None:
    """Somebody has found nothing of the app on the machine `other`. That says nothing of the one that the app went to,
    if it is not the same. Raises `Refused` for that, and where that one runs the app; `Damaged`."""
    paths, app = operation.paths, operation.app
    peer, target = moves.fact(paths, app, "peer"), store.target(paths, app)
    lost = f"if {peer} is gone for good: pocketpaas apps move --lost --app {app}"
    if target and other != target:
        text = f"{app} went to another machine than the one that {peer} leads to: that one may serve it"
        raise Refused("move-other", text, f"name that machine by its address; {lost}")
    try:
        arrived = asking.has_arrived(paths, app)
    except asking.Silent as silent:
        if not target:
            # A program of an earlier version has not noted which machine it is.
            raise Refused("move-other", f"{peer} does not say that it has no {app}: {silent}", lost) from silent
        return
    if arrived:
        raise Refused("move-answers", f"{app} serves on the machine that it went to", "run the same command again")


def revive(operation: Operation, ignore: bool = False) -> int:
    """It serves here; its release. Raises `Refused` as `refuse_answering`, and as `closing.open_again`."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder(), operation.reporter)
    try:
        refuse_answering(operation, ignore)
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
