"""Apps that were moved to another host and run nowhere, or cannot be reached there."""

from __future__ import annotations

import time

from pocketpaas.move import asking, store
from pocketpaas.notice.store import NoticeStore
from pocketpaas.release import slots
from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths

KIND = "move"
#: So long the other host may take to start it (s).
_PATIENCE = 120.0
_MAX_WHY = 300


def look(paths: HostPaths, notices: NoticeStore, app: str) -> None:
    """Leaves the app's notice as it is now. Raises `Damaged`, `CannotWrite`."""
    phase = moves.phase(paths, app)
    if store.is_shut(paths, app):
        notices.put(KIND, app, "", *_of_shut(paths, app), (store.shut_mark(paths, app),))
    elif phase in (moves.PASSED, moves.ARRIVED) and _is_left_alone(paths, app):
        wrong = _of_passed(paths, app) if phase == moves.PASSED else _of_arrived(paths, app)
        if wrong is not None:
            mark = store.unanswered(paths, app)
            values.touch(mark, 0o600)
            notices.put(KIND, app, "", *wrong, (moves.directory(paths, app) / phase, mark))
    notices.sweep(KIND, app)


def _of_shut(paths: HostPaths, app: str) -> tuple[str, str]:
    why = moves.why_shut(paths, app)[:_MAX_WHY]
    text = f"{app} does not serve here, although its move to or from {moves.fact(paths, app, 'peer')} was given up"
    cure = "this host tries again every ten seconds; look at it: pocketpaas doctor"
    return f"{text}: {why}" if why else text, cure


def _is_left_alone(paths: HostPaths, app: str) -> bool:
    """Nobody drives the move, and the host that has the word has had the time to start it."""
    since = moves.directory(paths, app).stat().st_mtime
    return not store.has_lease(paths, app) and time.time() - since > _PATIENCE


def _of_passed(paths: HostPaths, app: str) -> tuple[str, str] | None:
    peer = moves.fact(paths, app, "peer")
    try:
        if asking.has_arrived(paths, app):
            return None
    except asking.Silent as silent:
        text = f"{app} was moved to {peer}, which does not answer this host: {str(silent)[:_MAX_WHY]}"
        cure = f"look at it: pocketpaas status --host {peer}; if its move was ended there: {_finish(peer, app)}"
        return text, f"{cure}; if {peer} is gone for good: pocketpaas apps move --lost --app {app}"
    text = f"{app} was moved to {peer}, which has not started it: it runs nowhere"
    return text, f"start it: pocketpaas apps move {peer} --app {app}; or bring it back: add --abort"


def _finish(peer: str, app: str) -> str:
    return f"pocketpaas apps move {peer} --finish --app {app}"


def _of_arrived(paths: HostPaths, app: str) -> tuple[str, str] | None:
    if slots.live_release(paths, app) is not None:
        return None
    peer = moves.fact(paths, app, "peer")
    text = f"{app} came from {peer} and does not start here: it runs nowhere"
    return text, f"bring it back: pocketpaas apps move --abort --app {app} --host {peer}"
