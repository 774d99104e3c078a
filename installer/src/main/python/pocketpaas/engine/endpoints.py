"""What is in a network of the engine's."""

from __future__ import annotations

from pocketpaas.engine.client import Engine


def remove(engine: Engine, network: str) -> None:
    """Removes the network with whatever is connected to it: one that is in use stays else. Raises `EngineError`."""
    for container in engine.get(f"/networks/{network}").get("Containers") or {}:
        engine.call("POST", f"/networks/{network}/disconnect", document={"Container": container, "Force": True})
    engine.call("DELETE", f"/networks/{network}")
