"""The settings of the host. Of a secret one no more than that it is set."""

from __future__ import annotations

from pocketpaas.build import memory
from pocketpaas.machine.request import Request, answer
from pocketpaas.state import host_settings


def serve(request: Request) -> int:
    """See the module."""
    found = host_settings.told(request.paths)
    found["default/build-memory"] = str(memory.usual_megabytes() << 20)
    return answer(found)
