"""What a host has beside its apps goes to another one (docs/move.md).

Arguments: ACTION.
- begin: a tree with `peer` comes, one with the secrets goes. expect: on the other host; those come, an empty tree goes.
- list, send, receive: as of an app (`entry.move`). tools: restic is installed.
- pack, unpack: an operation (`move.host`). forget: what was needed for it goes."""

from __future__ import annotations

from dataclasses import replace

from pocketpaas.entry import move
from pocketpaas.failure import BadRequest
from pocketpaas.machine.request import Request, answer
from pocketpaas.move import host, store
from pocketpaas.state import nodes, values

_AS_OF_AN_APP = ("list", "send", "receive", "tools", "pack", "unpack")


def serve(request: Request) -> int:
    """See the module."""
    (action,) = request.arguments
    if action in ("begin", "expect"):
        nodes.refuse_in_cluster(request.paths, "a host is not moved from or to")
    asked = replace(request, arguments=(host.SUBJECT, action))
    if action == "begin":
        return answer(_begin(asked))
    if action == "expect":
        return answer(_expect(asked))
    if action == "forget":
        store.forget(asked.paths, host.SUBJECT)
        return answer({})
    if action not in _AS_OF_AN_APP:
        raise BadRequest(f"there is no such thing as move-host {action}")
    host.tell_at_work(asked.paths)
    return move.serve(asked)


def _begin(request: Request) -> dict[str, str]:
    paths, peer = request.paths, store.peer(move.sent(request).get("peer", ""))
    host.begin(paths, f"to {peer}", "this host")
    # New ones each time: the other host knows by them that what it has of an earlier try is of no use.
    given = store.secrets_of(paths, host.SUBJECT)
    store.write(paths, host.SUBJECT, given)
    values.write(store.directory(paths, host.SUBJECT) / "peer", peer)
    host.note(paths, f"to {peer}")
    return given


def _expect(request: Request) -> dict[str, str]:
    paths, given = request.paths, move.sent(request)
    way = f"from {given.get('id', '')}"
    host.begin(paths, way, "the other host")
    store.write(paths, host.SUBJECT, given)
    host.note(paths, way)
    return {}
