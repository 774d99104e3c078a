"""A stopped app is there with all that it has, and nothing of it runs until `start`, a deploy, a rollback or a restart.
nginx says so to whoever asks."""

from __future__ import annotations

import time
from collections.abc import Sequence

from pocketpaas import rules
from pocketpaas.change import outcome
from pocketpaas.change.changing import Changing, no_arguments
from pocketpaas.engine import containers
from pocketpaas.operation.unit import Operation
from pocketpaas.release import cron, drain, ending, overlap, slots
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import values

_POLL = 0.2


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """Requests that have begun may end, for as long as `drain` says."""
    no_arguments(arguments)
    operation = changing.operation
    release = outcome.need_live(operation)
    if flags.is_stopped(operation.paths, operation.app):
        return outcome.nothing_to_do(operation, f"{operation.app} is stopped already")
    slot = slots.live_slot(operation.paths, operation.app)
    assert slot is not None
    operation.reporter.step("stop", "start")
    values.make_directory(changing.operator)
    values.write(changing.operator / "stopped", "")
    overlap.set_flags(operation, operation.paths.release(operation.app, release))
    cron.settle(operation)
    if is_spread(operation.paths, operation.app, slot):
        # Loaded in a cluster alone.
        from pocketpaas.release import spread_reconcile

        spread_reconcile.stop(operation, release, slot)
    else:
        end(operation, slot)
    operation.reporter.step("stop", "done")
    operation.reporter.result("stopped", "yes")
    return 0


def end(operation: Operation, slot: str) -> None:
    """What runs in the slot ends: requests that have begun may, for as long as `drain` says."""
    app = operation.app
    # Of a scale before this: its unit is in the way of ours, which takes over what it has not ended yet.
    drain.end(app, slot)
    drain.start(operation.paths, app, slot, _left(operation, slot))
    patience = rules.limits("drain")[1] + rules.limits("stop-timeout")[1]
    end = time.monotonic() + patience
    while time.monotonic() < end and drain.is_active(app, slot) and _left(operation, slot):
        time.sleep(_POLL)
    # What no unit could end.
    left = _left(operation, slot)
    if left:
        ending.end_and_remove(operation, left)


def _left(operation: Operation, slot: str) -> tuple[str, ...]:
    return containers.in_slot(operation.engine, operation.app, slot)
