"""The fixed addresses of web containers in an app's network, by which nginx knows them: blue web 1… at .32–.79, green
at .80–.127."""

from __future__ import annotations

import re

from pocketpaas import rules
from pocketpaas.failure import Damaged
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_SUBNET = re.compile(r"(?:[0-9]{1,3}\.){3}0/24")
_FIRST = {"blue": 32, "green": 80}


def prefix(paths: HostPaths, app: str) -> str | None:
    """The app's subnet without its last number ("10.213.4"); None where it has none yet. Raises `Damaged`."""
    file = paths.app(app) / "network"
    found = values.read(file)
    if found is None:
        return None
    if _SUBNET.fullmatch(found) is None:
        raise Damaged(file, "does not hold a subnet")
    return found.removesuffix(".0/24")


def web_address(subnet: str, slot: str, instance: int) -> str:
    """The address of that web container (instances count from 1) in the subnet that `prefix` names."""
    return f"{subnet}.{_FIRST[slot] + instance - 1}"


def upstreams(paths: HostPaths, app: str, slot: str, scale: int) -> tuple[str, ...]:
    """ADDRESS:PORT of each web container that the slot has at that scale, of one at least. Raises `Damaged` where the
    app has no subnet."""
    subnet = prefix(paths, app)
    if subnet is None:
        raise Damaged(paths.app(app) / "network", "is missing")
    port = slot_port(paths, app, slot)
    return tuple(f"{web_address(subnet, slot, instance)}:{port}" for instance in range(1, max(scale, 1) + 1))


def slot_port(paths: HostPaths, app: str, slot: str) -> int:
    """The port of the release in the slot; of the other slot where it is empty."""
    for place in (slot, "green" if slot == "blue" else "blue"):
        found = values.read_or(paths.app(app) / "slots" / place / "release" / "port", "")
        if found and names.is_number(found, *rules.limits("check-port")):
            return int(found)
    return int(rules.default("port"))
