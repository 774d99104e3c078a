"""Gives an app another name.

Arguments: OLD NEW [stop-first] [now]."""

from __future__ import annotations

from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.operation import work
from pocketpaas.operation.follow import follow
from pocketpaas.state import moves, names, renames, values

_WORDS = ("stop-first", "now")


def serve(request: Request) -> int:
    """See the module. One that was killed is ended by the same command; done already, there is nothing to do."""
    paths, (old, new, *words) = request.paths, request.arguments
    if not names.is_app(new) or not set(words) <= set(_WORDS):
        raise BadRequest("rename OLD NEW, perhaps stop-first, now")
    if old == new:
        raise Refused("same-app", f"{old} has that name already", "choose another name")
    begun = renames.of_app(paths, old)
    app = old if begun is None or not begun.has_passed(paths) else begun.new
    if not paths.app(app).is_dir():
        if renames.now(paths, old) == new:
            request.reporter.result("unchanged", f"{old} is called {new} already")
            return 0
        raise Refused("no-app", f"there is no app {old} on this host", 'see "pocketpaas apps"')
    moves.refuse(paths, app)
    client = Client.of_this_process()
    spool = work.create(paths, "rename", app, request.key)
    with work.spooling(spool):
        values.put(spool.directory / "args", "\n".join((new, *words)))
    work.start(paths, spool, "change", ("settle-rename",))
    return follow(spool, client)
