"""Shows the deploy of an app that is at work, or ended a moment ago, from its beginning, and ends as it does.
Arguments: APP."""

from __future__ import annotations

import time

from pocketpaas.machine.request import Request
from pocketpaas.failure import Refused
from pocketpaas.operation import deploys
from pocketpaas.machine.client import Client
from pocketpaas.operation.follow import follow
from pocketpaas.state.clock import ago_seconds

_SEE = 'see "pocketpaas releases"'


def serve(request: Request) -> int:
    """See the module."""
    work = deploys.last(request.paths, request.app)
    if work is None:
        raise Refused("no-deploy", f"no deploy of {request.app} is at work", _SEE)
    text = deploys.text(work)
    if work.ended:
        at = (work.directory / "result").stat().st_mtime
        if time.time() - at > deploys.ATTACH_SECONDS:
            raise Refused(
                "no-deploy", f"no deploy of {request.app} is at work; the last one ended {ago_seconds(at)}", _SEE
            )
        text += f", ended {ago_seconds(at)}"
    request.reporter.note(text)
    request.reporter.result("work", work.id)
    return follow(work, Client.of_this_process())
