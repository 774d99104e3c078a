"""Images from registries."""

from __future__ import annotations

import json

from pocketpaas.engine.client import Engine, EngineError

_SILENCE = 600.0


def pull(engine: Engine, reference: str) -> str:
    """Fetches the image as its registry has it now. Empty where it came, else why not, in the engine's words."""
    name, at, digest = reference.partition("@")
    if at:
        query = {"fromImage": name, "tag": digest}
    else:
        base, colon, tag = name.rpartition(":")
        # A colon before a slash is that of a registry's port.
        query = {"fromImage": base, "tag": tag} if colon and "/" not in tag else {"fromImage": name, "tag": "latest"}
    try:
        with engine.open("POST", "/images/create", query, seconds=_SILENCE) as answer:
            for line in answer:
                told = json.loads(line)
                if "error" in told:
                    return str(told["error"])
    except (EngineError, OSError, ValueError) as error:
        return str(error)
    return ""
