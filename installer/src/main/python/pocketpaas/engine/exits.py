"""How a container ended, where its state does not tell, or does not tell yet."""

from __future__ import annotations

import json
import time

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError

#: The engine knows of an end within milliseconds, on a busy machine within a second.
_KNOWN_SECONDS = 10.0


def ended(engine: Engine, container: str) -> containers.State | None:
    """How it ended, for whoever knows by the kernel, or by the end of its output, that it has: the engine comes to know
    it a moment later, and until then says "running", with code 0. Of what still runs then that is told; None where the
    engine does not tell."""
    found = containers.state(engine, container)
    if found is None or found.status != "running":
        return found
    try:
        containers.wait(engine, container, _KNOWN_SECONDS)
    except EngineError:
        # It goes on, or the engine is away: the state tells.
        pass
    return containers.state(engine, container)


def last_exit(engine: Engine, container: str) -> int | None:
    """The code it last ended with, where the engine remembers: of what runs again it tells nothing else."""
    until = int(time.time())
    filters = json.dumps({"container": [container], "event": ["die"]})
    query = {"since": str(until - 900), "until": str(until), "filters": filters}
    code = ""
    try:
        with engine.open("GET", "/events", query, seconds=5) as answer:
            for line in answer.read().splitlines():
                code = _attribute(line, "exitCode") or code
    except (EngineError, OSError):
        return None
    return int(code) if code.isdigit() and len(code) <= 3 else None


def _attribute(line: bytes, name: str) -> str:
    try:
        event = json.loads(line)
    except ValueError:
        return ""
    return str(((event.get("Actor") or {}).get("Attributes") or {}).get(name, ""))
