"""Where each variable of an app comes from, and what its next release changes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pocketpaas.release import layers
from pocketpaas.state import values

#: What people read for a layer, where it is not its own name.
_SOURCES: Mapping[str, str] = {"settings": "manifest"}

#: By name: the layer that it comes from, and its value.
Variables = dict[str, tuple[str, str]]


def source(layer: str) -> str:
    """The name of a layer in an answer."""
    return _SOURCES.get(layer, layer)


def of_release(bundle: Path) -> Variables:
    """The variables of a release."""
    return layers.merged(dict(layers.of_bundle(bundle)))


def of_app(root: Path, app: Path, live: Path | None) -> tuple[Variables, Variables]:
    """What the app has, and what its next release will have: with the variables shared by all apps as they are now, and
    with what is pending."""
    own = {"settings": app / "settings", "operator": app / "operator"}
    now = layers.merged({"shared": (live or root) / "shared", **own})
    coming = layers.merged({"shared": root / "shared", **own})
    beneath = layers.merged({"shared": root / "shared", "settings": own["settings"]})
    pending = app / "operator" / "pending"
    for name in values.names(pending / "unset"):
        if coming.get(name, ("", ""))[0] == "operator":
            del coming[name]
            if name in beneath:
                coming[name] = beneath[name]
    for name in values.names(pending / "env"):
        coming[name] = ("operator", values.need(pending / "env" / name))
    return now, coming
