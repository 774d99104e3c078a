"""`live-restore` keeps containers running while the engine is away, and the engine takes no part in a cluster with it.
It can be switched without a restart: the engine reads its file once more (SIGHUP). Tried with Docker 20.10 and 26.1:
what runs goes on."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from pocketpaas.engine.client import Engine
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.process import run
from pocketpaas.state import nodes, values
from pocketpaas.state.paths import HostPaths

DAEMON = Path("/etc/docker/daemon.json")
_KEY = "live-restore"
_SECONDS = 10.0


def is_on(engine: Engine) -> bool:
    """Whether it is on now. Raises `EngineError`."""
    return bool(engine.get("/info").get("LiveRestoreEnabled"))


def take_off(paths: HostPaths, engine: Engine, daemon: Path = DAEMON) -> bool:
    """Off; whether it was on. The file as it was is kept. Raises `Refused` where it does not come from the file,
    `Failed`, `EngineError`."""
    if not is_on(engine):
        return False
    text = values.read_or(daemon, "")
    settings = _settings(text)
    if not settings.get(_KEY):
        raise Refused(
            "live-restore",
            f"the Docker engine runs with live-restore, which does not come from {daemon}; a cluster cannot have it",
            "remove --live-restore from the engine's unit, and restart the engine when it suits you",
        )
    values.make_directory(nodes.directory(paths))
    values.write(nodes.directory(paths) / "daemon.json", text)
    values.write(daemon, json.dumps({**settings, _KEY: False}, indent=2) + "\n", 0o644)
    _reload(engine, False)
    return True


def put_back(paths: HostPaths, engine: Engine, daemon: Path = DAEMON) -> None:
    """The engine's file is what it was before the cluster, where nobody else has changed it since. Raises `Failed`,
    `EngineError`."""
    kept = values.read(nodes.directory(paths) / "daemon.json")
    if kept is None or _settings(values.read_or(daemon, "")) != {**_settings(kept), _KEY: False}:
        return
    values.write(daemon, kept, 0o644)
    _reload(engine, True)


def _settings(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _reload(engine: Engine, on: bool) -> None:
    ended = run(["systemctl", "reload", "docker.service"])
    until = time.monotonic() + _SECONDS
    while ended.ok and time.monotonic() < until:
        if is_on(engine) == on:
            return
        time.sleep(0.1)
    raise Failed(
        "live-restore",
        f"the Docker engine did not read its settings once more: {ended.complaint or 'it does not say why'}",
        "look at: journalctl -u docker",
    )
