"""How many instances run. Only the difference starts or stops; nothing that runs and stays is touched. New ones are
checked before nginx knows them; those that go are unknown to it before they stop. No release is made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.change import outcome
from pocketpaas.change.changing import Changing
from pocketpaas.engine import containers
from pocketpaas.engine.client import EngineError
from pocketpaas.failure import BadRequest, Failed, Failure
from pocketpaas.operation.unit import Operation, ignore_signals
from pocketpaas.release import bundle as bundles
from pocketpaas.release import activate, candidates, drain, ending, overlap, reconcile, scale, slots
from pocketpaas.release.scale import Instance
from pocketpaas.routing import flags
from pocketpaas.routing.addresses import is_spread
from pocketpaas.state import names, values

_WORD = re.compile("([A-Za-z][A-Za-z0-9_-]*)=(0|[1-9][0-9]{0,2})")


@dataclass(frozen=True)
class _Live:
    """The live release: its number, bundle and slot."""

    release: int
    bundle: Path
    slot: str


def change(changing: Changing, arguments: Sequence[str]) -> int:
    """TYPE=N…"""
    operation = changing.operation
    if slots.live_release(operation.paths, operation.app) is None:
        return _keep_for_later(changing, _numbers(arguments))
    live = _live(operation)
    goal = _goal(operation, live, arguments)
    before = {one: scale.wanted(operation.paths, operation.app, live.bundle, one) for one in goal}
    if goal == before:
        return outcome.nothing_to_do(operation)
    added = [Instance(one, number) for one in goal for number in range(before[one] + 1, goal[one] + 1)]
    if flags.is_stopped(operation.paths, operation.app):
        # It stays stopped; what is wanted holds from its next start on.
        added = []
    if is_spread(operation.paths, operation.app, live.slot):
        return _spread(changing, live, goal)
    _make_room(changing, live, added)
    if added:
        _start(operation, live, added)
    _store(changing, goal)
    # From here on it is what is wanted; whatever ends this, reconcile goes on with it.
    operation.committed()
    ignore_signals()
    _settle(operation, live)
    return _told(operation, live, goal)


def _spread(changing: Changing, live: _Live, goal: Mapping[str, int]) -> int:
    """Over a cluster the managers start and end them; what a machine's nginx does not answer, it asks another one."""
    from pocketpaas.release import spread_reconcile

    operation = changing.operation
    _store(changing, goal)
    operation.reporter.step("start", "start", _text(goal))
    spread_reconcile.scale(operation, live.release, live.slot)
    operation.reporter.step("start", "done")
    overlap.set_flags(operation, live.bundle)
    activate.route(operation, live.bundle)
    spread_reconcile.converge(operation, live.release, live.slot)
    return _told(operation, live, goal)


def _live(operation: Operation) -> _Live:
    release = outcome.need_live(operation)
    slot = slots.live_slot(operation.paths, operation.app)
    assert slot is not None
    return _Live(release, operation.paths.release(operation.app, release), slot)


def _keep_for_later(changing: Changing, goal: Mapping[str, int]) -> int:
    """Before the first good deploy nobody knows the types, and nothing runs."""
    operation = changing.operation
    directory = changing.operator / "scale"
    if all(values.read(directory / one) == str(number) for one, number in goal.items()):
        return outcome.nothing_to_do(operation)
    _store(changing, goal)
    operation.reporter.note("kept for the first deploy")
    operation.reporter.result("scale", _text(goal))
    return 0


def _goal(operation: Operation, live: _Live, words: Sequence[str]) -> Mapping[str, int]:
    goal, types = _numbers(words), bundles.types(live.bundle)
    for process_type in goal:
        if process_type not in types:
            raise BadRequest(
                f"{operation.app} has no process type {process_type}; it has: {' '.join(types)}", "no-process"
            )
    return goal


def _numbers(words: Sequence[str]) -> Mapping[str, int]:
    goal = {}
    for word in words:
        found = _WORD.fullmatch(word)
        if found is None or not names.is_process_type(found[1]) or found[1] == bundles.RELEASE_COMMAND:
            raise BadRequest(f'"{word}" is not TYPE=NUMBER')
        process_type, number = found[1], int(found[2])
        if process_type == "web":
            scale.check_web(number)
        goal[process_type] = number
    return goal


def _text(goal: Mapping[str, int]) -> str:
    return " ".join(f"{process_type}={number}" for process_type, number in goal.items())


def _make_room(changing: Changing, live: _Live, added: Sequence[Instance]) -> None:
    """Those that a scale before this has made too many may have the numbers, and the addresses, of the new ones; they
    end first."""
    operation, running = changing.operation, changing.running
    types = {one.type for one in added}
    before = [one for one in running.surplus if running.types.get(one) in types]
    if not operation.now:
        drain.await_end(operation, live.slot, before)
    # What is left, or in the way of somebody in a hurry.
    left = containers.there(operation.engine, before)
    if left:
        ending.end_and_remove(operation, left)


def _start(operation: Operation, live: _Live, added: Sequence[Instance]) -> None:
    """The new ones, up, or none of them."""
    # Until the scale is stored they are what reconcile removes.
    operation.undo.append(lambda: _reconcile(operation))
    operation.reporter.step("start", "start", f"more: {scale.text(added)}")
    started = candidates.start(operation, live.release, live.slot, added)
    if started.why:
        operation.reporter.step("start", "fail")
        raise Failed("not-started", started.why)
    operation.reporter.step("start", "done")
    candidates.check_them(operation, live.bundle, started.candidates)
    try:
        containers.set_restart(operation.engine, "unless-stopped", started.ids)
    except EngineError as error:
        operation.reporter.warn(f"the new containers may not come back after a restart of the host: {error.text}")


def _reconcile(operation: Operation) -> None:
    reconcile.reconcile(operation)


def _store(changing: Changing, goal: Mapping[str, int]) -> None:
    stored = changing.operator / "scale"
    values.make_directory(stored)
    for process_type, number in goal.items():
        values.write(stored / process_type, str(number))


def _settle(operation: Operation, live: _Live) -> None:
    """Routing, then the end of those that are too many."""
    paths, app, reporter = operation.paths, operation.app, operation.reporter
    overlap.set_flags(operation, live.bundle)
    try:
        activate.route(operation, live.bundle)
    except Failure as failure:
        reporter.warn(failure.text)
        reporter.warn('nginx does not know the new scale yet: run "pocketpaas scale" again')
    gone = [
        one.id
        for one in containers.list_of_app(operation.engine, app)
        if one.slot == live.slot
        and one.release == live.release
        and one.instance > scale.wanted(paths, app, live.bundle, one.type)
    ]
    if gone:
        # Its unit takes over what that of a scale before this has not ended yet.
        drain.end(app, live.slot)
        if not drain.start(paths, app, live.slot, gone):
            reporter.warn("the containers that are too many could not be ended yet")
        reporter.step("drain", "start", f"{len(gone)} end in the background")


def _told(operation: Operation, live: _Live, goal: Mapping[str, int]) -> int:
    reporter = operation.reporter
    reporter.result("scale", _text(goal))
    if flags.is_stopped(operation.paths, operation.app):
        reporter.note(f"{operation.app} is stopped: this holds from its next start on")
        reporter.result("stopped", "yes")
    else:
        outcome.tell_urls(operation, live.release)
    return 0
