"""The scripts of a service's kind, run inside its container. Names are arguments; a password, or a dump, comes on
standard input."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from pocketpaas.engine import execs
from pocketpaas.engine.client import Engine
from pocketpaas.engine.execs import Ended
from pocketpaas.engine.watch import Patience
from pocketpaas.failure import Failed
from pocketpaas.service.store import Service

#: The exit code where the first of several scripts has failed; of the second it is one more.
_FAILED = 100
#: The cause where one stands for too long.
STALLED = "service-stalled"


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


def in_turn(
    engine: Engine, service: Service, container: str, calls: Sequence[tuple[str, ...]], given: str, seconds: float = 60
) -> tuple[int, Ended]:
    """Scripts, each with its arguments, one after the other until one does not end well; each finds the line `given` on
    its standard input. How many ended well, and how all of it ended. One command in the container: each costs more than
    such a script does. Raises `EngineError`."""
    texts = ("/bin/sh", "-c", "\n".join(_turns(calls)), "in-turn")
    each = tuple(word for script, *arguments in calls for word in (service.kind.script(script), script, *arguments))
    ended = execs.run(engine, container, texts + each, service.kind.user, f"{given}\n".encode(), seconds)
    if ended.ok:
        return len(calls), ended
    # One that was ended from outside has another code, and nothing is known to have ended well.
    return (ended.code - _FAILED if 0 < ended.code - _FAILED < len(calls) else 0), ended


def _turns(calls: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Whatever the calls are, only the places of their words are in the text."""
    yield "IFS= read -r given"
    place = 1
    for number, call in enumerate(calls):
        words = " ".join(f'"${{{one}}}"' for one in range(place, place + 1 + len(call)))
        yield f"printf '%s\\n' \"$given\" | /bin/sh -c {words} || exit {_FAILED + number}"
        place += 1 + len(call)


def stream(
    engine: Engine,
    service: Service,
    container: str,
    script: str,
    *arguments: str,
    given: BinaryIO | io.RawIOBase | None = None,
    out: Callable[[bytes], None] = lambda data: None,
    err: Callable[[bytes], None] = lambda data: None,
    silence: Patience | float | None = None,
) -> int:
    """Its exit code, with streams of any length. Raises `EngineError`, and what `given` raises; `Failed` where it
    neither prints nor takes anything for `silence` seconds."""
    command = words(service, script, *arguments)
    try:
        return execs.stream(
            engine, container, command, service.kind.user, given, out, err, False, lambda name: None, silence
        )
    except execs.Stalled as stalled:
        raise Failed(
            STALLED,
            f"{service.name} ({script}): nothing moved for {stalled.seconds / 60:.0f} min, and it was ended",
            f"something in it may hold a lock, or never end; pocketpaas services restart {service.name} ends that",
        ) from stalled
