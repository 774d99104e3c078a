"""The layers of an app's environment, in one order everywhere (`rules.words("layers")`): what comes later wins. A layer
is a directory with `env` (the values) and `env.json` (each as a JSON string KEY=VALUE, for the engine)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from pocketpaas import rules
from pocketpaas.failure import Damaged
from pocketpaas.state import values

PARTS = ("env", "env.json")


def names() -> tuple[str, ...]:
    """The layers, the weakest first. `settings` is the manifest's."""
    return rules.words("layers")


def of_bundle(bundle: Path) -> tuple[tuple[str, Path], ...]:
    """Each layer and its directory in a release's bundle."""
    return tuple((layer, bundle / layer) for layer in names())


def merged(directories: Mapping[str, Path]) -> dict[str, tuple[str, str]]:
    """Of every variable the layer that it comes from, and its value; by name. Layers that are not given count as
    empty."""
    found: dict[str, tuple[str, str]] = {}
    for layer in names():
        if layer in directories:
            for name in values.names(directories[layer] / "env"):
                value = values.read(directories[layer] / "env" / name)
                if value is not None:
                    found[name] = (layer, value)
    return dict(sorted(found.items()))


def assemble(bundle: Path, given: Mapping[str, Path]) -> None:
    """A new bundle's environment, in a bundle that has its `settings`: env/ and env.json/ are the layers over one
    another, `environment` joins them for the engine. The layers of `given` are kept beside them, so that a rollback
    knows them. Raises `CannotWrite`, `Damaged`."""
    for part in PARTS:
        values.make_directory(bundle / part)
        for layer in given:
            values.make_directory(bundle / layer / part)
            values.copy_values(given[layer] / part, bundle / layer / part)
        for _, directory in of_bundle(bundle):
            values.copy_values(directory / part, bundle / part)
    texts = [values.need(bundle / "env.json" / name) for name in _files(bundle / "env.json")]
    values.put(bundle / "environment", ",".join(texts))


def _files(directory: Path) -> list[str]:
    return [name for name in values.names(directory) if (directory / name).is_file()]


def environment(bundle: Path) -> tuple[str, ...]:
    """The texts KEY=VALUE of a bundle. Raises `Damaged`."""
    file = bundle / "environment"
    try:
        found = json.loads(f"[{values.read_or(file, '')}]", strict=False)
    except ValueError as error:
        raise Damaged(file, "does not hold JSON strings") from error
    if not all(isinstance(one, str) for one in found):
        raise Damaged(file, "does not hold JSON strings")
    return tuple(found)
