"""An admin's own lines for nginx in the servers of an app.

Arguments: APP show|set|unset. `show` answers with a tree: snippet, and refused where nginx does not take it any more;
`set` reads a value tree (snippet). """

from __future__ import annotations

from pocketpaas.entry import changes
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest
from pocketpaas.state import values


def serve(request: Request) -> int:
    """See the module."""
    action = request.arguments[1]
    if action == "show":
        app = request.paths.app(request.app)
        found = {"snippet": values.read(app / "operator" / "nginx"), "refused": values.read(app / "nginx-refused")}
        return answer({name: text for name, text in found.items() if text is not None})
    if action not in ("set", "unset"):
        raise BadRequest("nginx: show, set or unset")
    return changes.change(request, with_data=action == "set")
