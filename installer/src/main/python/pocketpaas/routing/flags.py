"""Flags that nginx looks at with each request, so that they hold at once and need no reload."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.state import moves, values
from pocketpaas.state.paths import HostPaths


def is_stopped(paths: HostPaths, app: str) -> bool:
    """Whether nothing of the app runs here until somebody says so: what operator/stopped says decides, and a move to
    another host."""
    return (paths.app(app) / "operator" / "stopped").exists() or moves.is_silent(paths, app)


def settle(paths: HostPaths, app: str, web: int) -> None:
    """nginx answers 503 by itself where the app is stopped, or no web process is wanted (`web` instances). Raises
    `CannotWrite`, OSError."""
    _set(paths.app(app) / "unavailable", web == 0)
    _set(paths.app(app) / "stopped", (paths.app(app) / "operator" / "stopped").exists())


def unavailable(paths: HostPaths, app: str) -> None:
    """What answered had to end before its successor: nginx says so until `settle`. Raises `CannotWrite`."""
    values.touch(paths.app(app) / "unavailable")


def is_unavailable(paths: HostPaths, app: str) -> bool:
    """Whether nginx says so."""
    return (paths.app(app) / "unavailable").exists()


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
