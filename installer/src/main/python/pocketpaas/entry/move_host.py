"""What a host has beside its apps goes to another one (docs/move.md).

Arguments: ACTION.
- begin: a tree with `peer` comes, and `here`, as people call this host; one with the secrets goes, and `from`, which
  machine this is. expect: on the other host; those come with its own `here`, an empty tree goes.
- list, send, receive: as of an app (`entry.move`). tools: restic is installed.
- pack, unpack: an operation (`move.host`). forget: what was needed for it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pocketpaas.entry import move
from pocketpaas.failure import BadRequest
from pocketpaas.machine.request import Request, answer
from pocketpaas.move import host, identity, store
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
    if action != "tools":
        # That one comes before a move begins, and may be of another one than is known here.
        host.tell_at_work(asked.paths)
    return move.serve(asked)


def _begin(request: Request) -> dict[str, str]:
    paths, told = request.paths, move.sent(request)
    peer = store.peer(told.get("peer", ""))
    host.begin(paths, f"to {peer}", _here(told, "this host"))
    # New ones each time: the other host knows by them that what it has of an earlier try is of no use.
    given = store.secrets_of(paths, host.SUBJECT)
    store.write(paths, host.SUBJECT, given)
    values.write(store.directory(paths, host.SUBJECT) / "peer", peer)
    host.note(paths, f"to {peer}")
    return {**given, "from": identity.of(paths)}


def _expect(request: Request) -> dict[str, str]:
    paths, given = request.paths, move.sent(request)
    # The secrets are new ones each time; the same command again comes from the same machine.
    source = given.get("from", "")
    way = f"from {source if identity.PATTERN.fullmatch(source) else given.get('id', '')}"
    host.begin(paths, way, _here(given, "the other host"))
    store.write(paths, host.SUBJECT, given)
    host.note(paths, way)
    return {}


def _here(told: Mapping[str, str], unnamed: str) -> str:
    """How people call this host. A program of an earlier version does not say it."""
    try:
        return store.peer(told.get("here", ""))
    except BadRequest:
        return unnamed
