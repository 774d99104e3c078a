"""The web containers of an app as nginx knows them: each slot's, whether anything runs there or not."""

from __future__ import annotations

from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine.networks import web_address
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

SLOTS = ("blue", "green")


def upstreams(paths: HostPaths, app: str, slot: str, scale: int) -> tuple[str, ...]:
    """ADDRESS:PORT of each web container that the slot has at that scale, of one at least; of a slot that is spread
    over a cluster the socket of its gateway. Raises `Damaged` where the app has no subnet."""
    if is_spread(paths, app, slot):
        return (f"unix:{socket(paths, app, slot)}",)
    port = slot_port(paths, app, slot)
    return tuple(f"{web_address(paths, app, slot, instance)}:{port}" for instance in range(1, max(scale, 1) + 1))


def is_spread(paths: HostPaths, app: str, slot: str) -> bool:
    """Whether the release in the slot runs as services of a cluster (`docs/cluster.md`), not as containers here."""
    return (paths.app(app) / "slots" / slot / "spread").exists()


def is_spread_at_all(paths: HostPaths, app: str) -> bool:
    """Whether the release of any slot does."""
    return any(is_spread(paths, app, slot) for slot in SLOTS)


def gateway(paths: HostPaths, app: str) -> Path:
    """Where the gateway of an app has its sockets, on each machine. Not in /run: what is mounted must be there when the
    engine starts. The apps of another machine are in `front/` of the state, their gateways beside ours."""
    root = paths.root.parent if paths.root.name == "front" else paths.root
    return root / "gateways" / app


def socket(paths: HostPaths, app: str, slot: str) -> Path:
    """Where nginx reaches the processes of a slot that is spread."""
    return gateway(paths, app) / f"{slot}.sock"


def slot_port(paths: HostPaths, app: str, slot: str) -> int:
    """The port of the release in the slot; of the other slot where it is empty."""
    for place in sorted(SLOTS, key=lambda found: found != slot):
        found = values.read_or(paths.app(app) / "slots" / place / "release" / "port", "")
        if names.is_number(found, *rules.limits("check-port")):
            return int(found)
    return int(rules.default("port"))
