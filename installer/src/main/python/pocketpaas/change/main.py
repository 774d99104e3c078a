"""work/change: changes a deployed app, by the operation's kind. No build."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

from pocketpaas.change.changing import Change, Changing
from pocketpaas.failure import BadRequest
from pocketpaas.machine import locks
from pocketpaas.operation.unit import Operation
from pocketpaas.release import reconcile
from pocketpaas.state import moves, nodes, values

#: Each is a module of this room, loaded when it is asked for.
_CHANGES = ("env", "domains", "ssl", "nginx", "scale", "restart", "stop", "start")
#: What changes nginx and makes no release: the other machines of a cluster are told. (`domains` does it itself,
#: before it looks whether names lead there.)
_NGINX = ("ssl", "nginx")
_STOP_FIRST = ("env", "rename", "restart", "rollback")
_NOW = ("env", "rename", "restart", "rollback", "scale", "start")


def change(operation: Operation) -> int:
    """Does it under the app's lock; the exit code."""
    arguments = take_options(operation, values.lines(operation.work.directory / "args"))
    paths, app, holder = operation.paths, operation.app, operation.holder()
    if operation.kind == "rename":
        from pocketpaas.change import rename

        return rename.change(operation, arguments)
    if operation.kind == "destroy":
        locks.build_lock(paths, app, holder)
    elif operation.kind != "rollback" and operation.kind not in _CHANGES:
        raise BadRequest(f"there is no change {operation.kind}")
    lock = locks.app_lock(paths, app, holder, operation.reporter)
    if operation.kind == "destroy":
        from pocketpaas.change import destroy

        return destroy.change(operation, arguments)
    # It may have left this host while this waited for the lock.
    moves.refuse(paths, app)
    if operation.kind == "rollback":
        from pocketpaas.change import rollback

        return rollback.change(operation, arguments)
    do: Change = import_module(f"pocketpaas.change.{operation.kind}").change
    code = do(Changing(operation, reconcile.reconcile(operation), lock), arguments)
    if operation.kind in _NGINX and nodes.is_home(paths):
        # Loaded in a cluster alone.
        from pocketpaas.release import spread_push

        spread_push.push_of(operation)
    return code


def take_options(operation: Operation, words: Sequence[str]) -> list[str]:
    """Notes `stop-first` and `now` in the operation, where its kind has them; the other arguments."""
    arguments = []
    for word in words:
        if word == "stop-first" and operation.kind in _STOP_FIRST:
            operation.stop_first = True
        elif word == "now" and operation.kind in _NOW:
            operation.now = True
        else:
            arguments.append(word)
    return arguments
