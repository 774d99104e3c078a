"""Fetches the stack's images, which builds need, unless the engine has them. Runs as root in pocketpaas-stack.service.

Exit codes: 0 they are there · 1 they could not be fetched
"""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.build.stack import fetch_both
from pocketpaas.engine.client import Engine
from pocketpaas.machine.events import Reporter
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, reporter: Reporter, _arguments: Sequence[str]) -> int:
    """See the module."""
    missing = fetch_both(paths, Engine(paths))
    for why in missing:
        reporter.warn(why)
    return 1 if missing else 0
