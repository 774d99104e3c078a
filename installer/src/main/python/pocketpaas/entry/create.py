"""Makes an app: an empty repository and the directories of its state. One that is there is left as it is. Arguments:
APP. Answers with an empty tree."""

from __future__ import annotations

from pocketpaas.operation import apps
from pocketpaas.machine.request import Request, answer


def serve(request: Request) -> int:
    """See the module."""
    if not request.paths.app(request.app).is_dir():
        apps.create(request.paths, request.app, request.key)
    return answer({})
