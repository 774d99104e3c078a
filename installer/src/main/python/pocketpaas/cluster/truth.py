"""Which release of an app is live, as the managers have it: the labels of a file that they keep. It is changed only if
nobody has changed it since it was read, and only by a majority of the managers: so of two homes that a split network
has made at most one can make a release live."""

from __future__ import annotations

from pocketpaas.engine import swarm_services
from pocketpaas.engine.client import Engine
from pocketpaas.routing import addresses
from pocketpaas.state import names

_LABEL = "pocketpaas.truth"
_GENERATION, _RELEASE, _SLOT = "pocketpaas.generation", "pocketpaas.live", "pocketpaas.live-slot"


def _name(app: str) -> str:
    return f"pocketpaas_{app}_truth"


def declare(engine: Engine, app: str, release: int, slot: str) -> int:
    """From now on that release is live; the generation, which grows with each. Raises `EngineError` without a majority,
    or where another one was declared at the same time."""
    found = swarm_services.config(engine, _name(app))
    before = found.labels.get(_GENERATION, "0") if found is not None else "0"
    generation = int(before) + 1 if before.isdigit() else 1
    labels = {_LABEL: app, _GENERATION: str(generation), _RELEASE: str(release), _SLOT: slot}
    if found is None:
        swarm_services.create_config(engine, _name(app), app.encode("ascii"), labels)
    else:
        swarm_services.label_config(engine, found, labels)
    return generation


def live(engine: Engine, app: str) -> tuple[int, str] | None:
    """The release that is live and its slot, as the managers have it; None where nothing was ever declared. Raises
    `EngineError`."""
    found = swarm_services.config(engine, _name(app))
    labels = found.labels if found is not None else {}
    release, slot = labels.get(_RELEASE, ""), labels.get(_SLOT, "")
    return (int(release), slot) if names.is_release(release) and slot in addresses.SLOTS else None


def forget(engine: Engine, app: str) -> None:
    """There is no such app any more. Raises `EngineError`."""
    swarm_services.remove_config(engine, _name(app))
