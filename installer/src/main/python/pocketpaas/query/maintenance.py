"""Puts an app behind a page that says it is down for maintenance, or lets its visitors in again: a flag that nginx
looks at, so at once, with no reload.

Arguments: APP on|off|state. Tells as an operation does; `state` answers with a tree, maintenance (on|off).
"""

from __future__ import annotations

from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest
from pocketpaas.operation.audit import audit
from pocketpaas.release import spread_push
from pocketpaas.state import values


def serve(request: Request) -> int:
    """See the module."""
    flag = request.paths.app(request.app) / "maintenance"
    wanted, now = request.arguments[1], "on" if flag.exists() else "off"
    if wanted == "state":
        return answer({"maintenance": now})
    if wanted not in ("on", "off"):
        raise BadRequest("maintenance: on, off or state")
    if wanted == now:
        request.reporter.result("unchanged", f"maintenance is already {now}")
        return 0
    if wanted == "on":
        values.write(flag, "")
    else:
        values.remove(flag)
    spread_push.push(request.paths, request.reporter, request.app)
    audit(request.paths, request.key, request.app, f"maintenance {wanted}", 0)
    request.reporter.result("maintenance", wanted)
    return 0
