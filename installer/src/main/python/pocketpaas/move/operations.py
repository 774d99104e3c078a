"""work/move: a step of a move, by the first argument of the operation. What each does is in the modules of this room;
here are its locks, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pocketpaas.change import destroy, outcome
from pocketpaas.engine import volumes as engine_volumes
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, CannotWrite, Failed, Refused
from pocketpaas.machine import locks
from pocketpaas.move import arriving, asking, backups, closing, damage, dropping, host, returning, reviving, sending
from pocketpaas.move import store
from pocketpaas.operation.move_watch import unwatch, unwatch_serving, watch
from pocketpaas.operation.unit import Operation
from pocketpaas.release import activate, serving, slots
from pocketpaas.routing import arrival
from pocketpaas.state import moves, names, values

_NOBODY = "nobody drives this move"


def change(operation: Operation) -> int:
    """Does it; the exit code."""
    action, *_ = values.lines(operation.work.directory / "args") or ("",)
    if action not in _ACTIONS or (action in ("pack", "unpack")) != (operation.app == host.SUBJECT):
        raise BadRequest(f"there is no such thing as move {action}")
    operation.engine.need()
    store.lock(operation.paths, operation.app, operation.holder(f"move {action}"))
    try:
        _ACTIONS[action](operation)
    except Failed as failure:
        if failure.cause not in damage.OF_THE_REPOSITORY:
            raise
        raise damage.told(operation, action, failure) from failure
    except EngineError as error:
        raise Failed("engine", f"the Docker engine on the host: {error.text}", "run the same command again") from error
    except OSError as error:
        raise CannotWrite(operation.paths.root, error) from error
    outcome.tell_seconds(operation)
    return 0


def tell(operation: Operation) -> int:
    """What serves here after a failure."""
    if moves.is_opening(operation.paths, operation.app):
        # It was to serve here again, and could not be started: the host goes down, or its engine does.
        again = "serves here again by itself, within a minute of when the host is up; then run the same command again"
        operation.reporter.hint(f"{operation.app} {again}")
        return 6
    here = operation.paths.app(operation.app).is_dir() and not moves.is_silent(operation.paths, operation.app)
    return serving.tell(operation) if here else 5


# ---------------------------------------------------------------- on the host that the app leaves


def _ahead(operation: Operation) -> None:
    """All of it is copied while it serves."""
    moves.need(operation.paths, operation.app, moves.AHEAD)
    backups.lock(operation)
    lock = locks.app_lock(operation.paths, operation.app, operation.holder(), operation.reporter)
    try:
        # nginx looks for the one file from now on.
        activate.route(operation, operation.paths.release(operation.app, sending.release_of(operation)))
        # The other host can ask for the word.
        arrival.serve(operation)
    finally:
        lock.release()
    _tell_sent(operation, sending.send(operation, still=False))


def _close(operation: Operation) -> None:
    """Nobody writes any more, and what has changed is copied. What fails has the app serve again."""
    paths, app = operation.paths, operation.app
    backups.lock(operation)
    held = closing.hold_services(operation)
    locks.build_lock(paths, app, operation.holder())
    locks.app_lock(paths, app, operation.holder(), operation.reporter)
    closing.refuse_others(operation, held)
    if not store.has_lease(paths, app):
        raise Refused("move-lease", _NOBODY, "run the same command again")
    watch(paths, app)
    operation.undo.append(lambda: _open(operation))
    store.note_closing(paths, app, operation.work.id)
    operation.reporter.result("closing", operation.work.id)
    closing.close(operation, moves.AHEAD, moves.CLOSED)
    for lock in held:
        lock.release()
    _tell_sent(operation, sending.send(operation, still=True))
    operation.committed()


def _open(operation: Operation) -> None:
    if moves.phase(operation.paths, operation.app) == moves.CLOSED:
        moves.turn_open(operation.paths, operation.app, moves.CLOSED, moves.AHEAD)
    closing.open_again(operation)
    unwatch_serving(operation.paths, operation.app)


def _reopen(operation: Operation) -> None:
    """It serves again, if it was not passed on."""
    closing.give_up(operation)
    unwatch_serving(operation.paths, operation.app)


def _take(operation: Operation) -> None:
    """It comes back with what was written there."""
    backups.lock(operation, is_shut=not store.is_half(operation.paths, operation.app))
    returning.take(operation, _told(operation))
    unwatch_serving(operation.paths, operation.app)


def _recover(operation: Operation) -> None:
    """The other host has nothing of it any more: it serves here again, as it was when it went."""
    reviving.recover(operation, _told(operation), _told(operation, 2))
    unwatch_serving(operation.paths, operation.app)


def _forget(operation: Operation) -> None:
    """It does not move any more, and serves here, if it was not destroyed meanwhile."""
    paths, app = operation.paths, operation.app
    if moves.phase(paths, app) not in ("", moves.AHEAD):
        raise Refused("move-phase", f"{app} does not serve here", "run the same command again")
    closing.stay(operation)
    arrival.close(operation)
    store.forget(paths, app)


def _finish(operation: Operation) -> None:
    """It is gone from here, with its data: the other host has all of it."""
    paths, app = operation.paths, operation.app
    if paths.app(app).is_dir():
        moves.need(operation.paths, operation.app, moves.PASSED)
        locks.build_lock(paths, app, operation.holder())
        locks.app_lock(paths, app, operation.holder(), operation.reporter)
        used = sending.of_app(operation, app)
        sent = store.sent(paths, app)
        kept = [name for name in engine_volumes.of_app(operation.engine, app) if name not in sent]
        destroy.change(operation, ["volumes"], destroy.Kept(kept))
        dropping.tell_empty(operation, used)
    arrival.close(operation)
    store.forget(paths, app)


# ---------------------------------------------------------------- on the host that it comes to


def _prepare(operation: Operation) -> None:
    """nginx answers the other host. A backup that is at work here is waited for, as nobody is without service yet."""
    backups.lock(operation).release()
    if moves.phase(operation.paths, operation.app) in ("", moves.ARRIVING):
        arrival.serve(operation)


def _bring(operation: Operation) -> None:
    backups.lock(operation, is_shut=_told(operation) == "yes")
    took = arriving.bring(operation)
    operation.reporter.result("took", f"{took:.1f}")
    watch(operation.paths, operation.app)
    _try_way(operation)


def _try_way(operation: Operation) -> None:
    """Says once whether this host could find out by itself that it was given the word."""
    paths, app, peer = operation.paths, operation.app, moves.fact(operation.paths, operation.app, "peer")
    if asking.tried(paths, app):
        return
    try:
        asking.is_passed(paths, app)
        asking.note_tried(paths, app, "yes")
    except asking.Silent as silent:
        asking.note_tried(paths, app, str(silent))
        operation.reporter.warn(
            f"this host cannot ask {peer} who has the word for {app}: {silent}. If your machine goes away just when "
            "the word is given, the app runs nowhere until you run the same command again"
        )
        operation.reporter.hint(f"port 443 of {peer} has to be open for this host")


def _start(operation: Operation) -> None:
    live = arriving.start(operation, word=_told(operation))
    unwatch_serving(operation.paths, operation.app)
    outcome.released(operation, live)


def _resume(operation: Operation) -> None:
    live = arriving.start(operation, again=True, word=_told(operation))
    unwatch_serving(operation.paths, operation.app)
    outcome.released(operation, live)


def _wake(operation: Operation) -> None:
    """By the host itself, where nobody drives the move any more: it starts, if the word was given."""
    again = moves.phase(operation.paths, operation.app) == moves.RETURNING
    live = arriving.start(operation, again, alone=True)
    unwatch_serving(operation.paths, operation.app)
    outcome.released(operation, live)


def _claim(operation: Operation) -> None:
    """The other host is gone for good: it is here, and the move is over; or nearly, where that host could still believe
    that it has the word."""
    phase, ignore = moves.phase(operation.paths, operation.app), _told(operation) == "yes"
    if phase in (moves.PASSED, moves.RECLAIMING):
        live = reviving.revive(operation, ignore)
        unwatch_serving(operation.paths, operation.app)
    elif phase == moves.AHEAD:
        reviving.refuse_answering(operation, ignore)
        live = slots.live_release(operation.paths, operation.app) or 0
        _forget(operation)
    else:
        if phase == moves.CLOSED:
            moves.refuse(operation.paths, operation.app)
        live = arriving.claim(operation, ignore)
        _settle(operation)
    outcome.released(operation, live)


def _halt(operation: Operation) -> None:
    backups.lock(operation)
    _tell_sent(operation, returning.halt(operation, _told(operation)))


def _settle(operation: Operation) -> None:
    """It is here for good."""
    paths, app = operation.paths, operation.app
    if moves.phase(paths, app) not in ("", moves.ARRIVED):
        raise Refused("move-phase", f"{app} was not given to this host", "run the same command again")
    if paths.app(app).is_dir():
        moves.note_end(paths, app, values.read_or(store.directory(paths, app) / "id", ""))
    values.remove_tree(moves.directory(paths, app))
    unwatch(app)
    arrival.close(operation)
    store.forget(paths, app)


# ---------------------------------------------------------------- a whole host


def is_subject(text: str) -> bool:
    """Whether a move can be about it: an app, or the host itself."""
    return names.is_app(text) or text == host.SUBJECT


def _pack(operation: Operation) -> None:
    backups.lock(operation)
    host.pack(operation)


def _unpack(operation: Operation) -> None:
    backups.lock(operation)
    host.unpack(operation)


# ---------------------------------------------------------------- what they share


def _told(operation: Operation, number: int = 1) -> str:
    """What is told with the action; empty where a program of an earlier version tells nothing. The first, of most of
    them, is at which turn of the word whoever drives the move was told to do this."""
    told = values.lines(operation.work.directory / "args")[number : number + 1]
    return "".join(told).removeprefix(NOTHING)


def _tell_sent(operation: Operation, sent: sending.Sent) -> None:
    operation.reporter.result("took", f"{sent.seconds:.1f}")
    operation.reporter.result("size", str(sent.size))


_ACTIONS: Mapping[str, Callable[[Operation], None]] = {
    "ahead": _ahead,
    "close": _close,
    "reopen": _reopen,
    "take": _take,
    "recover": _recover,
    "forget": _forget,
    "finish": _finish,
    "prepare": _prepare,
    "bring": _bring,
    "start": _start,
    "resume": _resume,
    "wake": _wake,
    "claim": _claim,
    "halt": _halt,
    "drop": dropping.drop,
    "settle": _settle,
    "pack": _pack,
    "unpack": _unpack,
}
#: In the place of what is not told, or has not the right form.
NOTHING = "-"
#: Those that are told at which turn of the word they are.
TOLD_THE_TURN = ("start", "resume", "halt", "take", "recover")
#: Their names.
ACTIONS = tuple(_ACTIONS)
