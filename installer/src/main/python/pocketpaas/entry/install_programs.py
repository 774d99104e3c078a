"""Installs a set of host programs: the first one, by work/init. (`refresh` brings later ones.)

Arguments: SOURCE (a directory of programs) TARGET (/usr/local/lib/pocketpaas) HASH (the content hash that they must
have). """

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pocketpaas.entry import programs
from pocketpaas.failure import Failure
from pocketpaas.machine import compiled
from pocketpaas.machine.events import Reporter
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths


def main(paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    source, target, version = Path(arguments[0]), Path(arguments[1]), arguments[2]
    values.make_directory(target, 0o755)
    new = target / ".new"
    values.remove_tree(new)
    try:
        shutil.copytree(source, new, ignore=shutil.ignore_patterns(compiled.NAME))
        if programs.content_hash(new) != version:
            raise Failure("programs", "the programs did not arrive as they were sent")
        programs.install(replace(paths, programs=target / version), new, version)
    finally:
        values.remove_tree(new)
    return 0
