"""Where the engine keeps its data."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.engine.client import Engine, EngineError

_USUAL = Path("/var/lib/docker")


def engine_directory(engine: Engine) -> Path:
    """The engine's own directory; the usual one where the engine does not tell."""
    try:
        root = str(engine.get("/info").get("DockerRootDir", ""))
    except EngineError:
        root = ""
    return Path(root) if root.startswith("/") else _USUAL
