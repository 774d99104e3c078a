"""Images from registries."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from pocketpaas.engine import images, registry
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.image_name import ImageName
from pocketpaas.state import registries, values
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.registries import Login

_SILENCE = 600.0


def pull(
    engine: Engine,
    reference: str,
    login: Login | None = None,
    heard: Callable[[str], None] = lambda _line: None,
) -> str:
    """Fetches the image as its registry has it now. Empty where it came, else why not, in the engine's words. `heard`
    gets what becomes of each layer."""
    name, at, digest = reference.partition("@")
    if at:
        query = {"fromImage": name, "tag": digest}
    else:
        base, colon, tag = name.rpartition(":")
        # A colon before a slash is that of a registry's port.
        query = {"fromImage": base, "tag": tag} if colon and "/" not in tag else {"fromImage": name, "tag": "latest"}
    try:
        headers = registry.headers(login)
        with engine.open("POST", "/images/create", query, headers=headers, seconds=_SILENCE) as answer:
            for line in answer:
                told = json.loads(line)
                if "error" in told:
                    return str(told["error"])
                if told.get("id") and not told.get("progressDetail"):
                    heard(f"{told['id']}: {told.get('status', '')}")
    except (EngineError, OSError, ValueError) as error:
        return str(error)
    return ""


def pull_for_host(paths: HostPaths, engine: Engine, reference: str) -> str:
    """The same with the host's own login there, if it has one: for what belongs to no app. One that was not there
    before goes with the host (`host uninstall`)."""
    known = reference in fetched(paths) or images.exists(engine, reference)
    why = pull(engine, reference, registries.stored(paths, ImageName.parse(reference).host, ""))
    if not why and not known:
        values.write_lines(_fetched(paths), [*fetched(paths), reference])
    return why


def fetched(paths: HostPaths) -> tuple[str, ...]:
    """The names of the images that the host has fetched for itself, and did not have before."""
    return values.lines(_fetched(paths))


def _fetched(paths: HostPaths) -> Path:
    return paths.root / "fetched"
