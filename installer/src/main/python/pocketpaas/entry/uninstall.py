"""Looks what PocketPaaS has on this machine, and answers with a tree; or removes it: starts work/uninstall as a
transient unit and shows what it says. Runs from a spool, so it needs nothing of ours on the machine.

Arguments: SPOOL; SPOOL/programs is this set of programs, SPOOL/values/act is look or remove. Exit codes: 0 · those of
work/uninstall. """

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pocketpaas.engine.client import Engine
from pocketpaas.entry import spool
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.request import answer
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths
from pocketpaas.system import found
from pocketpaas.system.files import Machine


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    directory = Path(os.path.realpath(arguments[0]))
    if values.read(directory / "values" / "act") == "remove":
        return spool.run(paths, arguments[0], "uninstall")
    try:
        engine = Engine(replace(paths, root=directory))
        return answer(found.tree(paths, found.look(paths, Machine(spool=directory), engine)))
    finally:
        values.remove_tree(directory)
