"""A restored release and the files of the volumes that belong to it go live together, or none of them does: what is
killed in between leaves a note (`release.swapped`), and a unit that has it settled at once (`operation.heir`)."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.backup import swapping
from pocketpaas.backup.swapping import Fetched
from pocketpaas.engine import containers
from pocketpaas.failure import Failure, Refused
from pocketpaas.operation import heir
from pocketpaas.operation.unit import Operation
from pocketpaas.release import ending, overlap, slots, swapped
from pocketpaas.release.running import Running
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread


def dismiss(operation: Operation) -> None:
    """Where the old files could not be put back somebody has to do it when this has ended."""
    if not swapped.is_open(operation.paths, operation.app):
        heir.dismiss(operation, operation.app)


def settle(operation: Operation) -> None:
    """The release is live: the old files go. What keeps them from that does not take it back."""
    try:
        swapped.settle(operation)
    except Failure as failure:
        operation.reporter.warn(failure.text)


def hold(operation: Operation, running: Running, fetched: Sequence[Fetched], release: int) -> None:
    """Nothing of the app runs, and its volumes hold what was restored with the release. Taken back with the operation.
    Raises `Refused`, `Failed`, `EngineError`, `CannotWrite`."""
    if not fetched:
        return
    slot = slots.live_slot(operation.paths, operation.app)
    if slot is not None and is_spread(operation.paths, operation.app, slot):
        if not flags.is_stopped(operation.paths, operation.app):
            raise Refused(
                "in-cluster",
                f"{operation.app} runs over a cluster, and its volumes cannot be replaced while it runs",
                "stop it first: pocketpaas stop",
            )
        return swap(operation, fetched, release)
    heir.appoint(operation, operation.app)
    operation.undo.append(lambda: _start_again(operation, running))
    flags.unavailable(operation.paths, operation.app)
    operation.down = True
    everything = (*running.serving, *running.other, *running.surplus)
    containers.set_restart(operation.engine, "no", everything)
    ending.end(operation.paths, operation.engine, operation.app, everything)
    _end_runs(operation, everything)
    swap(operation, fetched, release)
    # What began meanwhile may have the files that are about to go.
    _end_runs(operation, everything)


def _end_runs(operation: Operation, processes: Sequence[str]) -> None:
    """What drains, runs once or is a job would go on with files that are not the app's any more: it ends, and does not
    come back."""
    found = containers.listed(operation.engine, (f"{containers.APP}={operation.app}",))
    others = [one.id for one in found if one.id not in processes]
    if others:
        operation.reporter.note("ends, and does not go on afterwards: what runs beside the processes (runs, cron jobs)")
        ending.end_and_remove(operation, others)


def swap(operation: Operation, fetched: Sequence[Fetched], release: int) -> None:
    """The files of all of them come and go with the release. Taken back with the operation. Raises `CannotWrite`."""
    if not fetched:
        return
    heir.appoint(operation, operation.app)
    operation.undo.append(lambda: swapped.settle(operation))
    swapped.note(operation.paths, operation.app, release, [one.mount for one in fetched])
    for one in fetched:
        swapping.swap(one)


def _start_again(operation: Operation, running: Running) -> None:
    if swapped.is_open(operation.paths, operation.app):
        # Never with files that are not its own: who settles it starts it.
        operation.reporter.warn(
            f"{operation.app} is down, as its files could not be put back; the next command does it"
        )
        return
    overlap.undo(operation, running.serving)
    containers.set_restart(operation.engine, "unless-stopped", running.serving)
