"""What is in a commit, as a value tree. Runs as the git user. Arguments: REPOSITORY COMMIT. Exit codes: 0; 1 where
there is no such commit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas.entry import source
from pocketpaas.machine.request import answer
from pocketpaas.machine.events import Reporter
from pocketpaas.state.paths import HostPaths


def main(_paths: HostPaths, _reporter: Reporter, arguments: Sequence[str]) -> int:
    """See the module."""
    repository, commit = arguments
    described = source.describe(commit, Path(repository))
    return 1 if described is None else answer(described)
