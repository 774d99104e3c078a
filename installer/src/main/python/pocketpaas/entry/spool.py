"""Work that is done from a spool: there is no state directory yet, or there is none any more. It is a transient unit,
so a connection that is cut only ends the showing."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from pocketpaas.machine.client import Client
from pocketpaas.operation import work
from pocketpaas.operation.follow import follow
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def run(paths: HostPaths, directory: str, program: str, keep: bool = False) -> int:
    """Runs work/PROGRAM as a unit of its own and shows what it says; its exit code. What has ended leaves no spool,
    unless it has to be kept."""
    spool = Path(os.path.realpath(directory))
    here = replace(paths, root=spool)
    client = Client.of_this_process()
    values.make_directory(here.works)
    begun = work.create(here, program, "-", "root")
    os.rename(spool / "values", begun.directory / "values")
    work.start(here, begun, program)
    code = follow(begun, client)
    if begun.ended and not keep:
        # What is still at work keeps its spool.
        values.remove_tree(spool)
    return code
