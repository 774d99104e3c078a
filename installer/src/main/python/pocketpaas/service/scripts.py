"""The scripts of a service's kind, run inside its container. Names are arguments; a password, or a dump, comes on
standard input."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

from pocketpaas.engine import execs
from pocketpaas.engine.client import Engine
from pocketpaas.engine.execs import Ended
from pocketpaas.failure import Failed
from pocketpaas.service.store import Service


def words(service: Service, script: str, *arguments: str) -> tuple[str, ...]:
    """The command that runs the script: its text is an argument of the container's shell."""
    return ("/bin/sh", "-c", service.kind.script(script), script, *arguments)


def inside(
    engine: Engine, service: Service, container: str, script: str, *arguments: str, given: str = "", seconds: float = 60
) -> Ended:
    """How it ended. Raises `EngineError`."""
    given_bytes = given.encode()
    return execs.run(engine, container, words(service, script, *arguments), service.kind.user, given_bytes, seconds)


def must(
    engine: Engine, service: Service, container: str, script: str, *arguments: str, given: str = "", seconds: float = 60
) -> str:
    """What it printed; raises `Failed` where it did not end well, in the server's own words."""
    ended = inside(engine, service, container, script, *arguments, given=given, seconds=seconds)
    if not ended.ok:
        raise Failed("service-script", f"{service.name} ({script}): {ended.complaint}")
    return ended.out.decode("utf-8", "replace")


def stream(
    engine: Engine,
    service: Service,
    container: str,
    script: str,
    *arguments: str,
    given: BinaryIO | io.RawIOBase | None = None,
    out: Callable[[bytes], None] = lambda data: None,
    err: Callable[[bytes], None] = lambda data: None,
) -> int:
    """Its exit code, with streams of any length. Raises `EngineError`, and what `given` raises."""
    return execs.stream(engine, container, words(service, script, *arguments), service.kind.user, given, out, err)
