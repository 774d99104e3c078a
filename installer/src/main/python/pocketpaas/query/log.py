"""The log of a release's build: a tree, log (its last 4 MB). Arguments: APP RELEASE."""

from __future__ import annotations

import os

from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import Refused
from pocketpaas.query.show import release_directory
from pocketpaas.state import values

_MAX_BYTES = 4_000_000


def serve(request: Request) -> int:
    """See the module."""
    bundle = release_directory(request, request.arguments[1])
    file = bundle / "build.log"
    if not file.is_file():
        raise Refused("no-log", f"v{bundle.name} was not built: it has the image of another release")
    with open(file, "rb") as log:
        log.seek(max(0, os.fstat(log.fileno()).st_size - _MAX_BYTES))
        return answer({"log": values.decode(log.read().replace(b"\0", b""))})
