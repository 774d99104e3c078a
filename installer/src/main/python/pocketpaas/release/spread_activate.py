"""From a release to serving, over a cluster: image and network everywhere, services in the idle slot, checked on each
machine, nginx of each machine, and then the switch on all of them. Until the switch everything that serves stays as it
is, on every machine; a machine that does not answer before it ends the operation.

Two acts make a release live. First the managers' own record is written (`truth`), which only a majority of them can do,
so that never two releases are live after a split. Then the marker is renamed on each machine. One that cannot be told
then keeps the old release, whose services stay until it can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pocketpaas.cluster import fronts, gateway, peers, truth
from pocketpaas.cluster import missed as lacking
from pocketpaas.engine import parallel, swarm
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import Container
from pocketpaas.engine.swarm_services import Service
from pocketpaas.failure import Cancelled, Failed, Failure
from pocketpaas.operation.unit import Operation, ignore_signals
from pocketpaas.release import (
    activate,
    candidates,
    cron,
    drain,
    overlap,
    placement,
    scale,
    seal,
    slots,
    spread,
    spread_check,
    spread_memory,
    spread_overlap,
    spread_push,
)
from pocketpaas.release import bundle as bundles
from pocketpaas.release.running import Running
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import moves, values
from pocketpaas.state.nodes import Node

_PREPARE_SECONDS, _SWITCH_SECONDS = 60.0, 10.0
_CHECK_MARGIN = 30.0
_LATER = "the next command does it"


def begin(operation: Operation, running: Running, release: int) -> None:
    """As `activate.activate`, which calls it."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    bundle = paths.release(app, release)
    old, slot = slots.live_release(paths, app), slots.idle_slot(paths, app)
    moves.refuse(paths, app)
    operation.at_end.enter_context(peers.kept_open(paths))
    if flags.is_stopped(paths, app) and operation.kind != "start":
        reporter.note(f"{app} was stopped: this starts it again")
    others = spread.others_for_release(operation)
    placement.guard(operation, bundle / "settings", bundles.types(bundle))
    try:
        answered = _provide(operation, release, others)
        activate.clear_slot(operation, running, slot)
        if not operation.now:
            drain.await_services(operation, slot)
        drain.end(app, slot)
        spread.drop(operation, slot)
        free = spread_memory.free_of(swarm.own_id(operation.engine), others, answered)
        spread_memory.guard(operation, bundle, slots.other(slot), others, free)
        alone: list[Container] = []
        ended: list[Service] = []
        operation.undo += [
            lambda: overlap.undo(operation, [one.id for one in alone]),
            lambda: spread_overlap.undo(operation, ended, others),
            lambda: slots.empty(paths, app, slot),
            lambda: values.remove(paths.app(app) / "slots" / slot / "spread"),
            lambda: spread.drop(operation, slot),
        ]
        slots.prepare(paths, app, slot, release)
        values.touch(paths.app(app) / "slots" / slot / "spread")
        _send_logs(operation, others)
        operation.reporter.step("start", "start", scale.text(scale.instances(paths, app, bundle)))
        alone += overlap.chosen(operation, bundle, slots.other(slot))
        overlap.end(operation, alone)
        ended += spread_overlap.chosen(operation, bundle, slots.other(slot))
        spread_overlap.end(operation, ended, slots.other(slot), others)
        _start(operation, release, slot, bundle, others)
        early = _fronts_of_before(operation, bundle, slots.other(slot))
        _check(operation, slot, release, bundle, others, early)
        slots.sync(paths, app, slot)
        activate.route(operation, bundle)
        _prepare_fronts(operation, bundle, () if early else others)
        missed = _switch(operation, slot, release, others)
    except EngineError as error:
        raise Failed("engine", f"the managers of the cluster refuse: {error.text}") from error
    _settle(operation, running, release, slots.other(slot), old, missed)
    if missed:
        operation.partial = True
        told = "; ".join(f"{name} ({why})" for name, why in missed.items())
        reporter.fail("partial", f"v{release} is live, but not on every machine: {told}")
        reporter.hint("those machines still serve the old release; run the command again when they answer")
        for name in missed:
            lacking.note(paths, name, app)


def _provide(operation: Operation, release: int, others: tuple[Node, ...]) -> Sequence[Mapping[str, str]]:
    """Each of the machines answers, or nothing begins. Raises `Failed`."""
    try:
        return spread.provide(operation, release, others)
    except peers.Unreachable as silent:
        raise spread.in_the_way(silent.text) from silent


def _send_logs(operation: Operation, others: tuple[Node, ...]) -> None:
    """An app that comes to the cluster is sent from everywhere, from its first line on."""
    if values.names(operation.paths.app(operation.app) / "drains"):
        # Loaded when it is asked for.
        from pocketpaas.cluster import log_drains

        holder = operation.holder(f"sending the logs of {operation.app}")
        try:
            log_drains.settle_alone(operation.paths, operation.reporter, holder, others)
        except Failure as failure:
            operation.reporter.warn(f"the logs of {operation.app} are not sent from everywhere yet: {failure.text}")


def _start(operation: Operation, release: int, slot: str, bundle: Path, others: tuple[Node, ...]) -> None:
    wanted = spread.wanted(operation, bundle)
    seal.seal(bundle)
    spread.create(operation, release, slot, wanted)
    if bundles.has_web(bundle):
        spread.open_gateways(operation)
    try:
        spread.await_running(operation, slot, wanted)
        if bundles.has_web(bundle):
            spread.await_gateways(operation, others)
    except Failed:
        operation.reporter.step("start", "fail")
        raise
    operation.reporter.step("start", "done")


def _fronts_of_before(operation: Operation, bundle: Path, live: str) -> dict[str, str]:
    """What nginx of each machine has to know, where the release wants it as the live one does: so it may be told
    before the release is known to be good, with the check. Empty where it wants something else."""
    paths, app = operation.paths, operation.app
    if not (bundles.has_web(bundle) and is_spread(paths, app, live)):
        return {}
    before = paths.app(app) / "slots" / live / "release" / "settings"
    wanted = fronts.told(paths, app, bundle / "settings", None)
    return wanted if wanted == fronts.told(paths, app, before, None) else {}


def _check(
    operation: Operation, slot: str, release: int, bundle: Path, others: tuple[Node, ...], early: Mapping[str, str]
) -> None:
    """Each machine asks its own tasks; what `early` says its nginx knows then. Raises `Failed`, `Failure`."""
    paths, app = operation.paths, operation.app
    operation.reporter.step("check", "start")
    host = candidates.asked_host(operation, bundle)
    made_from = gateway.made_from(operation.engine, app) if bundles.has_web(bundle) else ""
    sent = {**spread_check.told(bundle), "host": host, "release": str(release), "gateway": made_from}
    sent |= {f"{spread_check.FRONT}/{name}": value for name, value in early.items()}
    seconds = values.number(bundle / "settings" / "check" / "deadline", 60) + _CHECK_MARGIN

    def ask(node: Node | None) -> list[str]:
        if node is None:
            return spread_check.wrong(paths, operation.engine, app, slot, release, bundle, host, made_from)
        told = peers.ask(paths, node, ["check", app, slot], sent, seconds=seconds)
        return [f"{line} on {node.name}" for line in told.get("wrong", "").splitlines()]

    wrong = [line for lines in parallel.each(ask, (None, *others)) for line in lines]
    if wrong:
        operation.reporter.step("check", "fail")
        raise Failed("check-failed", f"not every process came up: {'; '.join(wrong)}", "see: pocketpaas logs")
    operation.reporter.step("check", "done")


def _prepare_fronts(operation: Operation, bundle: Path, others: tuple[Node, ...]) -> None:
    """nginx of each of the machines knows the app as the release wants it, and sends nobody to it yet."""
    if not (others and bundles.has_web(bundle)):
        return
    app = operation.app
    sent = fronts.told(operation.paths, app, bundle / "settings", None)
    parallel.each(lambda node: peers.ask(operation.paths, node, ["front", app], sent, seconds=_PREPARE_SECONDS), others)


def _switch(operation: Operation, slot: str, release: int, others: tuple[Node, ...]) -> dict[str, str]:
    """The point of no return; the machines that could not be told, each with why."""
    paths, app = operation.paths, operation.app
    ignore_signals()
    if operation.cancelled_by():
        raise Cancelled
    operation.reporter.step("switch", "start")
    truth.declare(operation.engine, app, release, slot)
    bundles.set_status(paths, app, release, "good")

    def tell(node: Node | None) -> None:
        if node is None:
            slots.switch(paths, app, slot)
        else:
            peers.ask(paths, node, ["switch", app, slot], seconds=_SWITCH_SECONDS)

    everywhere = (None, *others)
    missed = {}
    for node, told in zip(everywhere, parallel.tried(tell, everywhere)):
        if isinstance(told, Exception):
            if node is None:
                raise told
            missed[node.name] = str(told)
    operation.committed()
    operation.down = False
    operation.reporter.step("switch", "done", f"{slot} on {len(everywhere) - len(missed)} of {len(everywhere)}")
    return missed


def _settle(
    operation: Operation, running: Running, release: int, old_slot: str, old: int | None, missed: dict[str, str]
) -> None:
    """After the switch. What fails here is put right by the next reconcile."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    values.remove(paths.app(app) / "operator" / "stopped")
    activate.adopt(operation, release)
    overlap.set_flags(operation, paths.release(app, release))
    cron.settle(operation)
    if running.serving:
        # What it had before are containers of this machine, of which the others never knew.
        ends = drain.start(paths, app, old_slot, running.serving)
    elif old is not None and not missed:
        ends = drain.start_services(paths, app, old_slot)
    else:
        return
    if ends:
        reporter.step("drain", "start", f"v{old} ends in the background")
    else:
        reporter.warn(f"the old release could not be ended; {_LATER}")


def converge(operation: Operation, bundle: Path) -> bool:
    """Each machine that answers serves what is live: one that was lost at the switch, or is new. Whether all could be
    told. Raises `EngineError`, `Refused`."""
    if not bundles.has_web(bundle):
        return True
    others = spread.others_that_answer(operation)
    return spread_push.push_of(operation, others)
