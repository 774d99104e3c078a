"""How the environments of two releases differ: a tree, from/KEY and to/KEY for the names whose values differ (absent:
not set there). Values do not leave the host, only digests that are good for nothing but to be compared: made with a key
that only root knows.

Arguments: APP FROM TO; either may be - for the live release.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.query.show import release_directory
from pocketpaas.release import slots
from pocketpaas.state import values

_DIGITS = 12


def serve(request: Request) -> int:
    """See the module."""
    sides = {"from": _release(request, request.arguments[1]), "to": _release(request, request.arguments[2])}
    key = _digest_key(request)
    found = {"releases": "\n".join(bundle.name for bundle in sides.values())}
    for name in sorted({name for bundle in sides.values() for name in values.names(bundle / "env")}):
        held = {side: values.read(bundle / "env" / name) for side, bundle in sides.items()}
        if held["from"] != held["to"]:
            found |= {
                f"{side}/{name}": _digest(key, request.app, name, value)
                for side, value in held.items()
                if value is not None
            }
    return answer(found)


def _release(request: Request, word: str) -> Path:
    if word == "-":
        live = slots.live_release(request.paths, request.app)
        if live is None:
            raise Refused("not-live", f"nothing of {request.app} is live", "name two releases")
        return request.paths.release(request.app, live)
    return release_directory(request, word)


def _digest_key(request: Request) -> str:
    file = request.paths.root / "digest-key"
    if not values.read(file):
        with host_lock(request.paths, Holder(request.key, "making a key for digests")):
            if not values.read(file):
                values.write(file, secrets.token_hex(32))
    return values.need(file)


def _digest(key: str, app: str, name: str, value: str) -> str:
    """The name is part of it: that two variables have one value is nobody's business."""
    return hashlib.sha256(values.encode(f"{key}\0{app}\0{name}\0{value}")).hexdigest()[:_DIGITS]
