"""One network an app, its /24 allocated by us and kept in apps/<app>/network: blue web 1… at .32-.79, green at
.80-.127, everything else from .128 on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import endpoints
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import APP
from pocketpaas.failure import Damaged, Refused
from pocketpaas.machine.locks import Holder, host_lock
from pocketpaas.machine.process import run
from pocketpaas.state import host_settings, values
from pocketpaas.state.paths import HostPaths

_FIRST = {"blue": 32, "green": 80}
_SUBNET = re.compile(r"([0-9]{1,3}\.){3}0/24")
_RANGE = re.compile(r"([0-9]{1,3}\.){3}[0-9]{1,3}/[0-9]{1,2}")
_ROUTES = Path("/proc/net/route")
_RTF_REJECT = 0x200
_METRIC = "4278198272"


@dataclass(frozen=True)
class Owner:
    """Whose network it is: its name in the engine, its labels, the file with its subnet, and in words for whom."""

    network: str
    labels: Mapping[str, str]
    file: Path
    words: str


def of(paths: HostPaths, app: str) -> Owner:
    """The owner of an app's network."""
    return Owner(name(app), {APP: app}, paths.app(app) / "network", app)


def most_web() -> int:
    """How many web instances one app can have."""
    return rules.limits("web-instances")[1]


def name(app: str) -> str:
    """Of the app's network."""
    return f"pocketpaas-{app}"


def over_cluster(app: str) -> str:
    """The name of the one that it has over all machines of a cluster. An underscore is in no app's name, so this is no
    app's bridge. (The managers take no dot.)"""
    return f"pocketpaas_{app}"


def prefix(paths: HostPaths, app: str) -> str | None:
    """The app's subnet without its last number ("10.213.4"); None where it has none yet. Raises `Damaged`."""
    file = paths.app(app) / "network"
    found = values.read(file)
    if found is None:
        return None
    if not _SUBNET.fullmatch(found):
        raise Damaged(file, "does not hold a subnet")
    return found.removesuffix(".0/24")


def web_address(paths: HostPaths, app: str, slot: str, instance: int) -> str:
    """The fixed address of a web container. Raises `Damaged` where the app has no subnet."""
    found = prefix(paths, app)
    if found is None:
        raise Damaged(paths.app(app) / "network", "is missing")
    return f"{found}.{_FIRST[slot] + instance - 1}"


def web_instance(address: str) -> int | None:
    """Which web container of an app has this address, of either slot; None for an address that is none of these."""
    last = int(address.rpartition(".")[2])
    return next((last - first + 1 for first in _FIRST.values() if first <= last < first + most_web()), None)


# ---------------------------------------------------------------- making it


def ensure(paths: HostPaths, engine: Engine, app: str, holder: Holder, routes: Path = _ROUTES) -> None:
    """Makes the app's network where it is missing. Raises `Refused` where there is no room for one, `NoEngine`."""
    subnet = prefix(paths, app)
    if subnet is not None and is_up(subnet, _lines(routes)):
        return
    engine.need()  # When the machine starts the networks come with it.
    if _is_there(engine, app):
        if (paths.app(app) / "network").exists():
            return
        if (paths.app(app) / "live").is_symlink():
            raise Damaged(paths.app(app) / "network", "is missing")
        # Its subnet was never recorded. Nothing of the app runs; services of it may be in there.
        endpoints.remove(engine, name(app))
    with host_lock(paths, Holder(holder.who, f"allocating a subnet for {app}", holder.work)):
        subnet = prefix(paths, app)
        if subnet is None:
            _allocate(paths, engine, of(paths, app), routes)
            return
        try:
            _create(paths, engine, of(paths, app), subnet)
        except EngineError as error:
            raise Refused(
                "network",
                f"the network of {app} ({subnet}.0/24) cannot be made: {error.text}",
                "free that subnet on the host, or move the app: pocketpaas destroy, then deploy",
            ) from error


def _is_there(engine: Engine, app: str) -> bool:
    """Whether the engine has the app's network; raises `Refused` for one of that name that is not ours."""
    try:
        found = engine.get(f"/networks/{name(app)}")
    except EngineError as error:
        if error.status == 404:
            return False
        raise
    if (found.get("Labels") or {}).get(APP) != app:
        raise Refused(
            "network", f"the Docker network {name(app)} is there, but is not ours", "remove or rename it"
        ) from None
    return True


def ensure_for(paths: HostPaths, engine: Engine, owner: Owner, holder: Holder, routes: Path = _ROUTES) -> None:
    """Makes a network that no app has, where the engine has none of its name. It leads nowhere but to who is in it.
    Raises as `ensure` does."""
    try:
        engine.get(f"/networks/{owner.network}")
        return
    except EngineError as error:
        if error.status != 404:
            raise
    with host_lock(paths, Holder(holder.who, f"allocating a subnet for {owner.words}", holder.work)):
        found = values.read_or(owner.file, "")
        subnet = found.removesuffix(".0/24")
        if _SUBNET.fullmatch(found) and not has_route(subnet, _lines(routes)):
            _create(paths, engine, owner, subnet, internal=True)
        else:
            _allocate(paths, engine, owner, routes, internal=True)


def _allocate(paths: HostPaths, engine: Engine, owner: Owner, routes: Path, internal: bool = False) -> None:
    """The first free /24 of host/subnets that the engine takes."""
    why = ""
    for subnet in _candidates(paths):
        if not is_free(paths, subnet, _lines(routes)):
            continue
        try:
            _create(paths, engine, owner, subnet, internal)
        except EngineError as error:
            why = error.text
            continue
        values.write(owner.file, f"{subnet}.0/24")
        return
    raise Refused(
        "network",
        f"no free subnet is left for {owner.words} in host/subnets" + (f": {why}" if why else ""),
        "destroy an app that is not needed, or give the host a larger range",
    )


def ranges(paths: HostPaths) -> list[str]:
    """The ranges that the apps' subnets are taken from: a host setting."""
    text = host_settings.text(paths, "subnets")
    return [one for one in text.split() if _RANGE.fullmatch(one)]


def _candidates(paths: HostPaths) -> Iterable[str]:
    for one in ranges(paths):
        try:
            network = ipaddress.IPv4Network(one, strict=False)
        except ValueError:
            continue
        if 8 <= network.prefixlen <= 24:
            for subnet in network.subnets(new_prefix=24):
                yield str(subnet.network_address).rpartition(".")[0]


def _create(paths: HostPaths, engine: Engine, owner: Owner, subnet: str, internal: bool = False) -> None:
    guard(paths)
    config = {"Subnet": f"{subnet}.0/24", "Gateway": f"{subnet}.1", "IPRange": f"{subnet}.128/25"}
    document = {
        "Name": owner.network,
        "CheckDuplicate": True,
        "Driver": "bridge",
        "Internal": internal,
        "IPAM": {"Driver": "default", "Config": [config]},
        "Labels": dict(owner.labels),
    }
    engine.call("POST", "/networks/create", document=document)


def of_app(engine: Engine, app: str) -> tuple[str, ...]:
    """The ids of the app's networks."""
    return tuple(str(one["Id"]) for one in engine.list("/networks", {"label": [f"{APP}={app}"]}))


def remove(engine: Engine, network: str) -> None:
    """Removes a network by its name or id. Raises `EngineError`."""
    engine.call("DELETE", f"/networks/{network}")


# ---------------------------------------------------------------- routes


def guard(paths: HostPaths) -> bool:
    """What is sent to an app's network stays on this machine where that network is not there (yet). At boot nginx is up
    before Docker is: without this a request would leave by the default route, to whoever has the address out there.
    Docker's own routes are more specific, or better. Whether every route could be made."""
    made = [
        run(["ip", "route", "replace", "unreachable", one, "metric", _METRIC]).ok
        for one in ranges(paths)
        if not _guarded(one)
    ]
    return all(made)


def _guarded(one: str) -> bool:
    """Whether the kernel has that route: most of the time it has, and a look starts no program."""
    try:
        network = ipaddress.IPv4Network(one)
    except ValueError:
        return False
    wanted = (int(network.network_address), int(network.netmask), int(_METRIC))
    for fields in _routes(_lines(_ROUTES)):
        if int(fields[3], 16) & _RTF_REJECT and (_number(fields[1]), _number(fields[7]), int(fields[6])) == wanted:
            return True
    return False


def guards() -> list[str]:
    """The ranges that the kernel has our route for, whatever the settings say."""
    found = []
    for fields in _routes(_lines(_ROUTES)):
        if int(fields[3], 16) & _RTF_REJECT and fields[6] == _METRIC:
            address, mask = ipaddress.IPv4Address(_number(fields[1])), ipaddress.IPv4Address(_number(fields[7]))
            found.append(str(ipaddress.IPv4Network(f"{address}/{mask}")))
    return found


def unguard() -> bool:
    """Removes these routes; whether all could be removed."""
    return all([run(["ip", "route", "del", "unreachable", one, "metric", _METRIC]).ok for one in guards()])


def is_free(paths: HostPaths, subnet: str, routes: Iterable[str]) -> bool:
    """Whether no route of the machine, no other app and no service lies in or around the /24."""
    directories = [*map(paths.app, values.names(paths.apps)), *map(paths.service, values.names(paths.services))]
    if any(values.read(directory / "network") == f"{subnet}.0/24" for directory in directories):
        return False
    return not has_route(subnet, routes)


def is_up(subnet: str, routes: Iterable[str]) -> bool:
    """Whether the routing table leads the /24 to a bridge of Docker's: the kernel tells that sooner than the engine.
    Nobody else can have it there: Docker makes no two networks that overlap."""
    wanted = int(ipaddress.IPv4Address(f"{subnet}.0"))
    return any(
        fields[0].startswith("br-") and _number(fields[1]) == wanted and fields[7] == "00FFFFFF"
        for fields in _routes(routes)
    )


def has_route(subnet: str, routes: Iterable[str]) -> bool:
    """Whether the routing table (the lines of /proc/net/route) holds a network that overlaps the /24. The default route
    overlaps everything and does not count; nor does one that leads nowhere, such as our own guard."""
    number = int(ipaddress.IPv4Address(f"{subnet}.0"))
    for fields in _routes(routes):
        mask = _number(fields[7]) & 0xFFFFFF00
        if _number(fields[7]) and not int(fields[3], 16) & _RTF_REJECT and number & mask == _number(fields[1]) & mask:
            return True
    return False


def _routes(lines: Iterable[str]) -> Iterable[list[str]]:
    """Interface, destination, gateway, flags, references, use, metric, mask."""
    for line in lines:
        fields = line.split()
        if len(fields) >= 8 and re.fullmatch("[0-9A-F]{8}", fields[1]) and re.fullmatch("[0-9A-F]{8}", fields[7]):
            yield fields


def _number(text: str) -> int:
    """An address of /proc/net: hexadecimal, its bytes reversed."""
    return int.from_bytes(bytes.fromhex(text), "little")


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().splitlines()
    except OSError:
        return []
