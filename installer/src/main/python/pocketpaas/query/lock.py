"""Deploys of an app may be refused for a while: by the program, by a push, from whatever laptop. What is live stays,
and every other command works.

Arguments: APP on|off; on reads a tree, reason. Tells as an operation does."""

from __future__ import annotations

from pocketpaas.failure import BadRequest
from pocketpaas.machine.events import clean
from pocketpaas.machine.request import Request
from pocketpaas.operation import deploys
from pocketpaas.operation.audit import audit
from pocketpaas.state import tree, values
from pocketpaas.state.clock import now

_MAX_BYTES = 4096
_MAX_REASON = 200


def serve(request: Request) -> int:
    """See the module."""
    wanted = request.arguments[1]
    mark = deploys.lock_mark(request.paths, request.app)
    if wanted not in ("on", "off"):
        raise BadRequest("lock: on or off")
    if wanted == "on":
        reason = clean(tree.read(request.stdin, _MAX_BYTES, 1).get("reason", ""))[:_MAX_REASON]
        values.write(mark, f"{request.key}\t{now()}\t{reason}")
        if deploys.at_work(request.paths, request.app) is not None:
            request.reporter.note("the deploy that is at work goes on; to stop it: pocketpaas deploy --cancel")
    elif mark.exists():
        values.remove(mark)
    else:
        request.reporter.result("unchanged", f"deploys of {request.app} are not locked")
        return 0
    audit(request.paths, request.key, request.app, f"lock {wanted}", 0)
    request.reporter.result("locked", wanted)
    return 0
