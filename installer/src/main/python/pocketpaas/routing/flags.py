"""Flags that nginx looks at with each request, so that they hold at once and need no reload."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def is_stopped(paths: HostPaths, app: str) -> bool:
    """Whether the app is stopped until somebody starts it: what operator/stopped says decides."""
    return (paths.app(app) / "operator" / "stopped").exists()


def settle(paths: HostPaths, app: str, web: int) -> None:
    """nginx answers 503 by itself where the app is stopped, or no web process is wanted (`web` instances). Raises
    `CannotWrite`, OSError."""
    _set(paths.app(app) / "unavailable", web == 0)
    _set(paths.app(app) / "stopped", is_stopped(paths, app))


def unavailable(paths: HostPaths, app: str) -> None:
    """What answered had to end before its successor: nginx says so until `settle`. Raises `CannotWrite`."""
    values.touch(paths.app(app) / "unavailable")


def in_maintenance(paths: HostPaths, app: str) -> bool:
    """Whether visitors are told that the app is down for maintenance."""
    return (paths.app(app) / "maintenance").exists()


def maintain(paths: HostPaths, app: str, on: bool) -> None:
    """Switches it. Raises `CannotWrite`, OSError."""
    _set(paths.app(app) / "maintenance", on)


def _set(flag: Path, on: bool) -> None:
    if on:
        values.touch(flag)
    else:
        values.remove(flag)
