"""An app's directory with other paths of its commit in it, at the same paths: one tree, which git makes in an index of
its own. The laptop makes the very same (core.git.IncludedPaths)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from pocketpaas.entry.place import Place
from pocketpaas.failure import Failure, Refused
from pocketpaas.state import values

if TYPE_CHECKING:
    from pocketpaas.entry.source import Git

_CURE = 'commit its files, or correct "include" in the manifest and run "pocketpaas deploy"'


def tree(commit: str, git: Git, place: Place) -> str:
    """The id of the tree, which the repository has. Raises `Refused` where the commit has no such path, or the app one
    of its own."""
    index = git.directory / f"pocketpaas-index.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        if not git(["read-tree", place.tree_of(commit)], index=index).ok:
            raise Refused("no-directory", f"the commit {commit[:7]} has no directory {place.directory}", _CURE)
        for path in place.included:
            _add(commit, git, index, path)
        made = git(["write-tree"], index=index)
        if not made.ok:
            raise Failure("source", f"git cannot put together what the app includes: {made.complaint}")
        return made.text
    finally:
        values.remove(index)


def _add(commit: str, git: Git, index: Path, path: str) -> None:
    listed = git(["ls-tree", "-r", "-z", "--full-tree", commit, "--", path])
    if not listed.ok or not listed.out:
        raise Refused("no-directory", f"the commit {commit[:7]} has no {path}", _CURE)
    own = git(["ls-files", "--", f":(top,literal){path}"], index=index)
    added = git(["update-index", "-z", "--index-info"], stdin=listed.out, index=index)
    if own.out or not added.ok:
        raise Refused(
            "include-taken",
            f'the app has a {path} of its own, where "include" would put that of the repository',
            "rename one of them",
        )
