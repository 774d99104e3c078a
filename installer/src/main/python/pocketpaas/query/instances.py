"""Which container a process of an app is, and on which machine."""

from __future__ import annotations

from dataclasses import dataclass

from pocketpaas.engine.client import Engine
from pocketpaas.engine.containers import Container
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.machine.request import Request
from pocketpaas.query import tasks
from pocketpaas.release import here, slots
from pocketpaas.state import names, nodes


@dataclass(frozen=True)
class Far:
    """A process on another machine of the cluster: `node` is that machine, `name` the process (TYPE.N)."""

    node: str
    app: str
    slot: str
    release: int
    name: str

    @property
    def words(self) -> tuple[str, ...]:
        """How the machine is told which one is meant."""
        return self.app, self.slot, str(self.release), self.name


def look_up(request: Request, engine: Engine, process: str) -> Container | Far:
    """The process TYPE.N, or the first process of TYPE, of the live release: on this machine if there is one, else
    where it runs. Raises `BadRequest`, `Refused`."""
    kind, number = parts(process)
    paths, app = request.paths, request.app
    there = [one for one in here.in_slot(paths, engine, app, slots.live_slot(paths, app)) if one.runs]
    for one in sorted(there, key=lambda one: one.instance):
        if one.type == kind and number in ("", str(one.instance)):
            return one
    elsewhere = _elsewhere(request, engine)
    for far in elsewhere:
        if process in (far.name, far.name.partition(".")[0]):
            return far
    running = " ".join(sorted([f"{one.type}.{one.instance}" for one in there] + [one.name for one in elsewhere]))
    raise Refused(
        "no-process",
        f"{app} has no running process {process}",
        f"running: {running}" if running else "nothing of it runs; for a new container: pocketpaas run",
    )


def parts(process: str) -> tuple[str, str]:
    """TYPE and N of TYPE.N or TYPE. Raises `BadRequest`."""
    kind, _, number = process.partition(".")
    if not names.is_process_type(kind) or not (number == "" or names.is_number(number, 1)):
        raise BadRequest("a process is TYPE or TYPE.N, for example web.1")
    return kind, number


def _elsewhere(request: Request, engine: Engine) -> list[Far]:
    """The processes of the live release on other machines, the first of each type first."""
    paths, app = request.paths, request.app
    slot, release = slots.live_slot(paths, app), slots.live_release(paths, app)
    found = [
        one
        for one in tasks.facts(paths, engine, app)
        if (one.slot, one.release) == (slot, release) and one.state == "running" and nodes.is_known(paths, one.address)
    ]
    found.sort(key=lambda one: (one.type, one.instance))
    return [Far(one.address, app, one.slot, one.release, f"{one.type}.{one.instance}") for one in found]


def on_this_machine(engine: Engine, app: str, slot: str, release: int, process: str) -> Container:
    """The process that the home of the cluster means. Raises `BadRequest`, `Refused`."""
    # Loaded in a cluster alone.
    from pocketpaas.engine import swarm_services

    kind, number = parts(process)
    for one in swarm_services.local_tasks(engine, app, slot):
        if (one.release, one.type, str(one.instance)) == (release, kind, number):
            return one
    raise Refused("no-process", f"{process} of {app} has just ended", "pocketpaas ps")
