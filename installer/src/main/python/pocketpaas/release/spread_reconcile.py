"""Makes the services of an app equal to (live bundle + scale + stopped or not): what reconcile is for containers. What
runs where, and again elsewhere, is the managers' own work."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from pocketpaas.cluster import gateway, missed, peers, truth
from pocketpaas.engine import containers, parallel, service_spec, swarm, swarm_services
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.parallel import Task
from pocketpaas.engine.swarm_services import Service
from pocketpaas.failure import Failure, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import bundle as bundles
from pocketpaas.release import drain, slots, spread, spread_activate
from pocketpaas.routing import addresses, flags
from pocketpaas.state import nodes, values


def make_equal(operation: Operation, release: int, slot: str, route: Callable[[Operation, Path], None]) -> bool:
    """All of it, in the middle of which `route` has nginx of this machine know the app; whether something had to be put
    right. Raises `Refused` without a majority of the managers."""
    begun = operation.at_end.enter_context(peers.kept_open(operation.paths))
    if begun and operation.settled:
        # They are asked after the build.
        operation.at_end.enter_context(Task(peers.meet_all, operation.paths))
    changed = settle(operation, release, slot)
    route(operation, operation.paths.release(operation.app, release))
    if not operation.settled:
        converge(operation, release, slot)
    operation.settled = True
    return changed


def settle(operation: Operation, release: int, slot: str) -> bool:
    """Whether something had to be put right. Raises `Refused` without a majority of the managers."""
    operation.engine.need()
    try:
        return _settle(operation, release, slot)
    except EngineError as error:
        raise Refused("no-majority", f"the managers of the cluster do not answer: {error.text}") from error


def _settle(operation: Operation, release: int, slot: str) -> bool:
    paths, app, engine = operation.paths, operation.app, operation.engine
    bundle = paths.release(app, release)
    goal = {} if flags.is_stopped(paths, app) else spread.wanted(operation, bundle)
    changed, found = False, {one.labels.get(containers.TYPE, ""): one for one in spread.services_of(operation, slot)}
    for process_type, one in list(found.items()):
        outdated = one.labels.get(containers.RELEASE) != str(release) or _is_elsewhere(engine, one)
        if process_type not in goal or outdated:
            swarm_services.remove_service(engine, one.name)
            found.pop(process_type)
            changed = True
        elif service_spec.copies_of(one.spec) != goal[process_type]:
            swarm_services.update_service(engine, one, service_spec.with_copies(one.spec, goal[process_type]))
            changed = True
    _thaw(operation, slot)
    missing = {process_type: copies for process_type, copies in goal.items() if process_type not in found}
    if missing or (goal and not operation.settled):
        # One that is new, or was away, has to have the image before the managers start something there.
        spread.provide(operation, release, spread.others_that_answer(operation), partial(spread.without, operation))
    if missing:
        spread.create(operation, release, slot, missing)
        changed = True
    if bundles.has_web(bundle):
        spread.open_gateways(operation)
    return changed


def _is_elsewhere(engine: Engine, one: Service) -> bool:
    """What has a volume runs on the home alone, which may be another machine by now."""
    pinned = service_spec.pinned_to(one.spec)
    return bool(pinned) and pinned != swarm.own_id(engine)


def _thaw(operation: Operation, slot: str) -> None:
    """A backup that was killed has left its processes frozen."""
    for one in swarm_services.local_tasks(operation.engine, operation.app, slot, "paused"):
        containers.unpause(operation.engine, one.id)


def converge(operation: Operation, release: int, slot: str) -> None:
    """Each machine serves what is live; then what is in the other slot ends. While a machine cannot be told, that
    stays: it may still send visitors there. What goes wrong is told here."""
    paths, app, other = operation.paths, operation.app, slots.other(slot)
    try:
        every = spread_activate.converge(operation, paths.release(app, release))
        if every and spread.services_of(operation, other) and not drain.is_active(app, other):
            drain.start_services(paths, app, other)
    except (Failure, EngineError) as failure:
        operation.reporter.warn(failure.text)


def scale(operation: Operation, release: int, slot: str) -> None:
    """As many as are wanted now run, and are up. Raises `Failed`, `Refused`."""
    settle(operation, release, slot)
    goal = spread.wanted(operation, operation.paths.release(operation.app, release))
    spread.await_running(operation, slot, goal)


def stop(operation: Operation, release: int, slot: str) -> None:
    """Each machine says that the app is stopped; then it ends everywhere. Raises `Refused`."""
    converge(operation, release, slot)
    settle(operation, release, slot)


def forget(operation: Operation) -> None:
    """Nothing of the app is left in the cluster. What a machine cannot be told is told here. Raises `EngineError`."""
    engine, app = operation.engine, operation.app
    for slot in slots.SLOTS:
        spread.drop(operation, slot)
    gateway.remove(engine, app)
    truth.forget(engine, app)
    every = nodes.others(operation.paths)
    for node, told in zip(every, parallel.tried(lambda one: peers.ask(operation.paths, one, ["forget", app]), every)):
        if isinstance(told, Exception):
            missed.note(operation.paths, node.name, app)
            operation.reporter.warn(f"{node.name} still knows {app}: {told}; it is told when it answers again")
    values.remove_tree(addresses.gateway(operation.paths, app))
