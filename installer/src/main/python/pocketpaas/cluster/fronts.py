"""Each machine of a cluster is a front: its nginx serves all apps, though their state is at the home. What nginx has to
know of them is below `front/` of the state there, laid out as the state of the home is, so that the same code makes the
same files of it. No variable, no source, no image is among it.

The home sends it as a value tree (`told`); `take`, `switch` and `forget` are the other side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from pocketpaas.cluster import gateway, membership
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.routing import certificates, nginx, visitors
from pocketpaas.routing import names as app_names
from pocketpaas.routing.addresses import SLOTS
from pocketpaas.state import host_settings, names, previews, tree, values
from pocketpaas.state.paths import HostPaths

#: Of the settings of a release; of what commands have set.
_SETTINGS = ("domains", "http", "ssl")
_OPERATOR = ("domains", "default-domain", "nginx", "ssl-off")
_FLAGS = ("maintenance", "stopped", "unavailable")
_HOST = ("domain", "address", "public-port", "public-https-port")
_VISITORS = "visitors"


def told(paths: HostPaths, app: str, settings: Path, slot: str | None) -> dict[str, str]:
    """What another machine has to know; `slot` is the one that serves (None: as it is there). Raises `Damaged`."""
    home = paths.app(app)
    found = {f"host/{name}": host_settings.stated(paths, name) or "" for name in _HOST}
    for name in _SETTINGS:
        found |= _of(f"settings/{name}", settings / name)
    for name in _OPERATOR:
        found |= _of(f"operator/{name}", home / "operator" / name)
    found |= {f"flag/{name}": "" for name in _FLAGS if (home / name).exists()}
    if previews.is_preview(paths, app):
        found["preview"] = ""
    found |= _of(_VISITORS, home / _VISITORS)
    for domain in certificates.domains_with_one(paths, app):
        place = certificates.current(paths, app, domain)
        if place is not None:
            where = f"certificates/{certificates.file_name(domain)}"
            found[f"{where}/id"] = place.name
            for name in ("fullchain.pem", "key.pem"):
                found[f"{where}/{name}"] = values.need(place / name)
    if slot is not None:
        found["slot"] = slot
    return found


def _of(name: str, path: Path) -> dict[str, str]:
    if path.is_dir():
        return {f"{name}/{key}": value for key, value in tree.of_files("", path).items()}
    value = values.read(path)
    return {} if value is None else {name: value}


# ---------------------------------------------------------------- on the other machine


def paths_of(paths: HostPaths) -> HostPaths:
    """The state as far as a front has it."""
    return replace(paths, root=membership.front(paths))


def take(paths: HostPaths, reporter: Reporter, app: str, sent: Mapping[str, str]) -> None:
    """nginx serves the app by what was sent; which slot serves is left as it is, unless it is told. Raises
    `BadRequest`, `Failed`, `CannotWrite`, OSError."""
    front = paths_of(paths)
    home = front.app(app)
    gateway.make_directory(paths, app)
    for place in (front.root, front.apps, home, home / "slots", *(home / "slots" / slot for slot in SLOTS)):
        values.make_directory(place, 0o711)
    values.make_directory(host_settings.path(front, "domain").parent)
    for slot in SLOTS:
        values.touch(home / "slots" / slot / "spread")
        values.touch(home / "slots" / slot / slot)
    _store(front, home, sent)
    if sent.get("slot"):
        switch(paths, app, sent["slot"])
    for name in _FLAGS:
        if f"flag/{name}" in sent:
            values.touch(home / name)
        else:
            values.remove(home / name)
    if "preview" in sent:
        values.make_directory(previews.directory(front, app))
    operation = Operation(front, reporter, Engine(paths), Work("front", front.root / "work"), app, "front", "cluster")
    known = app_names.names_of(front, app, home / "settings")
    nginx.apply(operation, app, 1, known, home / "settings")
    nginx.settle(operation)


def _store(front: HostPaths, home: Path, sent: Mapping[str, str]) -> None:
    new = home / ".new.front"
    values.fresh_directory(new)
    try:
        for part in ("settings", "operator"):
            values.make_directory(new / part)
            tree.store(tree.below(sent, part), new / part)
            values.replace_tree(new / part, home / part)
        for name, value in tree.below(sent, "host").items():
            if name in _HOST:
                values.write(host_settings.path(front, name), value, 0o644)
        kept = set()
        for name in sorted({path.partition("/")[0] for path in tree.below(sent, "certificates")}):
            kept.add(name)
            _certificate(front, home.name, new, name, tree.below(sent, f"certificates/{name}"))
        for name in values.names(home / "certificates"):
            if name not in kept:
                values.remove_tree(home / "certificates" / name)
    finally:
        values.remove_tree(new)
    visitors.store(home / _VISITORS, sent.get(_VISITORS, ""))


def _certificate(front: HostPaths, app: str, new: Path, name: str, sent: Mapping[str, str]) -> None:
    domain = name.replace("_", "*", 1) if name.startswith("_") else name
    if not names.is_domain(domain) or not names.is_sha256(sent.get("id", "")):
        raise BadRequest("this is not a certificate of a domain")
    source = new / "certificate"
    values.fresh_directory(source)
    for part in ("fullchain.pem", "key.pem"):
        values.put(source / part, sent.get(part, ""))
    found = certificates.store(front, app, domain, sent["id"], source)
    values.link(found.name, found.parent / "current")


def switch(paths: HostPaths, app: str, slot: str) -> None:
    """From the next request on this front sends the app's visitors to that slot. Raises `BadRequest`, `CannotWrite`."""
    if slot not in SLOTS or not (paths_of(paths).app(app) / "slots" / slot / slot).exists():
        raise BadRequest("this front knows no such slot of the app")
    home = paths_of(paths).app(app)
    values.link(f"slots/{slot}", home / "live")
    # What goes live answers; where it does not, `take` says so.
    for name in ("stopped", "unavailable"):
        values.remove(home / name)


def live(paths: HostPaths, app: str) -> str:
    """The slot that this front sends visitors to; empty for none."""
    for slot in SLOTS:
        if (paths_of(paths).app(app) / "live" / slot).exists():
            return slot
    return ""


def forget(paths: HostPaths, reporter: Reporter, app: str) -> None:
    """This front does not know the app any more. Raises `Busy`, OSError."""
    front = paths_of(paths)
    operation = Operation(front, reporter, Engine(paths), Work("front", front.root / "work"), app, "front", "cluster")
    nginx.remove(operation, app)
    values.remove_tree(front.app(app))
    values.remove_tree(paths.root / "gateways" / app)
