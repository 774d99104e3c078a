"""The layers of an app's environment, in one order everywhere (`rules.words("layers")`): what comes later wins. A layer
is a directory with `env` (the values) and `env.json` (each as a JSON string KEY=VALUE, for the engine)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
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


def merged(given: Mapping[str, Path | Mapping[str, str]]) -> dict[str, tuple[str, str]]:
    """Of every variable the layer that it comes from, and its value; by name. A layer is its directory, or its values;
    one that is not given counts as empty."""
    found: dict[str, tuple[str, str]] = {}
    for layer in names():
        held = given.get(layer, {})
        found |= {name: (layer, value) for name, value in (_held(held) if isinstance(held, Path) else held).items()}
    return dict(sorted(found.items()))


def _held(directory: Path) -> dict[str, str]:
    found = {name: values.read(directory / "env" / name) for name in values.names(directory / "env")}
    return {name: value for name, value in found.items() if value is not None}


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
    """The texts KEY=VALUE of a bundle; of what comes from a service the value is the service's name. Raises
    `Damaged`."""
    file = bundle / "environment"
    try:
        found = json.loads(f"[{values.read_or(file, '')}]", strict=False)
    except ValueError as error:
        raise Damaged(file, "does not hold JSON strings") from error
    if not all(isinstance(one, str) for one in found):
        raise Damaged(file, "does not hold JSON strings")
    return tuple(found)


def resolved(bundle: Path, address: Callable[[str], str]) -> tuple[str, ...]:
    """The same, with what `address` says in the place of the names of services. Raises `Damaged`, and what `address`
    raises."""
    texts, services = environment(bundle), bundle / "service" / "env"
    if not values.names(services):
        return texts
    later = names()[names().index("service") + 1 :]
    found = []
    for text in texts:
        name, _, value = text.partition("=")
        is_service = (services / name).is_file() and not any((bundle / one / "env" / name).is_file() for one in later)
        found.append(f"{name}={address(value)}" if is_service else text)
    return tuple(found)
