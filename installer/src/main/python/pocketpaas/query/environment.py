"""Where each variable of an app comes from, and what its next release changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pocketpaas.failure import Refused
from pocketpaas.release import layers
from pocketpaas.service import links
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: What people read for a layer, where it is not its own name.
_SOURCES: Mapping[str, str] = {"settings": "manifest"}

#: By name: the layer that it comes from, and its value.
Variables = dict[str, tuple[str, str]]


def source(layer: str, value: str = "") -> str:
    """The name of a layer in an answer; with that of the service where the value is one."""
    return f"service {value}" if layer == "service" else _SOURCES.get(layer, layer)


def shown(paths: HostPaths, app: str, layer: str, value: str) -> str:
    """The value as the app gets it; empty for the address of a service that it is linked to no more."""
    if layer != "service":
        return value
    try:
        return links.resolve(paths, app, value)
    except Refused:
        return ""


def of_release(bundle: Path) -> Variables:
    """The variables of a release."""
    return layers.merged(dict(layers.of_bundle(bundle)))


def of_app(paths: HostPaths, app: str, live: Path | None) -> tuple[Variables, Variables]:
    """What the app has, and what its next release will have: with the variables shared by all apps and the services as
    they are now, and with what is pending."""
    directory, linked, shared = paths.app(app), links.layer(paths, app), paths.root / "shared"
    own = {"settings": directory / "settings", "operator": directory / "operator"}
    coming = layers.merged({"shared": shared, "service": linked, **own})
    # Before the first release the app has what that will have.
    now = coming if live is None else layers.merged({"shared": live / "shared", "service": live / "service", **own})
    coming = dict(coming)
    beneath = layers.merged({"shared": shared, "service": linked, "settings": own["settings"]})
    pending = directory / "operator" / "pending"
    for name in values.names(pending / "unset"):
        if coming.get(name, ("", ""))[0] == "operator":
            del coming[name]
            if name in beneath:
                coming[name] = beneath[name]
    for name in values.names(pending / "env"):
        coming[name] = ("operator", values.need(pending / "env" / name))
    return now, coming
