"""Enters the first admin's key, by work/init; nothing where it is there already.

Arguments: NAME; the public key in OpenSSH's one-line form on standard input.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from pocketpaas.entry.keys import add
from pocketpaas.machine.events import Reporter
from pocketpaas.state import keys, values
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    add(paths, "-", arguments[0], keys.ADMIN, "", values.decode(sys.stdin.buffer.read(65536)))
    return 0
