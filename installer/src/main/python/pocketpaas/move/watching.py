"""What a host does by itself while a move is open and whoever drove it may be gone, so that the app never stays down:
the host that it leaves opens it again, or gives its word again, as it was before the step that nobody goes on with; the
host that it goes to asks for the word, and starts the app where it was given."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import Failure
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.process import run
from pocketpaas.move import asking, closing, store
from pocketpaas.operation import work
from pocketpaas.operation.audit import audit
from pocketpaas.operation.move_watch import tries, unwatch
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import slots
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

_WHO = "host"
_NOTICES = "pocketpaas-notices.service"
#: An app that does not come up is tried so often; then somebody has to look at it (`notice.moves`).
_MOST_TRIES = 5


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `move`, by the timer: APP."""
    app = arguments[0] if len(arguments) == 1 else ""
    phase = moves.phase(paths, app)
    if phase in (moves.CLOSED, moves.RECLAIMING):
        return 0 if store.has_lease(paths, app) else _go_back(paths, reporter, app)
    if phase in (moves.ARRIVING, moves.RETURNING) or _is_to_start(paths, app, phase):
        return _go_on(paths, app, phase)
    if moves.is_opening(paths, app) and not (phase == moves.ARRIVED and _lacks_word(paths, app)):
        return _go_back(paths, reporter, app)
    if phase == moves.ARRIVED and slots.live_release(paths, app) is not None:
        return _look_after(paths, reporter, app)
    unwatch(app)
    return 0


def _is_to_start(paths: HostPaths, app: str, phase: str) -> bool:
    """Whether it has the word, and a start was cut off or failed."""
    waits = phase == moves.ARRIVED and slots.live_release(paths, app) is None
    return waits and values.number(tries(paths, app), 0) < _MOST_TRIES


# ---------------------------------------------------------------- on the host that the app leaves


def _go_back(paths: HostPaths, reporter: Reporter, app: str) -> int:
    with tempfile.TemporaryDirectory(prefix="pocketpaas-move.") as directory:
        operation = Operation(paths, reporter, Engine(paths), Work("", Path(directory)), app, "move", _WHO)
        try:
            if moves.phase(paths, app) == moves.RECLAIMING:
                _pass_again(operation)
            else:
                closing.give_up(operation)
        except (Failure, EngineError) as error:
            # The timer comes again.
            reporter.warn(f"{app} stays closed for now: {error.text}")
            moves.note_shut(paths, app, error.text)
            _tell(paths, app)
            return 1
    _tell(paths, app)
    return 0


def _tell(paths: HostPaths, app: str) -> None:
    """Who has to know that it is down for minutes is told now, and not with the next turn of the host's timer. Raises
    `CannotWrite`."""
    if store.is_shut(paths, app) and moves.is_first_told(paths, app):
        run(["systemctl", "start", "--no-block", _NOTICES])


def _pass_again(operation: Operation) -> None:
    """Nobody goes on with bringing it back: it may run there as before. Raises `Busy` while it is being taken,
    `CannotWrite`."""
    paths, app = operation.paths, operation.app
    lock = locks.app_lock(paths, app, operation.holder("giving its word again"), operation.reporter)
    try:
        if moves.phase(paths, app) == moves.RECLAIMING and not store.has_lease(paths, app):
            store.turns(paths, app)
            moves.turn(paths, app, moves.RECLAIMING, moves.PASSED)
            audit(paths, _WHO, app, "move passed again", 0)
    finally:
        lock.release()


# ---------------------------------------------------------------- on the host that it goes to


def _lacks_word(paths: HostPaths, app: str) -> bool:
    """Whether the other host says that it has not given its word. Where nobody knows, it had when it came here."""
    try:
        return not asking.is_passed(paths, app)
    except asking.Silent:
        return False


def _look_after(paths: HostPaths, reporter: Reporter, app: str) -> int:
    """It serves here since the machine was started again. While it was away the other host may have been told that it
    is lost, and serve the app itself (`reviving`)."""
    try:
        if asking.is_passed(paths, app):
            unwatch(app)
            return 0
        with tempfile.TemporaryDirectory(prefix="pocketpaas-move.") as directory:
            operation = Operation(paths, reporter, Engine(paths), Work("", Path(directory)), app, "move", _WHO)
            _give_way(operation)
    except asking.Silent:
        # Nobody knows, so it serves on; the timer comes again.
        return 0
    except (Failure, EngineError) as error:
        reporter.warn(f"{app} serves here for now, and on the other host, too: {error.text}")
        return 1
    return 0


def _give_way(operation: Operation) -> None:
    """It does not serve any more, and keeps what it has here. Raises `Silent`, and as `closing.close`."""
    paths, app = operation.paths, operation.app
    held = closing.hold_services(operation)
    held.append(locks.app_lock(paths, app, operation.holder("giving way"), operation.reporter))
    try:
        if moves.phase(paths, app) == moves.ARRIVED and not asking.is_passed(paths, app):
            closing.close(operation, moves.ARRIVED, moves.RETURNING)
            audit(paths, _WHO, app, "move given way", 0)
    finally:
        for lock in held:
            lock.release()


def _go_on(paths: HostPaths, app: str, phase: str) -> int:
    """Begins its start, if that may be. The operation asks once more, under the app's lock."""
    if any(one.kind == "move" and one.runs() for one in work.all_works(paths, app)):
        return 0
    if phase != moves.ARRIVED:
        try:
            if not asking.is_passed(paths, app):
                return 0
        except asking.Silent:
            # The timer comes again.
            return 0
    values.write(tries(paths, app), str(values.number(tries(paths, app), 0) + 1))
    spool = work.create(paths, "move", app, _WHO)
    with work.spooling(spool):
        values.put(spool.directory / "args", "wake")
    work.start(paths, spool, "move")
    return 0
