"""Sets the host up from a spool: starts work/init as a transient unit, shows what it says, and removes the spool. A
connection that is cut only ends the showing.

Arguments: SPOOL; SPOOL/programs is this set of programs, SPOOL/values what work/init reads. Exit codes: those of
work/init. """

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.entry import spool
from pocketpaas.machine.events import Reporter
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    return spool.run(paths, arguments[0], "init")
