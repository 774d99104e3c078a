"""What laptop and host both know: patterns, limits, defaults, verbs, titles. Declared once in Java (`HostRules`), read
here as data."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from typing import Any

_FILE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "rules.json")


@cache
def _rules() -> dict[str, Any]:
    with open(_FILE, encoding="utf-8") as file:
        loaded: dict[str, Any] = json.load(file)
    return loaded


def protocol() -> int:
    """The number that says whether laptop and host understand one another."""
    return int(_rules()["protocol"])


@cache
def pattern(name: str) -> re.Pattern[str]:
    """The pattern of that name; for `fullmatch`."""
    return re.compile(_rules()["patterns"][name], re.ASCII | re.DOTALL)


def limits(name: str) -> tuple[int, int]:
    """The least and the greatest number that the setting may have."""
    least, most = _rules()["limits"][name]
    return int(least), int(most)


def words(name: str) -> tuple[str, ...]:
    """A closed list of words: reserved variables, signals, layers of the environment in their order, builders in their
    order."""
    return tuple(_rules()["words"][name])


def default(name: str) -> Any:
    """What a setting is where nobody says otherwise."""
    return _rules()["defaults"][name]


def settings() -> tuple[str, ...]:
    """The names of the host's settings, in the order in which people read them."""
    return tuple(_rules()["settings"])


def setting(name: str) -> dict[str, Any]:
    """The rule of a setting of the host: `default`, `least` and `most` of a number, `secret`. Raises KeyError."""
    found: dict[str, Any] = _rules()["settings"][name]
    return found


def title(step: str) -> str:
    """What people read for the step; a step without a title is its own, with a capital."""
    titles: dict[str, str] = _rules()["titles"]
    return titles.get(step, step[:1].upper() + step[1:])


def cure(name: str) -> str:
    """A hint that both sides give in the same words."""
    return str(_rules()["cures"][name])


def services() -> tuple[str, ...]:
    """The kinds of services."""
    return tuple(_rules()["services"])


def service(name: str) -> dict[str, Any] | None:
    """A kind of service: `image`, `majors`, `variables`."""
    found: dict[str, Any] | None = _rules()["services"].get(name)
    return found


def verb(name: str) -> dict[str, Any] | None:
    """The rule of a verb: `rights` (any, deploy, admin), `app` (none, app, new, maybe), `least` and `most` arguments,
    `outside`, `notices`."""
    found: dict[str, Any] | None = _rules()["verbs"].get(name)
    return found
