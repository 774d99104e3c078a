"""What must not run beside its successor, over a cluster: types with `overlap: false`, with --stop-first all of them.
Their services have no process for a while, on any machine, and have them again where what follows fails."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import containers, service_spec, swarm_services
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.swarm_services import Service
from pocketpaas.failure import CannotWrite, Failed, Failure
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle as bundles
from pocketpaas.release import overlap, slots, spread, spread_drain, spread_push
from pocketpaas.routing import flags
from pocketpaas.state import values
from pocketpaas.state.nodes import Node

_POLL = 0.2
#: How long a machine may take to end a process beside the process's own time.
_MARGIN = 30.0


def chosen(operation: Operation, bundle: Path, old_slot: str) -> tuple[Service, ...]:
    """The services of the old slot that have to end before the bundle's start. Raises `EngineError`."""
    if not operation.stop_first and all(overlap.is_allowed(bundle, one) for one in bundles.types(bundle)):
        return ()
    return tuple(
        one
        for one in spread.services_of(operation, old_slot)
        if service_spec.copies_of(one.spec)
        and (operation.stop_first or not overlap.is_allowed(bundle, one.labels.get(containers.TYPE, "")))
    )


def end(operation: Operation, ending_ones: Sequence[Service], old_slot: str, others: Sequence[Node]) -> None:
    """Their processes end, on every machine; what answers requests first has time for those that it has begun. Raises
    `EngineError`, `Failed` for one that does not end."""
    if not ending_ones:
        return
    types = sorted(one.labels.get(containers.TYPE, "") for one in ending_ones)
    operation.reporter.note(f"ends before the new release starts: {' '.join(types)}")
    if "web" in types:
        operation.reporter.warn(f"{operation.app} does not answer until the new release is up")
        operation.down = True
        _tell_visitors(operation, others)
        spread_drain.await_quiet_live(operation, old_slot)
    for one in ending_ones:
        _scale(operation, one.name, 0)
    _await_ended(operation, ending_ones)


def _tell_visitors(operation: Operation, others: Sequence[Node]) -> None:
    """nginx of each machine says that nobody answers."""
    try:
        flags.unavailable(operation.paths, operation.app)
        spread_push.push(operation.paths, operation.reporter, operation.app, others)
    except CannotWrite:
        operation.reporter.warn("visitors are not told so (disk full?)")


def _scale(operation: Operation, name: str, copies: int) -> None:
    found = swarm_services.service(operation.engine, name)
    if found is not None:
        swarm_services.update_service(operation.engine, found, service_spec.with_copies(found.spec, copies))


def _await_ended(operation: Operation, ending_ones: Sequence[Service]) -> None:
    most = max(_grace(one) for one in ending_ones)
    until = time.monotonic() + most + _MARGIN
    while left := [one.name for one in ending_ones if _runs(operation, one)]:
        if time.monotonic() >= until:
            raise Failed("not-ended", f"what had to end first still runs: {' '.join(left)}", "see: pocketpaas ps")
        time.sleep(_POLL)


def _grace(service: Service) -> float:
    container = (service.spec.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    return float(container.get("StopGracePeriod") or int(rules.default("stop-timeout")) * 10**9) / 1e9


def _runs(operation: Operation, service: Service) -> bool:
    # Of one that is told to end the state is still "running" until its machine says otherwise.
    return any(task.state in ("starting", "running") for task in swarm_services.tasks(operation.engine, service.name))


def undo(operation: Operation, ended: Sequence[Service], others: Sequence[Node]) -> None:
    """What has ended runs again; of what answered, nginx of each machine is told when it does. Never raises."""
    if not ended:
        return
    goal = {one.labels.get(containers.TYPE, ""): service_spec.copies_of(one.spec) for one in ended}
    slot = ended[0].labels.get(containers.SLOT, "")
    live = slots.live_release(operation.paths, operation.app)
    operation.reporter.note(f"starting v{live} again")
    try:
        for one in ended:
            _scale(operation, one.name, service_spec.copies_of(one.spec))
        spread.await_running(operation, slot, goal)
        values.remove(operation.paths.app(operation.app) / "unavailable")
        if spread_push.push(operation.paths, operation.reporter, operation.app, others):
            operation.down = False
    except (EngineError, Failure) as failure:
        operation.reporter.warn(f"what had ended before does not run again: {failure.text}")
