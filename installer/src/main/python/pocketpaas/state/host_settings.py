"""The settings of the host: files below `host/`, each declared in `rules` (in Java: `HostSettings`). A file that is
empty is as good as none. What nobody declared is not read; a file of another name there is left alone."""

from __future__ import annotations

from pathlib import Path

from pocketpaas import rules
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def path(paths: HostPaths, name: str) -> Path:
    """The file of a setting. Raises KeyError for a name that nobody declared."""
    rules.setting(name)
    return paths.host / name


def stated(paths: HostPaths, name: str) -> str | None:
    """What the file holds; None where nobody set it."""
    return values.read(path(paths, name)) or None


def text(paths: HostPaths, name: str) -> str:
    """The value, else the default, else the empty text."""
    return stated(paths, name) or str(rules.setting(name).get("default", ""))


def need(paths: HostPaths, name: str) -> str:
    """The value of a setting that `init host` always writes. Raises `Damaged` where it is missing."""
    return values.need(path(paths, name))


def number(paths: HostPaths, name: str) -> int:
    """The value, else the default, else 0. Raises `Damaged` for a file that holds no such number."""
    rule = rules.setting(name)
    return values.setting(path(paths, name), int(rule.get("default", 0)), int(rule["least"]), int(rule["most"]))


def told(paths: HostPaths) -> dict[str, str]:
    """Each by its name, as people may see it: `names`, `value/NAME` of what is set (of a secret that it is), and
    `default/NAME`."""
    found = {"names": "\n".join(rules.settings())}
    for name in rules.settings():
        rule, value = rules.setting(name), stated(paths, name)
        if value is not None:
            found[f"value/{name}"] = "set" if rule.get("secret") and value != "none" else value
        if "default" in rule:
            found[f"default/{name}"] = str(rule["default"])
    return found
