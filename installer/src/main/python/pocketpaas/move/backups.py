"""What a move reads or brings no backup reads meanwhile, and the other way round."""

from __future__ import annotations

from pocketpaas.backup import store
from pocketpaas.failure import Busy
from pocketpaas.machine.locks import Lock
from pocketpaas.operation.unit import Operation

#: So long a backup that is at work is waited for (s).
_PATIENCE = 1800.0
#: The same while the app runs nowhere.
_SHUT_PATIENCE = 10.0


def lock(operation: Operation, is_shut: bool = False) -> Lock:
    """One that is at work is waited for: it would be a pity about the copy; not while the app runs nowhere (`is_shut`),
    as that was waited for before. Raises `Busy`."""
    patience, app = _SHUT_PATIENCE if is_shut else _PATIENCE, operation.app
    try:
        return store.lock(operation.paths, operation.holder("move"), patience, operation.reporter.note)
    except Busy as busy:
        if not is_shut:
            raise
        text = f"a backup has begun on the host that {app} comes to, and {app} is not shut for so long: {busy.text}"
        raise Busy(text, "when it has ended, run the same command again") from busy
