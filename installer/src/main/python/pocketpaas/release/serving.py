"""What serves after a failure: a line, and the exit code."""

from __future__ import annotations

from pocketpaas.failure import Failure
from pocketpaas.operation.unit import Operation
from pocketpaas.release import slots
from pocketpaas.routing import flags


def tell(operation: Operation) -> int:
    """`+result serving` where an old release serves, and 5; 6 where nothing does. (1 where the state is damaged: nobody
    knows.)"""
    if flags.is_stopped(operation.paths, operation.app):
        operation.reporter.hint(f"{operation.app} stays stopped")
        return 6
    try:
        live = None if operation.down else slots.live_release(operation.paths, operation.app)
    except Failure:
        return 1
    if live is None:
        return 6
    operation.reporter.result("serving", f"v{live}")
    return 5
