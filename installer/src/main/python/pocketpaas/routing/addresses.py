"""The web containers of an app as nginx knows them: each slot's, whether anything runs there or not."""

from __future__ import annotations

from pocketpaas import rules
from pocketpaas.engine.networks import web_address
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

SLOTS = ("blue", "green")


def upstreams(paths: HostPaths, app: str, slot: str, scale: int) -> tuple[str, ...]:
    """ADDRESS:PORT of each web container that the slot has at that scale, of one at least. Raises `Damaged` where the
    app has no subnet."""
    port = slot_port(paths, app, slot)
    return tuple(f"{web_address(paths, app, slot, instance)}:{port}" for instance in range(1, max(scale, 1) + 1))


def slot_port(paths: HostPaths, app: str, slot: str) -> int:
    """The port of the release in the slot; of the other slot where it is empty."""
    for place in sorted(SLOTS, key=lambda found: found != slot):
        found = values.read_or(paths.app(app) / "slots" / place / "release" / "port", "")
        if names.is_number(found, *rules.limits("check-port")):
            return int(found)
    return int(rules.default("port"))
