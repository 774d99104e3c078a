"""The release command of a new release: run in a container of its own, its output streamed, before anything is
switched."""

from __future__ import annotations

from pocketpaas.engine import attach, containers, exits
from pocketpaas.engine.client import EngineAway, EngineError
from pocketpaas.failure import Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.release import ending, spec

_NOT_FOUND, _KILLED = 127, 137


def run(operation: Operation, release: int) -> None:
    """Nothing where the release has none. Raises `Failed` where it does not end well, `Damaged`, `NoEngine`."""
    if not (operation.paths.release(operation.app, release) / "release").exists():
        return
    operation.reporter.step("release", "start")
    try:
        code = _code(operation, release)
        if code != 0:
            raise _failure(code)
    except Failed:
        operation.reporter.step("release", "fail")
        raise
    operation.reporter.step("release", "done")


def _code(operation: Operation, release: int) -> int | None:
    """The code that it ends with; None where nobody knows."""
    try:
        wanted = spec.release_command(operation.paths, operation.app, release)
        container = containers.create(operation.engine, wanted)
    except EngineError as error:
        raise _not_started(error.text) from error
    # Whatever ends this, the container does not stay.
    try:
        return _run(operation, container)
    finally:
        if not containers.remove(operation.engine, (container,)):
            operation.reporter.warn(ending.LEFT)


def _run(operation: Operation, container: str) -> int | None:
    engine = operation.engine
    try:
        attach.run(engine, container, operation.reporter.output)
    except EngineAway:
        # One that was started anew meanwhile has let the command go on.
        pass
    except EngineError as error:
        raise _not_started(error.text) from error
    engine.need()
    state = exits.ended(engine, container)
    if state is None:
        return None
    if state.status == "created":
        raise _not_started("the Docker engine went away")
    if not state.runs:
        return state.code
    operation.reporter.note("the Docker engine was started anew; waiting for the command to end")
    try:
        return containers.wait(engine, container)
    except EngineError:
        return None


def _not_started(why: str) -> Failed:
    return Failed("release-failed", f"the release command could not be started: {why}")


def _failure(code: int | None) -> Failed:
    shown = "unknown" if code is None else str(code)
    cure = "its output above says why"
    if code == _NOT_FOUND:
        cure = "it was not found: look at release in pocketpaas.yml, the Procfile or app.json"
    elif code == _KILLED:
        cure = "it was killed; it may need more memory than limits.memory, or the host, gives it"
    return Failed("release-failed", f"the release command ended with exit code {shown}; nothing was switched", cure)
