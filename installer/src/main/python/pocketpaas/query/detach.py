"""Commands that run in the background, as `run` but for nobody who waits: what they print is kept with the app's logs.

Arguments of detach: APP COMMAND [type=TYPE], as of `run`; of runs: APP stop NUMBER. Both tell as an operation does."""

from __future__ import annotations

import base64

from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request, words_of
from pocketpaas.operation.audit import audit
from pocketpaas.query import run as commands
from pocketpaas.release import background
from pocketpaas.schedule import runs
from pocketpaas.state import names, values


def serve(request: Request) -> int:
    """See the module."""
    if request.verb == "detach":
        _detach(request)
        return 0
    what, number = request.arguments[1:]
    if what != "stop" or not names.is_run(number):
        raise BadRequest("runs: stop, and the number of a run")
    _stop(request, number)
    return 0


def _detach(request: Request) -> None:
    paths, app = request.paths, request.app
    words = words_of(request.arguments[1])
    live, kind = commands.live_and_type(request, request.arguments[2:])
    words, kind = commands.as_process(paths.release(app, live), words, kind)
    try:
        "".join(words).encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadRequest("the command is not UTF-8") from error
    Engine(paths).look()
    data = b"".join(values.encode(word) + b"\0" for word in words)
    fields = {"command": base64.urlsafe_b64encode(data).decode(), "who": request.key, "release": str(live)}
    if kind:
        fields["type"] = kind
    run = background.begin(paths, app, fields)
    audit(paths, request.key, app, "detach", 0)
    request.reporter.result("run", run.number)


def _stop(request: Request, number: str) -> None:
    run = runs.by_number(request.paths, request.app, number)
    if run is None:
        raise Refused(
            "no-run", f"{request.app} has no run {number}", 'see "pocketpaas runs", and "pocketpaas cron --json"'
        )
    if not run.is_alive():
        request.reporter.result("unchanged", f"run {number} has ended already: {run.result}")
        return
    background.stop(run)
    audit(request.paths, request.key, request.app, f"stop of run {number}", 0)
    request.reporter.result("run", number)
