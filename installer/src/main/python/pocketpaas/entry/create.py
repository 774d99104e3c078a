"""Makes an app: an empty repository and the directories of its state. One that is there is left as it is. Arguments:
APP. Answers with an empty tree."""

from __future__ import annotations

from pocketpaas.operation import apps
from pocketpaas.machine.request import Request, answer
from pocketpaas.state import listing


def serve(request: Request) -> int:
    """See the module."""
    if not listing.is_there(request.paths, request.app):
        apps.create(request.paths, request.app, request.key)
    return answer({})
