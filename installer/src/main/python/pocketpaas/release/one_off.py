"""Commands that somebody runs in a container of their own, beside the app."""

from __future__ import annotations

from pocketpaas.engine import containers, volumes
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest
from pocketpaas.release import spec
from pocketpaas.state.clock import new_id
from pocketpaas.state.paths import HostPaths


def create(
    paths: HostPaths,
    engine: Engine,
    app: str,
    release: int,
    process_type: str,
    words: tuple[str, ...],
    terminal: str | None,
) -> str:
    """Makes, but does not start, a container that runs the words; its id. `terminal`: the kind of terminal (TERM) that
    it gets; None for none. `engine.attach.interactive` runs it, `containers.remove` takes it away. Raises
    `EngineError`, `Damaged`, OSError, `BadRequest` for words that are not UTF-8."""
    try:
        for word in words:
            word.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadRequest("the command is not UTF-8") from error
    volumes.ensure(engine, app, paths.release(app, release))
    number = new_id().rpartition("-")[2]
    return containers.create(engine, spec.one_off(paths, app, release, process_type, words, terminal, number))
