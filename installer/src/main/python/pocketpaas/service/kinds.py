"""The kinds of services. A kind is data (`rules.json` and services/KIND/type.json) and a few scripts beside that, which
run inside the service's container."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pocketpaas import rules
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.state import names
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class Kind:
    """A kind of service: what the laptop knows of it, too (`image`, `majors`, the newest first, `variables`), and what
    only the host needs (`data`)."""

    name: str
    image: str
    majors: tuple[str, ...]
    variables: tuple[str, ...]
    directory: Path
    data: Mapping[str, Any]

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.data["port"])

    @property
    def user(self) -> str:
        """Whose rights the scripts have inside the container."""
        return str(self.data["user"])

    @property
    def apps(self) -> int:
        """How many apps can have data of their own in one service."""
        return int(self.data["apps"])

    @property
    def memory(self) -> int:
        """How many bytes of memory one has that nobody says more of."""
        return int(self.data.get("memory", rules.default("service-memory")))

    @property
    def processor(self) -> tuple[str, ...]:
        """Features of the processor, as the kernel calls them, of which the server needs one: on x86, on ARM."""
        return tuple(str(one) for one in self.data.get("cpu", ()))

    @property
    def counts_rows(self) -> bool:
        """Whether equal lines of its script `count` are equal data (else of Redis equal numbers of keys)."""
        return self.data.get("counts") != "keys"

    @property
    def reads_at_start(self) -> bool:
        """Whether the server ends for a restore, and reads what was restored when it starts again."""
        return bool(self.data.get("restore-restarts"))

    @property
    def takes_words(self) -> bool:
        """Whether its client takes a command in words, and not as one text."""
        return self.data.get("console") == "words"

    def script(self, name: str) -> str:
        """The text of a script, behind what all scripts of its kind share (`common`)."""
        common = self.scripts / "common"
        shared = common.read_text(encoding="utf-8") if common.exists() else ""
        return shared + (self.scripts / name).read_text(encoding="utf-8")

    def has(self, name: str) -> bool:
        """Whether it has a script that not every kind needs."""
        return (self.scripts / name).exists()

    @property
    def scripts(self) -> Path:
        """Where its scripts are: kinds that are one server under two names share them."""
        return self.directory.parent / str(self.data.get("scripts", self.name))

    def settings(self, memory: int, own: Mapping[str, str]) -> dict[str, str]:
        """The settings of the server for so many bytes of memory; `own` are an admin's, which win."""
        found: dict[str, str] = {}
        for name, value in self.data["settings"].items():
            if isinstance(value, str):
                found[name] = value
            else:
                found[name] = _part(memory, value)
        return {**found, **own}

    def command(self, memory: int, own: Mapping[str, str]) -> tuple[str, ...]:
        """What the container runs."""
        start = self.script("start") if self.has("start") else ""
        words = [str(word).replace("{start}", start) for word in self.data["command"]]
        for name, value in self.settings(memory, own).items():
            words += [str(word).replace("{name}", name).replace("{value}", value) for word in self.data["option"]]
        return tuple(words)

    def url(self, values: Mapping[str, str]) -> str:
        """The address that an app gets."""
        text = str(self.data["url"])
        for name, value in {"port": str(self.port), **values}.items():
            text = text.replace(f"{{{name}}}", value)
        return text


def _part(memory: int, value: Mapping[str, Any]) -> str:
    """So many units of a part of the memory, with as many digits behind the point as the server knows."""
    share, digits = memory * float(value["part"]) / int(value["unit"]), int(value.get("digits", 0))
    # Rounded down: what the server takes must be there.
    whole = int(share * 10**digits) / 10**digits
    return f"{max(float(value.get('least', 1)), whole):.{digits}f}{value['suffix']}"


@cache
def _data(directory: Path) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((directory / "type.json").read_text(encoding="utf-8"))
    return loaded


def named(paths: HostPaths, name: str) -> Kind:
    """The kind of that name; raises `Refused` for one that there is not."""
    rule = rules.service(name)
    if rule is None:
        known = ", ".join(rules.services())
        raise Refused("service-type", f'there is no kind of service "{name}"', f"known: {known}")
    directory = paths.programs / "services" / name
    return Kind(name, str(rule["image"]), tuple(rule["majors"]), tuple(rule["variables"]), directory, _data(directory))


def numbers(major: str) -> tuple[int, ...]:
    """A major version, to be compared. Raises `BadRequest`."""
    if not all(names.is_number(part) for part in major.split(".")):
        raise BadRequest(f'"{major}" is not a version')
    return tuple(int(part) for part in major.split("."))


def is_later(major: str, than: str) -> bool:
    """Whether one major version comes after the other one. Raises `BadRequest`."""
    return numbers(major) > numbers(than)
