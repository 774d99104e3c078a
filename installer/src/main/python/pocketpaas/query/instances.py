"""Which container a process of an app is."""

from __future__ import annotations

from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import Container
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request
from pocketpaas.query import tasks
from pocketpaas.release import here, slots
from pocketpaas.state import names


def found(request: Request, engine: Engine, process: str) -> Container:
    """The container of TYPE.N, or of the first process of TYPE, of the live release. Raises `BadRequest`, `Refused`."""
    kind, _, number = process.partition(".")
    if not names.is_process_type(kind) or not (number == "" or names.is_number(number, 1)):
        raise BadRequest("a process is TYPE or TYPE.N, for example web.1")
    paths, app = request.paths, request.app
    there = [one for one in here.in_slot(paths, engine, app, slots.live_slot(paths, app)) if one.runs]
    for one in sorted(there, key=lambda one: one.instance):
        if one.type == kind and number in ("", str(one.instance)):
            return one
    _refuse_elsewhere(request, engine, kind, number)
    running = " ".join(sorted(f"{one.type}.{one.instance}" for one in there))
    raise Refused(
        "no-process",
        f"{app} has no running process {process}",
        f"running: {running}" if running else "nothing of it runs; for a new container: pocketpaas run",
    )


def _refuse_elsewhere(request: Request, engine: Engine, kind: str, number: str) -> None:
    """Raises `Refused` for a process that runs on another machine of the cluster."""
    live = slots.live_slot(request.paths, request.app)
    for one in tasks.facts(request.paths, engine, request.app):
        if one.slot == live and one.state == "running" and one.type == kind and number in ("", str(one.instance)):
            raise Refused(
                "elsewhere",
                f"{one.type}.{one.instance} of {request.app} runs on {one.address}, and only processes on the home "
                "can be entered",
                "for a new container on the home: pocketpaas run",
            )
