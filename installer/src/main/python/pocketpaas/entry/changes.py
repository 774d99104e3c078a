"""The verbs that change an app are thin: data and arguments go into the spool of an operation, work/change does it.

Arguments: APP and what the change takes; for domains, env and ssl a value tree on standard input.
"""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.machine.request import Request
from pocketpaas.operation import work
from pocketpaas.machine.client import Client
from pocketpaas.operation.follow import follow
from pocketpaas.state import tree, values

_WITH_DATA = ("domains", "env", "nginx", "ssl")


def serve(request: Request) -> int:
    """See the module."""
    return change(request, request.verb in _WITH_DATA)


def change(request: Request, with_data: bool) -> int:
    """Does it as an operation; the operation's exit code."""
    return change_of(request, request.verb, request.app, request.arguments[1:], with_data)


def change_of(request: Request, kind: str, app: str, arguments: Sequence[str], with_data: bool = False) -> int:
    """The same for a change that has another name than the verb, or another app."""
    client = Client.of_this_process()
    spool = work.create(request.paths, kind, app, request.key)
    with work.spooling(spool):
        if with_data:
            tree.receive(request.stdin, spool.directory / "values", tree.MAX_LARGE_BYTES)
        values.put(spool.directory / "args", "\n".join(arguments))
    work.start(request.paths, spool, "change")
    return follow(spool, client)
