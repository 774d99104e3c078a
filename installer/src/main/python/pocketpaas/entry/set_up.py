"""Sets the host up from a spool: starts work/init as a transient unit, shows what it says, and removes the spool. A
connection that is cut only ends the showing.

Arguments: SPOOL; SPOOL/programs is this set of programs, SPOOL/values what work/init reads. Exit codes: those of
work/init. """

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pocketpaas.operation import work
from pocketpaas.machine.client import Client
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.follow import follow
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    # The works of this run live in the spool: there is no state directory yet.
    spool = Path(os.path.realpath(arguments[0]))
    here = replace(paths, root=spool)
    client = Client.of_this_process()
    values.make_directory(here.works)
    setting_up = work.create(here, "init", "-", "root")
    os.rename(spool / "values", setting_up.directory / "values")
    work.start(here, setting_up, "init")
    code = follow(setting_up, client)
    if setting_up.ended:
        # What is still at work keeps its spool.
        values.remove_tree(spool)
    return code
