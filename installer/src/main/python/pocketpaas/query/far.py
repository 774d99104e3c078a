"""A verb about a process on another machine of the cluster: this one, the home, hands the caller's streams on."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.failure import Cancelled
from pocketpaas.machine.channel import HANGUP, ended_by_signals, watched
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.operation.audit import audit
from pocketpaas.query.instances import Far
from pocketpaas.state import nodes


def handed_on(request: Request, far: Far, action: str, words: Sequence[str], what: str, term: str | None = None) -> int:
    """What `peer ACTION` does there; it ends with the client. `what` is for the log of who did what. Raises
    `Unreachable`."""
    # Loaded in a cluster alone.
    from pocketpaas.cluster import streams

    code = HANGUP
    try:
        with ended_by_signals(), watched(Client.of_this_process()):
            there = nodes.read(request.paths, far.node)
            code = streams.hand_on(request.paths, there, [action, *far.words, *words], term)
    except Cancelled:
        code = HANGUP
    finally:
        audit(request.paths, request.key, request.app, f"{what} on {far.node}", code)
    return code
