"""Changes of a service are thin, as those of an app are: the arguments go into the spool of an operation, work/service
does it.

Arguments: ACTION NAME ARG… (`change.services`) | cancel NAME: stops what can be taken back.
"""

from __future__ import annotations

from pocketpaas.failure import BadRequest
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request
from pocketpaas.operation import cancelling, work
from pocketpaas.operation.follow import follow
from pocketpaas.state import names, values

#: What has to be ended by somebody else where it is killed.
_MOVES = ("upgrade", "undo")
#: What leaves everything as it was where it is stopped.
_CANCELLED = (*_MOVES, "copy")


def serve(request: Request) -> int:
    """See the module."""
    name = request.arguments[1]
    if not names.is_service(name):
        raise BadRequest(f'"{name}" is not the name of a service')
    if request.arguments[0] == "cancel":
        if len(request.arguments) != 2:
            raise BadRequest("service cancel: NAME")
        return cancelling.cancel(request, f"service.{name}", _CANCELLED, name, request.paths.service(name) / "lock")
    client = Client.of_this_process()
    spool = work.create(request.paths, "service", f"service.{name}", request.key)
    with work.spooling(spool):
        values.put(spool.directory / "args", "\n".join(request.arguments))
    moves = request.arguments[0] in _MOVES
    work.start(request.paths, spool, "service", ("settle", name) if moves else ())
    return follow(spool, client)
